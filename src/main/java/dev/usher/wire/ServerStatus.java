package dev.usher.wire;

/** Status flags of OK and EOF packets (SERVER_STATUS_flags_enum). */
public final class ServerStatus {
    public static final int IN_TRANS = 0x0001;
    public static final int AUTOCOMMIT = 0x0002;
    public static final int MORE_RESULTS = 0x0008;
    public static final int CURSOR_EXISTS = 0x0040;
    public static final int LAST_ROW_SENT = 0x0080;
    public static final int DB_DROPPED = 0x0100;
    public static final int NO_BACKSLASH_ESCAPES = 0x0200;
    public static final int PS_OUT_PARAMS = 0x1000;
    public static final int IN_TRANS_READONLY = 0x2000;
    public static final int SESSION_STATE_CHANGED = 0x4000;
    /** MariaDB only. */
    public static final int ANSI_QUOTES = 0x8000;

    /** What a query says of itself: how it used indexes, and that it was slow. */
    public static final int OF_ONE_QUERY = 0x0010 | 0x0020 | 0x0800;

    private ServerStatus() {}
}
