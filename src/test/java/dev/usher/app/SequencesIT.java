package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.config.HandOver;
import dev.usher.testing.Opened;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sessions that draw from sequences of MariaDB move from one server connection to the next, and LASTVAL() gives to each what it would give on a connection of its own: scripts
 * of several sessions, played directly and through an Usher that gives every statement another connection.
 */
class SequencesIT {
    private static final List<List<String>> SCRIPTS = List.of(
            List.of("a SELECT NEXTVAL(s)", "b SELECT LASTVAL(s)", "a SELECT LASTVAL(s)", "b SELECT NEXTVAL(s)",
                    "a SELECT LASTVAL(s), LASTVAL(s) + 1 AS more",
                    "b SELECT PREVIOUS VALUE FOR s", "c SELECT LASTVAL(s)", "a SELECT NEXT VALUE FOR s", "c SELECT 1",
                    "c SELECT LASTVAL(s)",
                    "a SELECT @@lock_wait_timeout, @@innodb_lock_wait_timeout", "b SELECT LASTVAL(s)",
                    "a SELECT LASTVAL( `s` ) /* quoted */ FROM DUAL WHERE LASTVAL(s) > 0"),
            // What was not drawn.
            List.of("a SELECT NEXTVAL(s)", "b SELECT IF(0, NEXTVAL(s), 5)", "b SELECT LASTVAL(s)", "a SELECT IF(0, NEXTVAL(s), 5)",
                    "a SELECT LASTVAL(s)",
                    "c SELECT 1", "b SELECT LASTVAL(s)", "c SELECT NEXTVAL(s) FROM no_such_table", "c SELECT LASTVAL(s)",
                    "c SELECT LASTVAL(s)",
                    "a SELECT LASTVAL(s)", "b INSERT INTO one SELECT NEXTVAL(s) FROM DUAL WHERE 1 = 0", "a SELECT LASTVAL(s)",
                    "b SELECT LASTVAL(s)"),
            // What was drawn by a statement that failed, or inside of another.
            List.of("b SELECT NEXTVAL(s)", "a INSERT INTO one VALUES (NEXTVAL(s) - NEXTVAL(s))",
                    "a INSERT INTO one VALUES (NEXTVAL(s) - NEXTVAL(s))",
                    "a SELECT LASTVAL(s)", "b SELECT 1", "a SELECT LASTVAL(s)",
                    "c INSERT INTO one SELECT NEXTVAL(s) + 100 FROM (SELECT 1 UNION SELECT 2) t",
                    "a SELECT LASTVAL(s)", "c SELECT LASTVAL(s)", "c SELECT LASTVAL(s), NEXTVAL(s), LASTVAL(s)", "b SELECT LASTVAL(s)",
                    "c SELECT LASTVAL(s)"),
            // With several sequences, named in full.
            List.of("a SELECT NEXTVAL(s), NEXTVAL(test.z)", "b SELECT NEXTVAL(z), LASTVAL(s)",
                    "a SELECT LASTVAL(test.s), LASTVAL(`test`.`z`)",
                    "b SELECT LASTVAL(s), LASTVAL(z)", "a USE mysql", "a SELECT NEXTVAL(test.s)", "b SELECT 1", "a SELECT LASTVAL(test.s)",
                    "a SELECT LASTVAL(s)",
                    "b SELECT LASTVAL(s)", "a USE test", "a SELECT LASTVAL(s)"),
            // In a transaction, and without autocommit.
            List.of("a BEGIN", "a SELECT NEXTVAL(s)", "b SELECT NEXTVAL(s)", "a SELECT LASTVAL(s)", "a ROLLBACK", "b SELECT LASTVAL(s)",
                    "a SELECT LASTVAL(s)",
                    "c SET autocommit = 0", "c SELECT NEXTVAL(s)", "b SELECT 1", "c SELECT LASTVAL(s)", "c COMMIT", "a SELECT 1",
                    "c SELECT LASTVAL(s)", "c COMMIT",
                    "b SELECT LASTVAL(s)"),
            // Altered, and made anew.
            List.of("a SELECT NEXTVAL(s)", "b SELECT NEXTVAL(z)", "a SELECT NEXTVAL(z)", "a ALTER SEQUENCE s INCREMENT 2",
                    "a SELECT LASTVAL(s), LASTVAL(z)",
                    "a SELECT NEXTVAL(s)", "b SELECT 1", "a SELECT LASTVAL(s)", "a CREATE OR REPLACE SEQUENCE s", "b SELECT 1",
                    "a SELECT LASTVAL(s)",
                    "a SELECT NEXTVAL(s)", "a DROP SEQUENCE s", "a SELECT LASTVAL(s)", "b SELECT LASTVAL(z)", "a CREATE SEQUENCE s",
                    "a SELECT LASTVAL(s), LASTVAL(z)",
                    "b SELECT LASTVAL(z)"),
            // Values of any size, and SETVAL().
            List.of("a ALTER SEQUENCE s MINVALUE -9223372036854775807 RESTART -9223372036854775806", "a SELECT NEXTVAL(s)", "b SELECT 1",
                    "a SELECT LASTVAL(s)",
                    "a SELECT SETVAL(s, 9223372036854775800)", "b SELECT 1", "a SELECT LASTVAL(s)", "a SELECT NEXTVAL(s)", "b SELECT 1",
                    "a SELECT LASTVAL(s)",
                    "a SELECT LASTVAL(s) = 9223372036854775801, LASTVAL(s) + 0.5"),
            // Under sql_mode=ORACLE, and several statements at once.
            List.of("a SET sql_mode = 'ORACLE'", "a SELECT s.nextval, test.z.nextval", "b SELECT NEXTVAL(s)",
                    "a SELECT s.currval, z.currval", "b SELECT LASTVAL(s)",
                    "a SELECT s.currval"),
            // Read and drawn in one text; drawn or not by a condition.
            List.of("b SELECT NEXTVAL(s)", "b INSERT INTO one VALUES (1)", "c SELECT NEXTVAL(s)", "a SELECT IF(0, NEXTVAL(s), LASTVAL(s))",
                    "a SELECT NEXTVAL(s) FROM DUAL WHERE LASTVAL(s) > 0", "a SELECT LASTVAL(s)",
                    "a SELECT LASTVAL(s), NEXTVAL(s) FROM (SELECT 1 UNION SELECT 2) t",
                    "b SELECT LASTVAL(s), NEXTVAL(s) FROM (SELECT 1 UNION SELECT 2) t", "c SELECT COALESCE(LASTVAL(s), NEXTVAL(s))",
                    "d SELECT COALESCE(LASTVAL(s), NEXTVAL(s))", "a SELECT LASTVAL(s)", "b SELECT LASTVAL(s)", "c SELECT LASTVAL(s)",
                    "d SELECT LASTVAL(s)",
                    "c SELECT NEXTVAL(s) INTO @n FROM DUAL WHERE 1 = 0", "c SELECT NEXTVAL(s) FROM DUAL WHERE 0 UNION SELECT 5",
                    "c SELECT LASTVAL(s)",
                    "b SELECT 1", "c SELECT LASTVAL(s)"),
            // The same values once more.
            List.of("a INSERT INTO one VALUES (NEXTVAL(s))", "b SELECT 1", "a SELECT LASTVAL(s)",
                    "a CREATE OR REPLACE SEQUENCE s START {start}",
                    "b INSERT INTO one VALUES (NEXTVAL(s) + 5)", "b SELECT LASTVAL(s)", "a SELECT LASTVAL(s)", "b SELECT LASTVAL(s)",
                    "a CREATE SEQUENCE IF NOT EXISTS s", "b SELECT LASTVAL(s)", "a ALTER SEQUENCE s RESTART {start}",
                    "a INSERT INTO one VALUES (NEXTVAL(s) + 10)",
                    "a SELECT LASTVAL(s)", "b SELECT 1", "a SELECT LASTVAL(s)", "c SELECT LASTVAL(s)"),
            // One of several is gone.
            List.of("a SELECT NEXTVAL(s), NEXTVAL(z)", "b DROP SEQUENCE s", "a SELECT LASTVAL(z)", "a SELECT LASTVAL(s)",
                    "b SELECT LASTVAL(z)"),
            // Reset.
            List.of("a SELECT NEXTVAL(s)", "a RESET", "a SELECT LASTVAL(s)", "b SELECT LASTVAL(s)", "a INSERT INTO one VALUES (NEXTVAL(s))",
                    "b SELECT 1", "a RESET",
                    "b SELECT LASTVAL(s)", "a SELECT LASTVAL(s)"),
            // A column of that name is none.
            List.of("a SELECT nextval FROM (SELECT 1 AS nextval) x", "a SELECT x.nextval FROM (SELECT 1 AS nextval) x", "b SELECT 1"),
            // Prepared.
            List.of("a PREPARED SELECT NEXTVAL(s)", "b PREPARED SELECT LASTVAL(s)", "a PREPARED SELECT LASTVAL(s)",
                    "b PREPARED SELECT NEXTVAL(s)",
                    "a PREPARED SELECT LASTVAL(s)", "b PREPARED SELECT LASTVAL(s)", "a PREPARED SELECT NEXTVAL(s)", "b SELECT 1",
                    "a PREPARED SELECT LASTVAL(s)",
                    "c PREPARED SELECT LASTVAL(s)", "b PREPARED SELECT LASTVAL(s)"));

    @TempDir
    private Path state;

    @RegisterExtension
    private final Opened open = new Opened();

    static List<ServerKind> mariaDbs() {
        return TestServers.installed().stream().filter(kind -> kind != ServerKind.MYSQL).toList();
    }

    /** One side of the comparison; each side has its own run of the sequences. */
    private final class Side {
        private final Map<String, Connection> sessions = new HashMap<>();
        private final int port;

        Side(int port) {
            this.port = port;
        }

        String play(String step) throws SQLException {
            Connection session = sessions.get(step.substring(0, 1));
            if (session == null) {
                session = Poolers.jdbc(new java.net.InetSocketAddress("127.0.0.1", port), "app", "app-secret",
                        "&useServerPrepStmts=true&useResetConnection=true");
                open.add(session);
                sessions.put(step.substring(0, 1), session);
            }
            String sql = step.substring(2);
            if (sql.equals("RESET")) {
                ((org.mariadb.jdbc.Connection) session).reset();
                return "";
            }
            boolean prepared = sql.startsWith("PREPARED ");
            try (Statement statement =
                    prepared ? session.prepareStatement(sql.substring("PREPARED ".length())) : session.createStatement()) {
                boolean rows = prepared ? ((PreparedStatement) statement).execute() : statement.execute(sql);
                return rows ? rows(statement.getResultSet()) : String.valueOf(statement.getUpdateCount());
            } catch (SQLException e) {
                return e.getErrorCode() + " " + e.getSQLState();
            }
        }

        private static String rows(ResultSet rows) throws SQLException {
            ResultSetMetaData columns = rows.getMetaData();
            StringBuilder text = new StringBuilder();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                text.append(columns.getColumnLabel(i)).append(' ').append(columns.getColumnTypeName(i)).append(' ')
                        .append(columns.isSigned(i)).append("; ");
            }
            while (rows.next()) {
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    text.append(rows.getString(i)).append('|');
                }
            }
            return text.toString();
        }
    }

    @ParameterizedTest
    @MethodSource("mariaDbs")
    void theLastValueIsTheSessionsOwn(ServerKind kind) throws SQLException {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = RunningUsher.before(server.port(), state,
                config -> config.withPool(config.pool().withHandOver(HandOver.SHUFFLE).withMaxServerConnections(5)));
        open.add(usher);
        for (int i = 0; i < SCRIPTS.size(); i++) {
            List<String> script = SCRIPTS.get(i);
            assertThat(played(server, usher.address().getPort(), script, i * 100)).as(script.toString())
                    .isEqualTo(played(server, server.port(), script, i * 100));
            assertThat(usher.status("pins_sequence_value_total")).as(script.toString()).isZero();
        }
    }

    private List<String> played(TestServer server, int port, List<String> script, int start) throws SQLException {
        make(server, "DROP TABLE IF EXISTS one", "CREATE OR REPLACE SEQUENCE s START " + (1 + start),
                "CREATE OR REPLACE SEQUENCE z START " + (5000 + start), "CREATE TABLE one (n BIGINT PRIMARY KEY)");
        Side side = new Side(port);
        List<String> answers = new ArrayList<>();
        for (String step : script) {
            answers.add(step + " => " + side.play(step.replace("{start}", Integer.toString(1 + start))));
        }
        for (Connection each : side.sessions.values()) {
            each.close();
        }
        return answers;
    }

    private static void make(TestServer server, String... statements) throws SQLException {
        try (Connection root = server.connect();
                Statement statement = root.createStatement()) {
            statement.execute("USE test");
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** By the default of a column, as long as the session stays; what another session has drawn there before is not taken for it. */
    @ParameterizedTest
    @MethodSource("mariaDbs")
    void whatNoTextNamesIsReadWhereItWasDrawn(ServerKind kind) throws SQLException {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher =
                RunningUsher.before(server.port(), state, config -> config.withPool(config.pool().withMaxServerConnections(3)));
        open.add(usher);
        make(server, "DROP TABLE IF EXISTS drawn", "CREATE OR REPLACE SEQUENCE s", "CREATE OR REPLACE SEQUENCE z",
                "CREATE TABLE drawn (id BIGINT DEFAULT NEXTVAL(test.s), n INT)");
        Side through = new Side(usher.address().getPort());
        for (int round = 1; round <= 4; round++) {
            for (String session : List.of("a", "b", "c", "d")) {
                assertThat(through.play(session + " SELECT NEXTVAL(z)")).endsWith("|");
                String last = value(through.play(session + " SELECT LASTVAL(z)"));
                assertThat(through.play(session + " INSERT INTO drawn (n) VALUES (1)")).isEqualTo("1");
                assertThat(value(through.play(session + " SELECT LASTVAL(s)")))
                        .isEqualTo(value(through.play(session + " SELECT MAX(id) FROM drawn")));
                assertThat(value(through.play(session + " SELECT LASTVAL(z)"))).isEqualTo(last);
                assertThat(through.play(session + " SELECT NEXTVAL(s)")).endsWith("|");
            }
        }
    }

    private static String value(String answer) {
        return answer.substring(answer.lastIndexOf(' ') + 1);
    }

    /** A sequence that somebody else has locked is not waited for: its session keeps its connection. */
    @ParameterizedTest
    @MethodSource("mariaDbs")
    void aValueThatCanNotBeReadKeepsItsConnection(ServerKind kind) throws SQLException {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher =
                RunningUsher.before(server.port(), state, config -> config.withPool(config.pool().withMaxServerConnections(5)));
        open.add(usher);
        Side through = new Side(usher.address().getPort());
        try (Connection root = server.connect();
                Statement statement = root.createStatement()) {
            statement.execute("USE test");
            statement.execute("CREATE OR REPLACE SEQUENCE s");
            through.play("a SELECT NEXTVAL(s)");
            statement.execute("LOCK TABLES s WRITE");
            for (String session : List.of("b", "c", "d", "e", "f", "g", "h", "i")) {
                assertThat(through.play(session + " SELECT 1")).endsWith("1|");
            }
            statement.execute("UNLOCK TABLES");
            assertThat(through.play("a SELECT LASTVAL(s)")).endsWith("; 1|");
        }
        assertThat(usher.status("pins_sequence_value_total")).isEqualTo(1);
    }
}
