package dev.usher.wire;

/**
 * The commands of MySQL 9 and MariaDB 11 and what Usher does with each.
 *
 * @see <a href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase.html">Command Phase</a>
 * @see <a href="https://mariadb.com/kb/en/2-text-protocol/">MariaDB: text protocol</a>
 */
public enum Command {
    SLEEP(0x00, Treatment.REFUSED, Response.NONE),
    QUIT(0x01, Treatment.ANSWERED, Response.NONE),
    INIT_DB(0x02, Treatment.RELAYED, Response.SIMPLE),
    QUERY(0x03, Treatment.RELAYED, Response.RESULT),
    FIELD_LIST(0x04, Treatment.RELAYED, Response.FIELD_LIST),
    CREATE_DB(0x05, Treatment.REFUSED, Response.SIMPLE),
    DROP_DB(0x06, Treatment.REFUSED, Response.SIMPLE),
    REFRESH(0x07, Treatment.RELAYED, Response.SIMPLE),
    SHUTDOWN(0x08, Treatment.RELAYED, Response.SIMPLE),
    STATISTICS(0x09, Treatment.RELAYED, Response.STRING),
    PROCESS_INFO(0x0A, Treatment.RELAYED, Response.RESULT),
    CONNECT(0x0B, Treatment.REFUSED, Response.NONE),
    PROCESS_KILL(0x0C, Treatment.ANSWERED, Response.SIMPLE),
    DEBUG(0x0D, Treatment.RELAYED, Response.SIMPLE),
    PING(0x0E, Treatment.ANSWERED, Response.SIMPLE),
    TIME(0x0F, Treatment.REFUSED, Response.NONE),
    DELAYED_INSERT(0x10, Treatment.REFUSED, Response.NONE),
    CHANGE_USER(0x11, Treatment.ANSWERED, Response.SIMPLE),
    BINLOG_DUMP(0x12, Treatment.DEDICATES, Response.ENDLESS),
    TABLE_DUMP(0x13, Treatment.DEDICATES, Response.ENDLESS),
    CONNECT_OUT(0x14, Treatment.REFUSED, Response.NONE),
    REGISTER_SLAVE(0x15, Treatment.DEDICATES, Response.SIMPLE),
    STMT_PREPARE(0x16, Treatment.RELAYED, Response.PREPARE),
    STMT_EXECUTE(0x17, Treatment.RELAYED, Response.RESULT),
    STMT_SEND_LONG_DATA(0x18, Treatment.RELAYED, Response.NONE),
    STMT_CLOSE(0x19, Treatment.ANSWERED, Response.NONE),
    STMT_RESET(0x1A, Treatment.RELAYED, Response.SIMPLE),
    SET_OPTION(0x1B, Treatment.ANSWERED, Response.SIMPLE),
    STMT_FETCH(0x1C, Treatment.RELAYED, Response.ROWS),
    DAEMON(0x1D, Treatment.REFUSED, Response.NONE),
    BINLOG_DUMP_GTID(0x1E, Treatment.DEDICATES, Response.ENDLESS),
    RESET_CONNECTION(0x1F, Treatment.ANSWERED, Response.SIMPLE),
    CLONE(0x20, Treatment.DEDICATES, Response.ENDLESS),
    SUBSCRIBE_GROUP_REPLICATION_STREAM(0x21, Treatment.DEDICATES, Response.ENDLESS),
    /** MariaDB. */
    STMT_BULK_EXECUTE(0xFA, Treatment.RELAYED, Response.RESULT);

    /** Who deals with the command. */
    public enum Treatment {
        /** Usher answers; the server may be asked on the way. */
        ANSWERED,
        /** Goes to the leased server connection. */
        RELAYED,
        /** Turns the server connection into something else for the rest of its life. */
        DEDICATES,
        /** The server itself knows it no more: 1047. */
        REFUSED
    }

    /** The shape of the answer. */
    public enum Response {
        /** There is none. */
        NONE,
        /** One OK, EOF or ERR. */
        SIMPLE,
        /** OK, ERR, LOCAL INFILE or result sets, as many as the status flags say. */
        RESULT,
        /** COM_STMT_PREPARE_OK with parameter and column definitions. */
        PREPARE,
        /** Column definitions up to an EOF. */
        FIELD_LIST,
        /** Rows up to an EOF. */
        ROWS,
        /** One packet without a header byte. */
        STRING,
        /** Does not end. */
        ENDLESS
    }

    private static final Command[] BY_CODE = new Command[256];

    static {
        for (Command c : values()) {
            BY_CODE[c.code] = c;
        }
    }

    private final int code;
    private final Treatment treatment;
    private final Response response;

    Command(int code, Treatment treatment, Response response) {
        this.code = code;
        this.treatment = treatment;
        this.response = response;
    }

    /** The command of a first payload byte; what no server knows reads as {@link #SLEEP}, which is refused alike. */
    public static Command of(int code) {
        Command c = BY_CODE[code & 0xFF];
        return c == null ? SLEEP : c;
    }

    /** The first byte of the payload. */
    public int code() {
        return code;
    }

    public Treatment treatment() {
        return treatment;
    }

    public Response response() {
        return response;
    }
}
