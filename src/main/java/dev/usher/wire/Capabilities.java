package dev.usher.wire;

/**
 * Capability flags of the connection phase, as one 64-bit set: MySQL's 32 bits below, MariaDB's extended bits above.
 *
 * @see <a href="https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html">Capabilities Flags</a>
 */
public final class Capabilities {
    /** MySQL's name; MariaDB servers clear it to say that the extended bits are there. */
    public static final long LONG_PASSWORD = 1;

    public static final long FOUND_ROWS = 1 << 1;
    public static final long LONG_FLAG = 1 << 2;
    public static final long CONNECT_WITH_DB = 1 << 3;
    public static final long NO_SCHEMA = 1 << 4;
    public static final long COMPRESS = 1 << 5;
    public static final long ODBC = 1 << 6;
    public static final long LOCAL_FILES = 1 << 7;
    public static final long IGNORE_SPACE = 1 << 8;
    public static final long PROTOCOL_41 = 1 << 9;
    public static final long INTERACTIVE = 1 << 10;
    public static final long SSL = 1 << 11;
    public static final long TRANSACTIONS = 1 << 13;
    public static final long SECURE_CONNECTION = 1 << 15;
    public static final long MULTI_STATEMENTS = 1 << 16;
    public static final long MULTI_RESULTS = 1 << 17;
    public static final long PS_MULTI_RESULTS = 1 << 18;
    public static final long PLUGIN_AUTH = 1 << 19;
    public static final long CONNECT_ATTRS = 1 << 20;
    public static final long PLUGIN_AUTH_LENENC_DATA = 1 << 21;
    public static final long CAN_HANDLE_EXPIRED_PASSWORDS = 1 << 22;
    public static final long SESSION_TRACK = 1 << 23;
    public static final long DEPRECATE_EOF = 1 << 24;
    public static final long OPTIONAL_RESULTSET_METADATA = 1 << 25;
    public static final long ZSTD_COMPRESSION = 1 << 26;
    public static final long QUERY_ATTRIBUTES = 1 << 27;
    public static final long MULTI_FACTOR_AUTHENTICATION = 1 << 28;

    public static final long MARIADB_PROGRESS = 1L << 32;
    public static final long MARIADB_STMT_BULK_OPERATIONS = 1L << 34;
    public static final long MARIADB_EXTENDED_METADATA = 1L << 35;
    public static final long MARIADB_CACHE_METADATA = 1L << 36;
    public static final long MARIADB_BULK_UNIT_RESULTS = 1L << 37;

    /**
     * Flags that change what a server answers or how statements are read: a client only uses server connections that were opened with the same ones. {@code
     * IGNORE_SPACE} and {@code INTERACTIVE} are here although they only set variables, because the server sets them at login.
     */
    public static final long PER_POOL = FOUND_ROWS
            | NO_SCHEMA
            | ODBC
            | LOCAL_FILES
            | IGNORE_SPACE
            | INTERACTIVE
            | MULTI_RESULTS
            | PS_MULTI_RESULTS
            | QUERY_ATTRIBUTES
            | MARIADB_STMT_BULK_OPERATIONS
            | MARIADB_EXTENDED_METADATA
            | MARIADB_BULK_UNIT_RESULTS;

    /** What every server connection asks for, whatever its clients do. */
    public static final long ALWAYS_TO_SERVER = LONG_FLAG
            | PROTOCOL_41
            | TRANSACTIONS
            | SECURE_CONNECTION
            | MULTI_STATEMENTS
            | PLUGIN_AUTH
            | CONNECT_ATTRS
            | PLUGIN_AUTH_LENENC_DATA
            | SESSION_TRACK
            | DEPRECATE_EOF;

    /** Flags that end at Usher: each side negotiates them for itself. */
    public static final long PER_HOP =
            SSL | COMPRESS | ZSTD_COMPRESSION | PLUGIN_AUTH | PLUGIN_AUTH_LENENC_DATA | CONNECT_ATTRS | CONNECT_WITH_DB | SESSION_TRACK
                    | DEPRECATE_EOF;

    /** Never offered to clients: they change or interleave packets in ways that a shared server connection can not follow. */
    public static final long NEVER_OFFERED = CAN_HANDLE_EXPIRED_PASSWORDS | OPTIONAL_RESULTSET_METADATA | MULTI_FACTOR_AUTHENTICATION
            | MARIADB_PROGRESS | (1L << 33) | MARIADB_CACHE_METADATA;

    private Capabilities() {}

    public static boolean has(long capabilities, long flag) {
        return (capabilities & flag) != 0;
    }
}
