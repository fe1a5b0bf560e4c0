package dev.usher.session;

/** Why a session keeps its server connection although it runs no statement. The names are what SHOW CLIENTS and the counters say. */
public enum Pin {
    TRANSACTION("transaction"),
    USER_VARIABLE("user-variable"),
    TEMPORARY_TABLE("temporary-table"),
    TABLE_LOCK("table-lock"),
    INSTANCE_LOCK("instance-lock"),
    NAMED_LOCK("named-lock"),
    HANDLER("handler"),
    SQL_PREPARE("sql-prepare"),
    SAVEPOINT("savepoint"),
    XA("xa"),
    CURSOR("cursor"),
    LONG_DATA("long-data"),
    ONE_SHOT("one-shot-setting"),
    ROLE("role"),
    BINARY_LOG("binary-log"),
    BACKUP("backup-stage"),
    PROFILING("profiling"),
    SEQUENCE("sequence-value"),
    STORED_CODE("server-side-code"),
    UNEXPLAINED("unexplained-state-change"),
    STATE_AFTER_ERROR("state-after-error"),
    RESULTS_NOT_ASCII("wide-result-character-set"),
    AUTO_IS_NULL("auto-is-null"),
    SELECT_LIMIT("select-limit"),
    NO_CONDITIONS("max-error-count"),
    DEDICATED("dedicated");

    private final String label;

    Pin(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    /** This pin as a bit of a set. */
    public int bit() {
        return 1 << ordinal();
    }
}
