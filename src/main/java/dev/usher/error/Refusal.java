package dev.usher.error;

/**
 * A kind of error that Usher answers on its own account, as opposed to one that it relays from the server. The code and SQLSTATE are those that MySQL and
 * MariaDB use for the same situation, so that drivers treat it alike.
 */
public enum Refusal {
    /** No server connection came free: the wait queue is full or the wait limit is over. */
    TOO_MANY_CONNECTIONS(1040, "08004", Origin.USHER, true),
    /** {@code max-client-connections} is reached. */
    TOO_MANY_CLIENTS(1040, "08004", Origin.USHER, true),
    /** An account's own limit. */
    ACCOUNT_LIMIT(1226, "42000", Origin.USHER, true),
    /** No server connection could be opened within {@code server-connect-timeout}. */
    SERVER_UNREACHABLE(1158, "08S01", Origin.SERVER, true),
    /** The server connection was lost in mid statement. */
    SERVER_LOST(1158, "08S01", Origin.SERVER, true),
    /** The session's state could not be put on a server connection; the statement did not run. */
    STATE_LOST(1158, "08S01", Origin.USHER, true),
    /** A defect of Usher's; the log has more. */
    INTERNAL(1815, "HY000", Origin.USHER, true),
    /** Bytes that are not the protocol. */
    MALFORMED_PACKET(1835, "HY000", Origin.CLIENT, false),
    /** Packets that come in an impossible order. */
    OUT_OF_ORDER(1156, "08S01", Origin.CLIENT, false),
    /** The greeting was not answered as the protocol says. */
    BAD_HANDSHAKE(1043, "08S01", Origin.CLIENT, false),
    /** The server's own wording for a command that does not exist. */
    UNKNOWN_COMMAND(1047, "08S01", Origin.CLIENT, false),
    /** The client is too old to log in with the account's plugin. */
    AUTH_NOT_SUPPORTED(1251, "08004", Origin.CLIENT, false),
    /** Usher does not admit this account from this address ({@code allow-from}), the account requires TLS, or the login could not be completed. */
    ACCESS_DENIED(1045, "28000", Origin.USHER, false),
    /** The server requires a secure transport of its clients and this one's has no TLS. MariaDB's SQLSTATE is 08004. */
    INSECURE_TRANSPORT(3159, "HY000", Origin.CLIENT, false),
    /** The client did not answer in time while it logged in. */
    LOGIN_TIMEOUT(1159, "08S01", Origin.CLIENT, true),
    /** No such prepared statement. */
    UNKNOWN_STATEMENT(1243, "HY000", Origin.CLIENT, false),
    /** No such connection id. */
    NO_SUCH_THREAD(1094, "HY000", Origin.CLIENT, false),
    /** Usher is going down. */
    SHUTTING_DOWN(1053, "08S01", Origin.USHER, true),
    /** The statement was ended by KILL QUERY before a server had it; worded as the server does. */
    INTERRUPTED(1317, "70100", Origin.CLIENT, true),
    /** The connection was ended by KILL. */
    KILLED(1927, "70100", Origin.CLIENT, true),
    /** {@code wait_timeout} of the session is over; worded as MySQL 8.0.24+ does. */
    IDLE_TOO_LONG(4031, "HY000", Origin.CLIENT, true);

    /** Who caused it. */
    public enum Origin {
        CLIENT,
        USHER,
        SERVER
    }

    private final int code;
    private final String sqlState;
    private final Origin origin;
    private final boolean retryHelps;

    Refusal(int code, String sqlState, Origin origin, boolean retryHelps) {
        this.code = code;
        this.sqlState = sqlState;
        this.origin = origin;
        this.retryHelps = retryHelps;
    }

    /** MySQL's error number. */
    public int code() {
        return code;
    }

    /** Five characters. */
    public String sqlState() {
        return sqlState;
    }

    public Origin origin() {
        return origin;
    }

    /** Whether the same request may succeed a moment later. */
    public boolean retryHelps() {
        return retryHelps;
    }
}
