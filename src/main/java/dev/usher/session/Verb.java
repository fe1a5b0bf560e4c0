package dev.usher.session;

/** The class of a statement's first keyword. Of a text with several statements, the first one's. */
public enum Verb {
    /** No statement: blanks and comments only. */
    NONE,
    /** Also WITH, TABLE, VALUES and a query in parentheses. */
    SELECT,
    INSERT,
    UPDATE,
    DELETE,
    REPLACE,
    /** Also {@code SET STATEMENT … FOR …}. */
    SET,
    SHOW,
    /** Also START TRANSACTION. */
    BEGIN,
    COMMIT,
    ROLLBACK,
    SAVEPOINT,
    RELEASE,
    XA,
    USE,
    CALL,
    DO,
    KILL,
    LOAD,
    CREATE,
    ALTER,
    DROP,
    RENAME,
    TRUNCATE,
    GRANT,
    REVOKE,
    LOCK,
    UNLOCK,
    FLUSH,
    PREPARE,
    EXECUTE,
    DEALLOCATE,
    HANDLER,
    /** Also DESCRIBE, DESC and ANALYZE. */
    EXPLAIN,
    OTHER
}
