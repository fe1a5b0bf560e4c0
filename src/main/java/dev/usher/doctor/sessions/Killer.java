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

/**
 * Kills a session if, and only if, it still sleeps as it did when it was judged.
 *
 * <p>No server has a KILL with a condition. Check and KILL are statements of one command, so that nothing but the server's own work lies between
 * them: the check leaves the id in a user variable, or NULL, and KILL of NULL is an error (1094) and kills nobody. What wakes up between the
 * two is not safe; the statement after the KILL looks whether it did.
 */
public final class Killer {
    private static final int NO_SUCH_THREAD = 1094;

    private final Connection connection;
    private final Source source;
    private final Duration olderThan;

    /**
     * @param connection must allow several statements in one command
     * @param olderThan what has slept for less is left alone
     */
    public Killer(Connection connection, Source source, Duration olderThan) {
        this.connection = connection;
        this.source = source;
        this.olderThan = olderThan;
    }

    /** @throws SQLException if the connection is lost */
    public KillResult kill(SeenSession session) throws SQLException {
        if (session.isProtected() || !session.sleeps()) {
            throw new IllegalArgumentException("not to be killed: " + session.id());
        }
        String batch = "SET @usher_checked = SYSDATE(6), @usher_victim = (" + check(session)
                + "); KILL @usher_victim; SET @usher_killed = SYSDATE(6);"
                + " SELECT TIMESTAMPDIFF(MICROSECOND, @usher_checked, @usher_killed), CAST(@usher_checked AS CHAR), (" + awake(session)
                + ")";
        try (Statement statement = connection.createStatement()) {
            statement.execute(batch);
            ResultSet row = lastResult(statement);
            row.next();
            boolean awake = row.getInt(3) > 0;
            return new KillResult(session, awake ? Outcome.KILLED_AWAKE : Outcome.KILLED,
                    Optional.of(Duration.ofNanos(row.getLong(1) * 1000)),
                    row.getString(2), awake ? "began a statement between the check and the KILL" : "");
        } catch (SQLException e) {
            if (e.getErrorCode() == NO_SUCH_THREAD) {
                return spared(session);
            }
            SessionReader.orThrow(e);
            return new KillResult(session, Outcome.REFUSED, Optional.empty(), "", Driver.message(e) + " (" + e.getErrorCode() + ")");
        }
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

    /** The session's id if it is the same one, in the same sleep; else no row. */
    private String check(SeenSession session) {
        String last = session.lastStatement().isPresent() ? Long.toString(session.lastStatement().getAsLong()) : "";
        long millis = olderThan.toMillis();
        String user = quoted(session.client().account());
        return switch (source) {
            case MYSQL_PERFORMANCE_SCHEMA -> "SELECT t.PROCESSLIST_ID FROM performance_schema.threads t WHERE t.PROCESSLIST_ID = "
                    + session.id()
                    + " AND t.PROCESSLIST_COMMAND = 'Sleep' AND t.PROCESSLIST_TIME * 1000 >= " + millis + " AND t.PROCESSLIST_USER = "
                    + user
                    + (last.isEmpty() ? ""
                            : " AND EXISTS (SELECT 1 FROM performance_schema.events_statements_current s WHERE s.THREAD_ID = t.THREAD_ID AND s.EVENT_ID = "
                                    + last + " AND s.END_EVENT_ID IS NOT NULL)");
            case MYSQL_PROCESSLIST -> "SELECT ID FROM information_schema.PROCESSLIST WHERE ID = " + session.id()
                    + " AND COMMAND = 'Sleep' AND TIME * 1000 >= " + millis + " AND USER = " + user;
            case MARIADB_PROCESSLIST -> "SELECT ID FROM information_schema.PROCESSLIST WHERE ID = " + session.id()
                    + " AND COMMAND = 'Sleep' AND TIME_MS >= " + millis + " AND USER = " + user
                    + (last.isEmpty() ? "" : " AND QUERY_ID = " + last);
        };
    }

    /** How many of the session's id have run something since. A killed one that slept may be here for a moment more, or be gone. */
    private String awake(SeenSession session) {
        String last = session.lastStatement().isPresent() ? Long.toString(session.lastStatement().getAsLong()) : "0";
        return switch (source) {
            case MYSQL_PERFORMANCE_SCHEMA ->
                "SELECT COUNT(*) FROM performance_schema.threads t JOIN performance_schema.events_statements_current s"
                        + " ON s.THREAD_ID = t.THREAD_ID WHERE t.PROCESSLIST_ID = " + session.id() + " AND s.EVENT_ID <> " + last
                        + " AND s.EVENT_NAME <> 'statement/com/Quit'";
            case MYSQL_PROCESSLIST ->
                "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = " + session.id() + " AND INFO IS NOT NULL";
            case MARIADB_PROCESSLIST -> "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = " + session.id()
                    + " AND (INFO IS NOT NULL OR QUERY_ID <> " + last + ")";
        };
    }

    private KillResult spared(SeenSession session) throws SQLException {
        String query = "SELECT COMMAND, SYSDATE(6) FROM information_schema.PROCESSLIST WHERE ID = " + session.id();
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(query)) {
            if (!row.next()) {
                return new KillResult(session, Outcome.GONE, Optional.empty(), "", "");
            }
            String command = String.valueOf(row.getString(1));
            Outcome outcome = command.equals("Sleep") ? Outcome.USED_AGAIN : Outcome.BECAME_ACTIVE;
            return new KillResult(session, outcome, Optional.empty(), row.getString(2), command);
        }
    }

    /** In hexadecimal: no setting of the server reads that in another way. */
    private static String quoted(String name) {
        return "X'" + HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8)) + "'";
    }
}
