package dev.usher.session;

/** What a statement's text says about what it may leave behind in the session, or depend on. */
public enum Trait {
    /** Proven to be exactly one statement. Absent whenever that is not certain. */
    SINGLE,
    /** Blanks and comments only. */
    IS_EMPTY,
    /** Something could not be made out: an unterminated quote, a NUL, a name that is too long. */
    UNSURE,
    /** Has {@code /*! … *}{@code /} or {@code /*M! … *}{@code /}, whose contents may run or not; they were read as code. */
    EXECUTABLE_COMMENT,
    /** More than one statement in one: MariaDB's BEGIN NOT ATOMIC, IF, LOOP … outside routines. */
    COMPOUND,

    /** Names a user variable; see {@link StatementTraits#userVariables()}. */
    USER_VARIABLE,
    /** At least one user variable may be written. */
    USER_VARIABLE_ASSIGNED,
    /** SET of what the trackers may not tell; see {@link StatementTraits#untoldVariables()}. */
    UNTOLD_VARIABLE,
    /** Sets at least one session variable. */
    SET_SESSION,
    /** SET GLOBAL, PERSIST or PERSIST_ONLY. */
    SET_GLOBAL,
    /** SET NAMES, SET CHARACTER SET. */
    SET_NAMES,
    /** SET ROLE, SET DEFAULT ROLE. */
    SET_ROLE,
    /** The next transaction's characteristics: SET TRANSACTION or SET @@transaction_… without a scope. */
    SET_TRANSACTION_ONE_SHOT,
    /** MariaDB's SET STATEMENT … FOR: values for this statement alone. */
    SET_STATEMENT,
    /** Sets a session variable that the next statement uses up or that is not a plain value: insert_id, timestamp … */
    SET_ONE_SHOT,
    /** Sets sql_log_bin. */
    SQL_LOG_BIN,
    /** Sets a session_track_… variable other than session_track_gtids. */
    SET_TRACKER,
    /** Sets or reads profiling, or sets optimizer_trace. */
    PROFILING,
    SET_PASSWORD,

    TEMPORARY_TABLE_CREATED,
    TEMPORARY_TABLE_DROPPED,
    LOCK_TABLES,
    UNLOCK_TABLES,
    /** FLUSH TABLES … WITH READ LOCK or FOR EXPORT. */
    FLUSH_LOCK,
    /** LOCK INSTANCE, UNLOCK INSTANCE. */
    INSTANCE_LOCK,
    /** MariaDB's BACKUP STAGE, BACKUP LOCK, BACKUP UNLOCK. */
    BACKUP_STAGE,
    HANDLER,
    /** Takes or releases a named lock: GET_LOCK, RELEASE_LOCK, RELEASE_ALL_LOCKS, service_get_write_locks … */
    NAMED_LOCK,
    /** IS_FREE_LOCK, IS_USED_LOCK. */
    READS_NAMED_LOCK,

    /** PREPARE, EXECUTE, DEALLOCATE or DROP PREPARE as SQL. */
    SQL_PREPARE,
    /** Runs or prepares text that is not here to be read: EXECUTE, EXECUTE IMMEDIATE, PREPARE … FROM @x. */
    DYNAMIC_SQL,
    /** CALL, DO, or a call of a function that is not known to be built in. */
    STORED_CODE,

    /** SAVEPOINT, RELEASE SAVEPOINT, ROLLBACK TO. */
    SAVEPOINT,
    XA,
    TRANSACTION_START,
    TRANSACTION_END,
    /** COMMIT or ROLLBACK … RELEASE: the server closes the connection. */
    COMMIT_RELEASE,
    COMMIT_CHAIN,

    /** LAST_INSERT_ID(), with an argument too, {@code @@last_insert_id}, {@code @@identity}. */
    READS_LAST_INSERT_ID,
    /** INSERT, REPLACE, LOAD, CREATE TABLE: may set what LAST_INSERT_ID() gives, or leave it as it is and name an id in its OK all the same. */
    MAY_SET_LAST_INSERT_ID,
    /** UPDATE, DELETE, and WITH, behind which one of them may come: their triggers may read LAST_INSERT_ID(), and leave it as it is. */
    MAY_FIRE_TRIGGERS,
    /** LOAD: names no id in its OK when it has set LAST_INSERT_ID(). */
    LOAD_DATA,
    READS_ROW_COUNT,
    READS_FOUND_ROWS,
    /** Has SQL_CALC_FOUND_ROWS. */
    CALC_FOUND_ROWS,
    /** SHOW WARNINGS or ERRORS, GET DIAGNOSTICS, RESIGNAL: reads the conditions of the statement before and leaves them as they are. */
    READS_DIAGNOSTICS,
    /** {@code @@warning_count}, {@code @@error_count} in a statement that is none of those. */
    READS_CONDITION_COUNTS,
    /** LASTVAL(), PREVIOUS VALUE FOR, s.currval: what this session last drew from a sequence. */
    READS_SEQUENCE,
    /** NEXTVAL(), NEXT VALUE FOR, s.nextval: sets what {@link #READS_SEQUENCE} reads. */
    ADVANCES_SEQUENCE,
    /** CONNECTION_ID(), {@code @@pseudo_thread_id}. */
    READS_CONNECTION_ID,

    /** GRANT, REVOKE, statements on users and roles, SET PASSWORD, FLUSH PRIVILEGES. */
    PRIVILEGE_CHANGE,
    /** SHOW CREATE: prepared, MariaDB goes on showing the view that there was at that time. */
    SHOWS_DEFINITION,
    /** KILL; see {@link StatementTraits#kill()}. */
    KILL,
    LOAD_DATA_LOCAL,
    BINLOG,
    /** SHUTDOWN, RESTART. */
    SHUTDOWN,
    USE,
    /** Mentions where server thread ids can be seen or given: processlist, performance_schema, innodb_trx … */
    NAMES_PROCESSLIST;

    /** This trait's bit in {@link StatementTraits#bits()}. */
    public long bit() {
        return 1L << ordinal();
    }

    /** Several traits' bits, for {@link StatementTraits#hasAny(long)}. */
    public static long bits(Trait... traits) {
        long bits = 0;
        for (Trait trait : traits) {
            bits |= trait.bit();
        }
        return bits;
    }
}
