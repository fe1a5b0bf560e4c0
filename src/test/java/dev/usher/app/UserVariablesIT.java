package dev.usher.app;

import static dev.usher.testing.Sql.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.config.HandOver;
import dev.usher.testing.Opened;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** User variables go with their session from one server connection to the next, on real servers: what a client sees of them is what it sees on a connection of its own. */
class UserVariablesIT {
    private static final List<String> VALUES = List.of(
            "5", "-7", "CAST(5 AS UNSIGNED)", "18446744073709551615", "-9223372036854775808", "TRUE", "1.50", "10.", "-0.0",
            "CAST(10 AS DECIMAL(20,0))", "12345678901234567890.123456789", "1e0/3", "1.7976931348623157e308", "-2.2250738585072014e-308",
            "-0e0",
            "CAST(2.5 AS DOUBLE)", "'plain'", "'it''s'", "'a\\\\b'", "''", "'ä€😀'", "_latin1 X'E4'", "_gbk X'C4E3'", "_utf16 X'00410042'",
            "_binary'xx'", "X'00FF27'", "b'101'", "_utf8mb4'x' COLLATE utf8mb4_bin", "NOW(6) > 0", "CURRENT_USER()", "DATE('2020-02-29')",
            "ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))', 4326)", "JSON_OBJECT('a', 1)", "REPEAT('0123456789', 5000)", "NULL",
            "CAST(NULL AS UNSIGNED)", "(SELECT table_name FROM information_schema.tables WHERE 1 = 0)");

    @TempDir
    private Path state;

    @RegisterExtension
    private final Opened open = new Opened();

    static List<ServerKind> servers() {
        return TestServers.installed();
    }

    /** Connector/J does not use COM_RESET_CONNECTION with MySQL. */
    static List<ServerKind> mariaDbs() {
        return servers().stream().filter(kind -> kind != ServerKind.MYSQL).toList();
    }

    private RunningUsher usher(TestServer server, HandOver handOver, int connections) {
        return open.add(RunningUsher.before(
                server.port(), state,
                config -> config.withPool(config.pool().withHandOver(handOver).withMaxServerConnections(connections))));
    }

    private Connection session(int port, String options) throws SQLException {
        return open.add(DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + port
                + "/test?user=app&password=app-secret&allowPublicKeyRetrieval=true&sslMode=trust" + options));
    }

    private Connection session(RunningUsher usher) throws SQLException {
        return session(usher.address().getPort(), "");
    }

    /** Values and what a client is told of their columns. */
    private static String rows(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            ResultSetMetaData columns = rows.getMetaData();
            StringBuilder text = new StringBuilder();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                text.append(columns.getColumnTypeName(i)).append(' ').append(columns.getColumnType(i)).append(' ')
                        .append(columns.getPrecision(i)).append(' ').append(columns.getScale(i)).append(' ').append(columns.isSigned(i))
                        .append("; ");
            }
            while (rows.next()) {
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    text.append(rows.getString(i)).append('|');
                }
            }
            return text.toString();
        }
    }

    private static final String LOOK = "SELECT @a, HEX(@a), COLLATION(@a), COERCIBILITY(@a), @b, @never";

    @ParameterizedTest
    @MethodSource("servers")
    void oneThatAFailedStatementHasNotMadeDoesNotExist(ServerKind kind) throws SQLException {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = usher(server, HandOver.SHUFFLE, 4);
        Connection other = session(usher);
        for (String value : List.of("no_such_column", "CAST(1", "(SELECT 1 UNION SELECT 2)")) {
            Connection moving = session(usher);
            try (Connection direct = session(server.port(), "")) {
                for (Connection each : List.of(direct, moving)) {
                    assertThatThrownBy(() -> run(each, "SET @a = " + value)).as(value).isInstanceOf(SQLException.class);
                }
                for (int i = 0; i < 3; i++) {
                    run(other, "SET @b = 1");
                    assertThat(rows(moving, LOOK)).as(value).isEqualTo(rows(direct, LOOK));
                }
            }
            moving.close();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void everyKindOfValueIsWhatItIsOnADirectConnection(ServerKind kind) throws SQLException {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = usher(server, HandOver.SHUFFLE, 4);
        Connection moving = session(usher);
        Connection other = session(usher);
        for (String value : VALUES) {
            try (Connection direct = session(server.port(), "")) {
                run(direct, "SET @a = X'', @b = X''");
                run(direct, "SET @a = " + value + ", @b = @a");
                run(moving, "SET @a = X'', @b = X''");
                run(moving, "SET @a = " + value + ", @b = @a");
                run(other, "SET @a = 'another''s', @b = 1, @c = 2.5");
                assertThat(rows(moving, LOOK)).as(value).isEqualTo(rows(direct, LOOK));
                run(other, "SELECT 1");
                assertThat(rows(moving, LOOK)).as(value).isEqualTo(rows(direct, LOOK));
            }
        }
        assertThat(usher.status("pins_user_variable_total")).isZero();
        assertThat(usher.status("restores_inline_total")).isPositive();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void nobodySeesWhatOthersHaveSet(ServerKind kind) throws SQLException {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = usher(server, HandOver.SHUFFLE, 4);
        Connection direct = session(server.port(), "");
        List<Connection> sessions = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            sessions.add(session(usher));
        }
        String nothing = rows(direct, "SELECT @mine, @total");
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 5; i++) {
                run(sessions.get(i), "SET @mine = " + (i % 2 == 0 ? "'session " + i + "'" : i * 1.5));
                assertThat(rows(sessions.get(5), "SELECT @mine, @total")).isEqualTo(nothing);
                run(sessions.get(i), "SELECT @total := COALESCE(@total, 0) + " + i);
            }
        }
        for (int i = 0; i < 5; i++) {
            String mine = i % 2 == 0 ? "session " + i : String.valueOf(i * 1.5);
            assertThat(rows(sessions.get(i), "SELECT @mine, @total")).endsWith(mine + "|" + i * 20 + "|");
        }
        assertThat(usher.status("pins_user_variable_total")).isZero();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void statementsOfAllKindsFindAndLeaveTheirVariables(ServerKind kind) throws SQLException {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = usher(server, HandOver.SHUFFLE, 4);
        Connection one = session(usher.address().getPort(), "&allowMultiQueries=true&useServerPrepStmts=true");
        Connection other = session(usher);
        run(one, "CREATE TABLE IF NOT EXISTS audited (a INT, by_whom VARCHAR(40))");
        run(one, "DELETE FROM audited");
        run(one, "DROP TRIGGER IF EXISTS audit");
        run(one, "CREATE TRIGGER audit BEFORE INSERT ON audited FOR EACH ROW SET NEW.by_whom = @who");
        run(one, "SET @who = 'one'");
        run(other, "SET @who = 'other'");
        run(one, "INSERT INTO audited (a) VALUES (1)");
        run(other, "INSERT INTO audited (a) VALUES (2)");
        run(one, "SELECT COUNT(*), MAX(by_whom) INTO @n, @last FROM audited");
        run(other, "SELECT 1");
        assertThat(rows(one, "SELECT @n, @last")).endsWith("2|other|");
        try (var prepared = one.prepareStatement("SELECT ?, @n, @who");
                var set = one.prepareStatement("SET @n = @n + ?")) {
            for (int i = 0; i < 5; i++) {
                set.setInt(1, 10);
                set.execute();
                run(other, "SET @n = 'x'");
                prepared.setInt(1, i);
                try (ResultSet rows = prepared.executeQuery()) {
                    rows.next();
                    assertThat(rows.getInt(1)).isEqualTo(i);
                    assertThat(rows.getString(2)).isEqualTo(String.valueOf(12 + 10 * i));
                    assertThat(rows.getString(3)).isEqualTo("one");
                }
            }
        }
        run(one, "SET @m = 3; SET @m = @m * 2");
        run(other, "SELECT 1");
        assertThat(rows(one, "SELECT @m /* " + "x".repeat(200_000) + " */")).endsWith("6|");
        run(one, "SELECT @big := 77 /* " + "x".repeat(200_000) + " */");
        run(other, "SELECT 1");
        assertThat(rows(one, "SELECT @big, @who")).endsWith("77|one|");
        run(one, "DROP TRIGGER audit");
        assertThat(usher.status("pins_user_variable_total")).isZero();
    }

    @ParameterizedTest
    @MethodSource("mariaDbs")
    void aResetForgetsThem(ServerKind kind) throws SQLException {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = usher(server, HandOver.SHUFFLE, 4);
        Connection one = session(usher.address().getPort(), "&useResetConnection=true");
        Connection other = session(usher);
        run(one, "SET @x = 1, @y = NOW()");
        one.unwrap(org.mariadb.jdbc.Connection.class).reset();
        run(other, "SELECT 1");
        assertThat(rows(one, "SELECT @x, @y")).endsWith("null|null|");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void moreThanAMebibyteKeepsItsConnectionUntilItIsLess(ServerKind kind) throws SQLException {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = usher(server, HandOver.LAZY, 3);
        Connection one = session(usher);
        Connection other = session(usher);
        Connection third = session(usher);
        // No connection suits another session better than the one that has rested longest.
        run(other, "SET time_zone = '+01:00'");
        run(third, "SET time_zone = '+02:00'");
        run(one, "SET @x = REPEAT('x', 1200000), @y = 5");
        for (int i = 0; i < 3; i++) {
            run(other, "SELECT 1");
            run(third, "SELECT 1");
            assertThat(rows(one, "SELECT LENGTH(@x), @y")).endsWith("1200000|5|");
        }
        assertThat(usher.status("pins_user_variable_total")).isPositive();
        run(one, "SET @x = REPEAT('y', 100000)");
        long pins = usher.status("pins_user_variable_total");
        for (int i = 0; i < 3; i++) {
            run(other, "SELECT 1");
            run(third, "SELECT 1");
            assertThat(rows(one, "SELECT LENGTH(@x), @y")).endsWith("100000|5|");
        }
        assertThat(usher.status("pins_user_variable_total")).isEqualTo(pins);
    }
}
