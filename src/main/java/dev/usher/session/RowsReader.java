package dev.usher.session;

/** Finds out what FOUND_ROWS() will be behind a statement: which clauses that matter for it the statement has. */
final class RowsReader {
    private static final int NONE = -1;

    private final TokenHistory history;
    private boolean unclear;
    private boolean setOperation;
    private boolean limited;
    /** Depth of parentheses of the LIMIT being read. */
    private int limitDepth;
    private boolean query;
    private boolean select;
    private boolean updateHead;
    private boolean deleteFrom;
    /** EXPLAIN of it. */
    private boolean change;
    /** SHOW of what is in no table of information_schema. */
    private boolean notFromTables;

    RowsReader(TokenHistory history) {
        this.history = history;
    }

    void start() {
        unclear = false;
        setOperation = false;
        limited = false;
        limitDepth = NONE;
        query = false;
        select = false;
        updateHead = false;
        deleteFrom = false;
        change = false;
        notFromTables = false;
    }

    /** A word wherever it stands, as a name too: then it makes unclear what is not. */
    void word(Keyword keyword, int words, int depth) {
        switch (keyword) {
            case SELECT -> {
                query = true;
                select = true;
            }
            case TABLE, WITH -> query = true;
            case UPDATE -> {
                updateHead = words == 1;
                change |= words == 2;
            }
            case SET -> updateHead = false;
            case FROM -> deleteFrom |= words == 2 && history.wasKeyword(Keyword.DELETE);
            case JOIN, STRAIGHT_JOIN, USING -> unclear |= updateHead || deleteFrom;
            case UNION, EXCEPT, INTERSECT, MINUS -> setOperation = true;
            case LIMIT -> {
                limited = true;
                limitDepth = depth;
            }
            case OFFSET, FETCH, SQL_CALC_FOUND_ROWS -> unclear = true;
            case INTO -> unclear |= query;
            case INSERT, REPLACE, DELETE -> change |= words == 2;
            case CREATE, PROCESSLIST, PRIVILEGES, PROFILE, PROFILES, WARNINGS, ERRORS, GRANTS, ENGINE, BINARY, MASTER, SLAVE, REPLICA,
                    RELAYLOG, BINLOG, EXPLAIN, ANALYZE, BACKUP ->
                notFromTables |= words <= 3;
            default -> {}
        }
    }

    void symbol(byte b, int depth) {
        if (b == ',') {
            // LIMIT offset, count; UPDATE of several tables
            unclear |= limitDepth == depth || updateHead;
        } else if (b == ')' && depth < limitDepth) {
            limitDepth = NONE;
        } else if (b == '(') {
            unclear |= updateHead;
        }
    }

    FoundRows after(Verb verb) {
        if (unclear) {
            return verb == Verb.SELECT ? FoundRows.COUNTED : FoundRows.UNCLEAR;
        }
        return switch (verb) {
            case SELECT -> !query ? FoundRows.UNCLEAR : setOperation && limited ? FoundRows.COUNTED : FoundRows.SENT;
            case INSERT, REPLACE, SET -> query ? FoundRows.UNCLEAR : FoundRows.KEPT;
            case UPDATE -> query ? FoundRows.UNCLEAR : FoundRows.MATCHED;
            case DELETE -> query || !deleteFrom ? FoundRows.UNCLEAR : FoundRows.KEPT;
            case CREATE -> select ? FoundRows.UNCLEAR : FoundRows.KEPT;
            case SHOW -> notFromTables ? FoundRows.KEPT : FoundRows.SENT;
            case EXPLAIN -> query || change ? FoundRows.UNCLEAR : FoundRows.SENT;
            case DO -> query ? FoundRows.UNCLEAR : FoundRows.ONE;
            case OTHER -> query ? FoundRows.UNCLEAR : FoundRows.KEPT;
            case BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, USE, XA, KILL, LOAD, ALTER, DROP, RENAME, TRUNCATE, GRANT, REVOKE, LOCK,
                    UNLOCK,
                    FLUSH, PREPARE, DEALLOCATE, HANDLER ->
                FoundRows.KEPT;
            case NONE, CALL, EXECUTE -> FoundRows.UNCLEAR;
        };
    }
}
