package dev.usher.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session's last statement left to be read: ROW_COUNT(), FOUND_ROWS() and the conditions of the diagnostics area. For each of them it knows whether the server
 * connection that the session has can still tell; if not, what the session's next statement would read is put into its text from here.
 *
 * <p>The servers differ in when conditions go: on MySQL every statement that does not read them clears them, on MariaDB one that uses a table or leaves others. So a
 * session that has brought conditions from another connection to a MariaDB leaves a mark there, in front of its statement; if the mark is gone afterwards, so are they.
 */
public final class Leftovers {
    private static final long CHANGED_BY_A_MARK =
            Trait.bits(Trait.READS_LAST_INSERT_ID, Trait.MAY_SET_LAST_INSERT_ID, Trait.MAY_FIRE_TRIGGERS);
    private static final String MARK_VALUE = "usher:mark";

    /** The mark on a MariaDB connection, a warning. Its OK is not the client's. SIGNAL fails where collation_connection is one of ucs2. */
    public static final String MARK = "DO CAST(_latin1'" + MARK_VALUE + "' AS SIGNED);";

    /** The default depth of a recursion on both servers. */
    private static final long DEEPEST_RECURSION = 1000;

    /** A tenth of a second for the server to count them. */
    private static final long MOST_ROWS_MADE = 1_000_000;

    /** Their third power is {@link #MOST_ROWS_MADE}. */
    private static final long ROWS_OF_A_FACTOR = 100;

    private enum Where {
        /** What is known here is all there is; what the server connection may have is another session's. */
        HERE,
        /** On the server connection. */
        SERVER,
        /** Known here, unless the mark on the server connection is gone. */
        MARKED
    }

    private final boolean mariaDb;
    private long rowCount;
    private long foundRows;
    private boolean foundRowsKnown = true;
    private boolean rowCountOnServer;
    private boolean foundRowsOnServer;

    private Where where = Where.HERE;
    private boolean conditionsOnServer;
    /** How many conditions the server has of the last statement, as far as that was told. */
    private int expected;

    private Conditions conditions = Conditions.NONE;

    public Leftovers(boolean mariaDb) {
        this.mariaDb = mariaDb;
    }

    // ---- what statements do ----

    /**
     * A statement was answered by OK or a result set.
     *
     * @param rows affected rows of an OK, or the rows of the result set
     * @param matched how many rows an UPDATE has found, -1 if that is not known
     * @param warnings as the OK, or the end of the result set, counts them
     */
    public void completed(boolean resultSet, long rows, long matched, int warnings, FoundRows after) {
        rowCount = resultSet ? -1 : rows;
        rowCountOnServer = true;
        switch (after) {
            case SENT -> {
                // A query without a result is one in an executable comment that this server does not run.
                if (resultSet) {
                    foundRowsKnown = true;
                    foundRows = rows;
                    foundRowsOnServer = true;
                }
            }
            case KEPT -> {}
            // With none found, MySQL may not even have looked for them, and then leaves it as it was.
            case MATCHED -> foundRowsOfMySql(matched == 0 ? -1 : matched);
            case ONE -> foundRowsOfMySql(1);
            case COUNTED, UNCLEAR -> {
                foundRowsKnown = false;
                foundRowsOnServer = true;
            }
        }
        conditionsAfter(warnings);
    }

    /** A statement of a text of several, of which some read conditions: which of them this was is not known, so that only the server knows what is left. */
    public void completedOneOf(boolean resultSet, long rows, int warnings) {
        completed(resultSet, rows, -1, warnings, FoundRows.UNCLEAR);
        conditionsOnServer = where == Where.SERVER;
        expected = warnings;
    }

    private void foundRowsOfMySql(long rows) {
        if (!mariaDb) {
            foundRowsKnown = rows >= 0;
            foundRows = rows;
            foundRowsOnServer = true;
        }
    }

    private void conditionsAfter(int warnings) {
        if (warnings > 0) {
            onServer(warnings);
        } else if (!mariaDb) {
            where = Where.SERVER;
            conditionsOnServer = false;
            conditions = Conditions.NONE;
        } else if (where == Where.HERE && !conditions.isEmpty()) {
            where = Where.MARKED;
        }
    }

    private void onServer(int count) {
        where = Where.SERVER;
        conditionsOnServer = true;
        expected = count;
        conditions = Conditions.NONE;
    }

    /** A statement that reads conditions and leaves them was run as the client wrote it. */
    public void readByServer(ConditionsRequest.@Nullable Kind kind, boolean resultSet, int warnings) {
        rowCountOnServer = true;
        if (kind == ConditionsRequest.Kind.COUNT) {
            counted();
        } else if (resultSet) {
            rowCount = -1;
        } else if (warnings > 0) {
            rowCount = -1;
            onServer(expected + warnings);
        }
    }

    /** SHOW WARNINGS or SHOW ERRORS was answered from here. */
    public void shown() {
        rowCount = -1;
        rowCountOnServer = true;
    }

    /** SHOW COUNT(*) was answered from here by a query. */
    public void counted() {
        shown();
        foundRows = 1;
        foundRowsKnown = true;
        foundRowsOnServer = true;
    }

    /** GET DIAGNOSTICS was answered from here by a SET. */
    public void diagnosed() {
        rowCountOnServer = false;
    }

    /** GET DIAGNOSTICS asked for a condition that there is not, which adds one. */
    public void diagnosedNone() {
        rowCount = -1;
        rowCountOnServer = true;
        conditions = conditions.withInvalidNumber();
    }

    /** A statement that Usher has run itself, and answered by OK. */
    public void ranHere() {
        rowCount = 0;
        rowCountOnServer = false;
        if (!mariaDb) {
            where = Where.HERE;
            conditionsOnServer = false;
            conditions = Conditions.NONE;
        }
    }

    /** How many conditions MySQL counts in the OK of a command that is no statement; on MariaDB it counts none. */
    public int countedInOk() {
        return mariaDb ? 0 : where == Where.HERE ? conditions.count() : conditionsOnServer ? expected : 0;
    }

    /** A command that is no statement, or one that Usher has answered. */
    public void commandAnswered(long rows, boolean byServer) {
        rowCount = rows;
        rowCountOnServer = byServer;
    }

    /** COM_STMT_PREPARE. On MySQL an execution that reads how many warnings there are does not count those of the prepare. */
    public void prepared(int warnings) {
        if (mariaDb && where == Where.HERE && !conditions.isEmpty()) {
            // The mark in front of it has changed that.
            rowCountOnServer = false;
        }
        conditionsAfter(mariaDb ? warnings : 0);
    }

    /**
     * An error. On MySQL a query that fails leaves FOUND_ROWS() alone; on MariaDB only one that has not begun to run.
     *
     * @param ran whether the query had begun to run
     */
    public void failed(FoundRows after, boolean ran) {
        rowCount = -1;
        rowCountOnServer = true;
        if (after == FoundRows.UNCLEAR || mariaDb && ran && (after == FoundRows.SENT || after == FoundRows.COUNTED)) {
            foundRowsKnown = false;
            foundRowsOnServer = true;
        }
        // The question that follows an error may change it.
        foundRowsOnServer &= !foundRowsKnown;
        onServer(1);
    }

    /** An error that Usher has answered with, so that no server connection has it. */
    public void failedHere(int code, String message) {
        rowCount = -1;
        rowCountOnServer = false;
        where = Where.HERE;
        conditionsOnServer = false;
        conditions = Conditions.read(List.<@Nullable String[]>of(new @Nullable String[]{"Error", String.valueOf(code), message}));
    }

    /** Usher has refused what is no command; on MySQL that leaves the conditions of the statement before beside its own. */
    public void noCommand(int code, String message) {
        Conditions before = mariaDb ? Conditions.NONE : conditions;
        failedHere(code, message);
        conditions = before.withError(code, message);
    }

    /** The number of conditions after an error. */
    public void expect(int count) {
        expected = count;
    }

    /** COM_RESET_CONNECTION. */
    public void reset() {
        rowCount = 0;
        rowCountOnServer = false;
        foundRowsOnServer = false;
        where = Where.HERE;
        conditions = Conditions.NONE;
        conditionsOnServer = false;
    }

    /**
     * Whether a connection where FOUND_ROWS() is another session's has to be given this one's, as the statement may leave it as it was. Not if that is too many rows; then the
     * statement has to change it. Nor if that would take from the connection what the statement is to read there; what later ones may read has to be captured before.
     *
     * @param reads whether the statement reads anything that the one before it has left
     */
    public boolean foundRowsDue(FoundRows after, boolean reads) {
        return after == FoundRows.UNCLEAR && !foundRowsOnServer && foundRowsKnown && foundRows <= MOST_ROWS_MADE
                && (!reads || !rowCountOnServer && where == Where.HERE);
    }

    /** What gives it: a query with as many rows, of which it sends the first where there are too many for a recursion. */
    public String foundRowsInFront() {
        if (foundRows == 1) {
            return "SELECT 1";
        }
        if (foundRows <= DEEPEST_RECURSION) {
            return counter(foundRows) + "SELECT i FROM n WHERE i<=" + foundRows;
        }
        long square = ROWS_OF_A_FACTOR * ROWS_OF_A_FACTOR;
        return counter(ROWS_OF_A_FACTOR) + "SELECT SQL_CALC_FOUND_ROWS 1 FROM n a,n b,n c WHERE a.i<=" + Math.ceilDiv(foundRows, square)
                + " AND (a.i-1)*" + square + "+(b.i-1)*" + ROWS_OF_A_FACTOR + "+c.i<=" + foundRows + " LIMIT 1";
    }

    private static String counter(long to) {
        return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<" + to + ") ";
    }

    /** It has been given. */
    public void foundRowsGiven() {
        moved();
        foundRowsOnServer = true;
    }

    // ---- leaving a connection ----

    /**
     * The server connection is gone, and with it what had not been read.
     *
     * @return whether FOUND_ROWS() was part of that
     */
    public boolean lost() {
        boolean foundRowsLost = !foundRowsKnown;
        foundRows(foundRows());
        if (conditionsUnread()) {
            conditions = Conditions.read(List.<@Nullable String[]>of(new @Nullable String[]{"Warning", "1158",
                "Usher lost its connection to the server, which knew the conditions of this statement"}));
        }
        moved();
        return foundRowsLost;
    }

    /** The session has got another connection, or its own after somebody else had it; or Usher has asked something there. */
    public void moved() {
        rowCountOnServer = false;
        foundRowsOnServer = false;
        if (where != Where.HERE) {
            // What there was has been captured by now.
            where = Where.HERE;
            conditionsOnServer = false;
        }
    }

    /** Whether the conditions have to be read before the session leaves the connection. */
    public boolean conditionsUnread() {
        return where == Where.MARKED || where == Where.SERVER && conditionsOnServer;
    }

    public boolean foundRowsUnread() {
        return !foundRowsKnown;
    }

    /** How many conditions the server will show, if the session's own are still there. */
    public int expected() {
        return expected;
    }

    /** FOUND_ROWS() as the server has told it. */
    public void foundRows(long told) {
        foundRows = told;
        foundRowsKnown = true;
    }

    /** FOUND_ROWS() if it is known, else 0. */
    public long foundRows() {
        return foundRowsKnown ? foundRows : 0;
    }

    /** The conditions as SHOW WARNINGS has given them. */
    public void conditions(Conditions captured) {
        boolean mark = where == Where.MARKED && captured.size() == 1 && captured.message(0).contains(MARK_VALUE);
        if (!mark) {
            conditions = captured.isEmpty() ? captured : captured.counting(expected);
        }
        where = Where.HERE;
        conditionsOnServer = false;
    }

    // ---- reading ----

    /** Whether the mark has to be set in front of a statement that is no reader of conditions. */
    public boolean mustMark() {
        return mariaDb && where == Where.HERE && !conditions.isEmpty();
    }

    /** Whether a reader of conditions can only be answered when the server has told whether the mark is still there. */
    public boolean mustAsk() {
        return where == Where.MARKED;
    }

    public boolean conditionsHere() {
        return where == Where.HERE;
    }

    public Conditions conditions() {
        return conditions;
    }

    public long rowCount() {
        return rowCount;
    }

    /** Whether the text of a statement with these traits must be changed for it to give the session's own values. */
    public boolean concerns(long traits) {
        return (traits & Trait.READS_ROW_COUNT.bit()) != 0 && !rowCountStays(traits)
                || (traits & Trait.READS_FOUND_ROWS.bit()) != 0 && !foundRowsOnServer
                || (traits & (Trait.READS_DIAGNOSTICS.bit() | Trait.READS_CONDITION_COUNTS.bit())) != 0 && where != Where.SERVER;
    }

    /**
     * What to put in for what the server connection does not know.
     *
     * @param traits of the statement
     * @param id what to put in for the connection's id
     */
    public StatementRewriter.Values values(long traits, StatementRewriter.Values id) {
        return new StatementRewriter.Values(
                rowCountStays(traits) ? null : "IF(0,ROW_COUNT()," + rowCount + ")",
                foundRowsOnServer ? null : "IF(0,FOUND_ROWS()," + foundRows + ")",
                where == Where.SERVER ? null : count("warning_count", conditions.count()),
                where == Where.SERVER ? null : count("error_count", conditions.errors()),
                id.connectionId(),
                id.pseudoThreadId(),
                id.schema(),
                null);
    }

    /** What SHOW COUNT(*) gives. */
    public String counting(boolean errorsOnly) {
        String variable = errorsOnly ? "error_count" : "warning_count";
        int count = errorsOnly ? conditions.errors() : conditions.count();
        return "SELECT IF(0,@@" + variable + ",CAST(" + count + " AS UNSIGNED)) AS `@@session." + variable + "`";
    }

    /** What may have to be set in front of the statement, the mark or LAST_INSERT_ID(), would change it. */
    private boolean rowCountStays(long traits) {
        return rowCountOnServer && !mustMark() && (traits & CHANGED_BY_A_MARK) == 0;
    }

    private String count(String variable, int count) {
        // With the mark in front of it, MariaDB counts one if the statement leaves the conditions, and none if it clears them first.
        String value = mariaDb && !conditions.isEmpty() ? "@@warning_count*" + count : String.valueOf(count);
        return "IF(0,@@" + variable + ",CAST(" + value + " AS UNSIGNED))";
    }
}
