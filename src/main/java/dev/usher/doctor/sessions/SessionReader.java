package dev.usher.doctor.sessions;

import dev.usher.doctor.access.Driver;
import dev.usher.doctor.access.Identity;
import dev.usher.doctor.leaks.Client;
import dev.usher.doctor.leaks.Look;
import dev.usher.doctor.leaks.SeenSession;
import dev.usher.doctor.leaks.SeenSession.OpenTransaction;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Looks at all sessions of a server. */
public final class SessionReader {
    private static final int LONGEST_TEXT = 300;

    private static final String WITH_STATEMENTS =
            """
                    SELECT t.PROCESSLIST_ID, t.PROCESSLIST_USER, t.PROCESSLIST_HOST, t.PROCESSLIST_COMMAND, t.PROCESSLIST_TIME * 1000, s.EVENT_ID, s.SQL_TEXT
                    FROM performance_schema.threads t
                    LEFT JOIN performance_schema.events_statements_current s ON s.THREAD_ID = t.THREAD_ID AND s.NESTING_EVENT_LEVEL = 0
                    WHERE t.TYPE = 'FOREGROUND' AND t.PROCESSLIST_ID IS NOT NULL AND t.PROCESSLIST_ID <> CONNECTION_ID()""";
    private static final String MARIADB_LIST =
            "SELECT ID, USER, HOST, COMMAND, TIME_MS, QUERY_ID, NULL FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID()";
    private static final String MYSQL_LIST =
            "SELECT ID, USER, HOST, COMMAND, TIME * 1000, NULL, NULL FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID()";
    private static final String LAST_STATEMENTS = """
            SELECT t.PROCESSLIST_ID, s.EVENT_ID, s.SQL_TEXT FROM performance_schema.threads t
            JOIN performance_schema.events_statements_current s ON s.THREAD_ID = t.THREAD_ID AND s.NESTING_EVENT_LEVEL = 0
            WHERE t.PROCESSLIST_ID IS NOT NULL""";
    private static final String ATTRIBUTES = "SELECT PROCESSLIST_ID, ATTR_NAME, ATTR_VALUE FROM performance_schema.session_connect_attrs"
            + " WHERE ATTR_NAME IN ('program_name', '_client_name', '_pid')";
    private static final String TRANSACTIONS =
            "SELECT trx_mysql_thread_id, TIMESTAMPDIFF(SECOND, trx_started, NOW()), trx_rows_locked, trx_rows_modified"
                    + " FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id > 0";

    private final Connection connection;
    private final Source source;
    private final boolean performanceSchema;
    private boolean withoutProcess;

    public SessionReader(Connection connection, boolean mariaDb) throws SQLException {
        this.connection = connection;
        performanceSchema = Source.hasPerformanceSchema(connection);
        source = mariaDb ? Source.MARIADB_PROCESSLIST : performanceSchema ? Source.MYSQL_PERFORMANCE_SCHEMA : Source.MYSQL_PROCESSLIST;
    }

    public Source source() {
        return source;
    }

    /** What could not be seen at the last look, for the user; empty if all could. */
    public String missing() {
        List<String> missing = new ArrayList<>();
        if (!performanceSchema) {
            missing.add(
                    "performance_schema is off, or this account may not read it: programs, process ids and last statements are not known");
        }
        if (withoutProcess) {
            missing.add("without PROCESS this account sees its own sessions alone, and no transactions");
        }
        return String.join("; ", missing);
    }

    private record Statements(OptionalLong count, Optional<String> text) {}

    public Look look() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            Map<Long, OpenTransaction> transactions = transactions(statement);
            Map<Long, Map<String, String>> attributes = performanceSchema ? attributes(statement) : Map.of();
            Map<Long, Statements> statements = performanceSchema && source == Source.MARIADB_PROCESSLIST ? statements(statement) : Map.of();
            List<SeenSession> sessions = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(query())) {
                while (rows.next()) {
                    SeenSession session = session(rows, transactions, attributes, statements);
                    if (!session.client().program().equals(Identity.PROGRAM)) {
                        sessions.add(session);
                    }
                }
            }
            return new Look(Duration.ofNanos(System.nanoTime()), sessions);
        }
    }

    private String query() {
        return switch (source) {
            case MYSQL_PERFORMANCE_SCHEMA -> WITH_STATEMENTS;
            case MYSQL_PROCESSLIST -> MYSQL_LIST;
            case MARIADB_PROCESSLIST -> MARIADB_LIST;
        };
    }

    private SeenSession session(ResultSet row, Map<Long, OpenTransaction> transactions, Map<Long, Map<String, String>> attributes,
            Map<Long, Statements> statements) throws SQLException {
        long id = row.getLong(1);
        Map<String, String> named = attributes.getOrDefault(id, Map.of());
        String program = named.getOrDefault("program_name", named.getOrDefault("_client_name", ""));
        Client client = new Client(text(row, 2), host(text(row, 3)), program, named.getOrDefault("_pid", ""));
        long last = row.getLong(6);
        OptionalLong lastStatement = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(last);
        // An event's number counts statements and whatever else is watched: an upper bound.
        OptionalLong count = source == Source.MYSQL_PERFORMANCE_SCHEMA ? lastStatement
                : statements.containsKey(id) ? statements.get(id).count() : OptionalLong.empty();
        Optional<String> sql =
                statements.containsKey(id) ? statements.get(id).text() : Optional.of(text(row, 7)).filter(text -> !text.isEmpty());
        return new SeenSession(id, client, text(row, 4), Duration.ofMillis(Math.max(0, row.getLong(5))), lastStatement, count,
                Optional.ofNullable(transactions.get(id)), sql.map(SessionReader::shortened));
    }

    private Map<Long, OpenTransaction> transactions(Statement statement) throws SQLException {
        Map<Long, OpenTransaction> transactions = new HashMap<>();
        try (ResultSet rows = statement.executeQuery(TRANSACTIONS)) {
            while (rows.next()) {
                transactions.put(rows.getLong(1),
                        new OpenTransaction(Duration.ofSeconds(Math.max(0, rows.getLong(2))), rows.getLong(3), rows.getLong(4)));
            }
        } catch (SQLException e) {
            orThrow(e);
            withoutProcess = true;
        }
        return transactions;
    }

    private static Map<Long, Map<String, String>> attributes(Statement statement) throws SQLException {
        Map<Long, Map<String, String>> attributes = new HashMap<>();
        try (ResultSet rows = statement.executeQuery(ATTRIBUTES)) {
            while (rows.next()) {
                attributes.computeIfAbsent(rows.getLong(1), id -> new HashMap<>()).put(rows.getString(2), text(rows, 3));
            }
        } catch (SQLException e) {
            orThrow(e); // without SELECT on performance_schema
        }
        return attributes;
    }

    private static Map<Long, Statements> statements(Statement statement) throws SQLException {
        Map<Long, Statements> statements = new HashMap<>();
        try (ResultSet rows = statement.executeQuery(LAST_STATEMENTS)) {
            while (rows.next()) {
                statements.put(rows.getLong(1),
                        new Statements(OptionalLong.of(rows.getLong(2)), Optional.of(text(rows, 3)).filter(text -> !text.isEmpty())));
            }
        } catch (SQLException e) {
            orThrow(e);
        }
        return statements;
    }

    /** @throws SQLException the same, if it is more than a statement that is refused */
    static void orThrow(SQLException e) throws SQLException {
        if (Driver.isLost(e) || e.getErrorCode() == 0) {
            throw e;
        }
    }

    private static String text(ResultSet row, int column) throws SQLException {
        String text = row.getString(column);
        return text == null ? "" : text;
    }

    private static String host(String host) {
        return host.replaceFirst("^(\\[.*]|[^:]*):\\d+$", "$1");
    }

    private static String shortened(String sql) {
        String line = sql.replaceAll("\\s+", " ").strip();
        return line.length() <= LONGEST_TEXT ? line : line.substring(0, LONGEST_TEXT) + "...";
    }
}
