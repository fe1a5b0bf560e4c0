package dev.usher.doctor.sessions;

import dev.usher.doctor.access.Driver;
import dev.usher.doctor.leaks.SeenSession;
import dev.usher.doctor.sessions.KillResult.Outcome;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Kills a session if, and only if, it still sleeps as it did when it was judged.
 *
 * <p>No server has a KILL with a condition. Check and KILL are statements of one command, so that nothing but the server's own work lies between
 * them: the check leaves the id in a user variable, or NULL, and KILL of NULL is an error (1094) and kills nobody. A busy processor may stop the server's thread between
 * any two statements; KILL takes an expression (without tables, on every server), and this one looks at the clock: what is late kills nobody, and is
 * done again. What wakes up within the time that is left is not safe; the statement after the KILL looks whether it did.
 */
public final class Killer {
    private static final int NO_SUCH_THREAD = 1094;
    private static final int SEEN_ASLEEP = 1;
    private static final int SEEN_AWAKE = 2;
    private static final int LOOKS_AT_WHAT_GOES = 100;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(1);
    /** Of the gap, until the KILL reads the clock, in percent; the rest is for what the KILL does after that. */
    private static final int UNTIL_KILL = 90;
    private static final int MOST_ATTEMPTS = 20;

    private final Connection connection;
    private final Source source;
    private final Duration olderThan;
    private final Duration inTime;
    private final String between;

    /**
     * @param connection must allow several statements in one command
     * @param olderThan what has slept for less is left alone
     * @param gap the longest from before the check until the KILL; what could only be killed later is left alone
     */
    public Killer(Connection connection, Source source, Duration olderThan, Duration gap) {
        this(connection, source, olderThan, gap, "");
    }

    /** @param between statements, each with its semicolon, between the check and the KILL: for tests, in which the gap shall be long */
    Killer(Connection connection, Source source, Duration olderThan, Duration gap, String between) {
        this.connection = connection;
        this.source = source;
        this.olderThan = olderThan;
        this.inTime = gap.multipliedBy(UNTIL_KILL).dividedBy(100);
        this.between = between;
    }

    /** @throws SQLException if the connection is lost */
    public KillResult kill(SeenSession session) throws SQLException {
        if (session.isProtected() || !session.sleeps()) {
            throw new IllegalArgumentException("not to be killed: " + session.id());
        }
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(batch(session));
                ResultSet row = lastResult(statement);
                row.next();
                KillResult.Gap gap = new KillResult.Gap(row.getString(1), micros(row, 2), micros(row, 3));
                int seen = row.getInt(4);
                long before = row.getLong(5);
                boolean tells = source.isPerformanceSchema() && !row.wasNull(); // it may be told not to count for this account
                return killed(session, gap, seen, tells, seen == 0 && tells && failedSince(session, before));
            } catch (SQLException e) {
                if (e.getErrorCode() != NO_SUCH_THREAD) {
                    SessionReader.orThrow(e);
                    return new KillResult(session, Outcome.REFUSED, Optional.empty(), Driver.message(e) + " (" + e.getErrorCode() + ")");
                }
                if (number("SELECT @usher_victim IS NOT NULL AND @usher_gap >= " + micros(inTime)) == 0) {
                    return spared(session);
                }
            }
        }
        return new KillResult(session, Outcome.TOO_LATE, Optional.empty(), MOST_ATTEMPTS + " attempts; --max-gap allows more"
                + (source.isPerformanceSchema() ? ""
                        : ", and with its performance schema on, the server finds a session without reading the whole process list"));
    }

    /**
     * Ends in a KILL and a look at what it did. Between the check and the KILL there is no other statement: at the end of each the server writes to its client, and
     * whom that wakes may take the processor.
     */
    private String batch(SeenSession session) {
        return "SET @usher_before = (" + failed(session) + "); SET @usher_checked = SYSDATE(6); SET @usher_victim = (" + check(session)
                + "); " + between + "KILL IF((@usher_gap := TIMESTAMPDIFF(MICROSECOND, @usher_checked, SYSDATE(6))) < " + micros(inTime)
                + ", @usher_victim, NULL); SET @usher_killed = SYSDATE(6), @usher_seen = (" + seen(session)
                + "); SELECT CAST(@usher_checked AS CHAR), @usher_gap,"
                + " TIMESTAMPDIFF(MICROSECOND, @usher_checked, @usher_killed), @usher_seen, @usher_before";
    }

    private static KillResult killed(SeenSession session, KillResult.Gap gap, int seen, boolean tells, boolean statementFailed) {
        if (seen == SEEN_AWAKE || statementFailed) {
            return new KillResult(session, Outcome.KILLED_AWAKE, Optional.of(gap), "began a statement between the check and the KILL");
        }
        return seen == SEEN_ASLEEP || tells
                ? new KillResult(session, Outcome.KILLED, Optional.of(gap), "")
                : new KillResult(session, Outcome.KILLED_UNSEEN, Optional.of(gap), "");
    }

    private static Duration micros(ResultSet row, int column) throws SQLException {
        return Duration.ofNanos(row.getLong(column) * 1000);
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }

    private static ResultSet lastResult(Statement statement) throws SQLException {
        ResultSet rows = statement.getResultSet();
        while (rows == null) {
            if (!statement.getMoreResults() && statement.getUpdateCount() == -1) {
                throw new SQLException("the server's answer has no result");
            }
            rows = statement.getResultSet();
        }
        return rows;
    }

    /** It has slept since it was looked at as well, unless it has run something; two seconds for the servers that count whole ones. */
    private long leastSleep(SeenSession session) {
        return Math.max(olderThan.toMillis(), session.since().minusSeconds(2).toMillis());
    }

    /** The session's id if it is the same one, in the same sleep; else no row. */
    private String check(SeenSession session) {
        String last = session.lastStatement().isPresent() ? Long.toString(session.lastStatement().getAsLong()) : "";
        long millis = leastSleep(session);
        String user = quoted(session.client().account());
        return switch (source) {
            case MYSQL_PERFORMANCE_SCHEMA -> "SELECT t.PROCESSLIST_ID FROM performance_schema.threads t WHERE t.PROCESSLIST_ID = "
                    + session.id()
                    + " AND t.PROCESSLIST_COMMAND = 'Sleep' AND t.PROCESSLIST_TIME * 1000 >= " + millis + " AND t.PROCESSLIST_USER = "
                    + user
                    + (last.isEmpty() ? ""
                            : " AND EXISTS (SELECT 1 FROM performance_schema.events_statements_current s WHERE s.THREAD_ID = t.THREAD_ID AND s.EVENT_ID = "
                                    + last + " AND s.END_EVENT_ID IS NOT NULL)");
            case MARIADB_PERFORMANCE_SCHEMA ->
                "SELECT t.PROCESSLIST_ID FROM performance_schema.threads t WHERE t.PROCESSLIST_ID = " + session.id()
                        + " AND t.PROCESSLIST_COMMAND = 'Sleep' AND t.PROCESSLIST_TIME * 1000 >= " + millis + " AND t.PROCESSLIST_USER = "
                        + user;
            case MYSQL_PROCESSLIST -> "SELECT ID FROM information_schema.PROCESSLIST WHERE ID = " + session.id()
                    + " AND COMMAND = 'Sleep' AND TIME * 1000 >= " + millis + " AND USER = " + user;
            case MARIADB_PROCESSLIST -> "SELECT ID FROM information_schema.PROCESSLIST WHERE ID = " + session.id()
                    + " AND COMMAND = 'Sleep' AND TIME_MS >= " + millis + " AND USER = " + user
                    + (last.isEmpty() ? "" : " AND QUERY_ID = " + last);
        };
    }

    /** What there is of the session right after the KILL. A connection that slept is there for a moment more, or gone. */
    private String seen(SeenSession session) {
        String last = session.lastStatement().isPresent() ? Long.toString(session.lastStatement().getAsLong()) : "0";
        long millis = leastSleep(session);
        return switch (source) {
            case MYSQL_PERFORMANCE_SCHEMA -> seenBy("s.EVENT_ID <> " + last + " AND s.EVENT_NAME <> 'statement/com/Quit'",
                    "performance_schema.threads t JOIN performance_schema.events_statements_current s ON s.THREAD_ID = t.THREAD_ID"
                            + " WHERE t.PROCESSLIST_ID = " + session.id());
            case MARIADB_PERFORMANCE_SCHEMA -> seenBy("PROCESSLIST_COMMAND <> 'Sleep' OR PROCESSLIST_TIME * 1000 < " + millis,
                    "performance_schema.threads WHERE PROCESSLIST_ID = " + session.id());
            case MYSQL_PROCESSLIST ->
                seenBy("INFO IS NOT NULL OR TIME * 1000 < " + millis, "information_schema.PROCESSLIST WHERE ID = " + session.id());
            case MARIADB_PROCESSLIST ->
                seenBy("INFO IS NOT NULL OR QUERY_ID <> " + last, "information_schema.PROCESSLIST WHERE ID = " + session.id());
        };
    }

    private static String seenBy(String awake, String from) {
        return "SELECT IF(COUNT(*) = 0, 0, IF(SUM(" + awake + ") > 0, " + SEEN_AWAKE + ", " + SEEN_ASLEEP + ")) FROM " + from;
    }

    /**
     * How many statements of this account have failed so far. A statement that the KILL ends is one of them: most are interrupted (1317), and even those that are not cannot send
     * their result (1160). What slept has no statement that could fail.
     */
    private String failed(SeenSession session) {
        return source.isPerformanceSchema()
                ? "SELECT SUM(SUM_ERRORS) FROM performance_schema.events_statements_summary_by_account_by_event_name WHERE USER = "
                        + quoted(session.client().account()) + " AND HOST = " + quoted(session.client().host())
                : "0";
    }

    /** Whether the session, which could not be looked at, was ended in a statement. It is counted when the session has gone. */
    private boolean failedSince(SeenSession session, long before) throws SQLException {
        for (int attempt = 0; attempt < LOOKS_AT_WHAT_GOES; attempt++) {
            if (number("SELECT COUNT(*) FROM performance_schema.threads WHERE PROCESSLIST_ID = " + session.id()) == 0) {
                break;
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos()); // the processor is for what goes
        }
        return number(failed(session)) > before;
    }

    private long number(String query) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private KillResult spared(SeenSession session) throws SQLException {
        String query = "SELECT COMMAND FROM information_schema.PROCESSLIST WHERE ID = " + session.id();
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(query)) {
            if (!row.next()) {
                return new KillResult(session, Outcome.GONE, Optional.empty(), "");
            }
            String command = String.valueOf(row.getString(1));
            Outcome outcome = command.equals("Sleep") ? Outcome.USED_AGAIN : Outcome.BECAME_ACTIVE;
            return new KillResult(session, outcome, Optional.empty(), command);
        }
    }

    /** In hexadecimal: no setting of the server reads that in another way. */
    private static String quoted(String name) {
        return "X'" + HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8)) + "'";
    }
}
