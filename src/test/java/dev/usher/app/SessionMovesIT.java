package dev.usher.app;

import static dev.usher.testing.Sql.run;
import static dev.usher.testing.Sql.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.usher.admin.PinRow;
import dev.usher.config.HandOver;
import dev.usher.testing.FakeClient;
import dev.usher.testing.Opened;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.LengthEncoded;
import dev.usher.wire.OkPacket;
import dev.usher.wire.SessionTrack;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sessions that move to another server connection with every statement must not notice, on real servers. */
class SessionMovesIT {
    @TempDir
    private Path state;

    @RegisterExtension
    private final Opened open = new Opened();

    static List<ServerKind> servers() {
        return TestServers.installed();
    }

    private RunningUsher shuffling(TestServer server, int connections) {
        return open.add(RunningUsher.before(
                server.port(), state,
                config -> config.withPool(config.pool().withHandOver(HandOver.SHUFFLE).withMaxServerConnections(connections))));
    }

    private Connection session(RunningUsher usher, String options) throws SQLException {
        return open.add(DriverManager.getConnection(
                "jdbc:mariadb://127.0.0.1:" + usher.address().getPort()
                        + "/test?user=app&password=app-secret&allowPublicKeyRetrieval=true&sslMode=trust" + options));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void everySessionKeepsItsOwnSettings(ServerKind kind) throws SQLException {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = shuffling(server, 4);
        List<Map<String, String>> settings = List.of(
                Map.of("time_zone", "+01:00", "sql_mode", "ANSI_QUOTES", "autocommit", "1"),
                Map.of("time_zone", "+02:00", "sql_mode", "", "net_write_timeout", "77", "innodb_lock_wait_timeout", "33"),
                Map.of("sql_mode", "NO_BACKSLASH_ESCAPES", "max_join_size", "1234567", "collation_connection", "latin1_general_ci"),
                Map.of("foreign_key_checks", "0", "group_concat_max_len", "4242", "wait_timeout", "4000"),
                Map.of());
        List<Connection> sessions = new ArrayList<>();
        for (Map<String, String> each : settings) {
            Connection session = session(usher, "");
            sessions.add(session);
            for (Map.Entry<String, String> setting : each.entrySet()) {
                String quote = setting.getValue().matches("\\d+") ? "" : "'";
                run(session, "SET SESSION " + setting.getKey() + "=" + quote + setting.getValue() + quote);
            }
        }
        Map<String, String> untouched = Map.of(
                "time_zone", value(sessions.getLast(), "SELECT @@time_zone"), "sql_mode", value(sessions.getLast(), "SELECT @@sql_mode"));
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            int i = random.nextInt(sessions.size());
            for (Map.Entry<String, String> setting : (i == sessions.size() - 1 ? untouched : settings.get(i)).entrySet()) {
                assertThat(value(sessions.get(i), "SELECT @@SESSION." + setting.getKey()))
                        .as("%s of session %d", setting.getKey(), i)
                        .isEqualTo(setting.getValue());
            }
        }
        assertThat(usher.status("restores_inline_total")).isPositive();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void anExecutionMayHaveAsManyParametersAsTheProtocolAllows(ServerKind kind) throws SQLException {
        RunningUsher usher = shuffling(TestServers.find(kind).orElseThrow(), 3);
        Connection session = session(usher, "&useServerPrepStmts=true");
        Connection other = session(usher, "");
        int parameters = 65535;
        try (var statement = session.prepareStatement("SELECT ? IN (?" + ",?".repeat(parameters - 2) + ")")) {
            for (int parameter = 2; parameter <= parameters; parameter++) {
                statement.setInt(parameter, parameter);
            }
            for (int looked : List.of(2, 1, parameters)) {
                statement.setInt(1, looked);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    assertThat(row.getInt(1)).as("%d", looked).isEqualTo(looked == 1 ? 0 : 1);
                }
                assertThat(value(other, "SELECT 1")).isEqualTo("1");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whatOnlyTheServersAdministratorCanSetStaysTheConnections(ServerKind kind) throws SQLException {
        TestServer server = TestServers.start(kind);
        open.add(server);
        RunningUsher usher = shuffling(server, 3);
        Connection before = session(usher, "");
        run(before, "BEGIN");
        try (Connection administrator = server.connect()) {
            run(administrator, "SET GLOBAL max_allowed_packet = 8388608");
            run(administrator, "SET GLOBAL net_buffer_length = 32768");
        }
        Connection after = session(usher, "");
        assertThat(value(after, "SELECT 'on a connection of its own'")).isEqualTo("on a connection of its own");
        run(before, "COMMIT");
        for (int round = 0; round < 6; round++) {
            assertThat(value(before, "SELECT 1")).isEqualTo("1");
            assertThat(value(after, "SELECT 2")).isEqualTo("2");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aConnectionFromBeforeALargerLimitTakesNoNewStatements(ServerKind kind) throws SQLException {
        TestServer server = TestServers.start(kind);
        open.add(server);
        try (Connection root = server.connect()) {
            run(root, "GRANT SUPER ON *.* TO app@'%'");
        }
        RunningUsher usher = shuffling(server, 3);
        Connection administrator = session(usher, "");
        run(administrator, "SET GLOBAL max_allowed_packet = 1048576");
        Connection small = session(usher, "");
        run(administrator, "SET GLOBAL max_allowed_packet = 16777216");
        Connection large = session(usher, "");
        for (int round = 0; round < 6; round++) {
            assertThat(value(large, "SELECT LENGTH('" + "x".repeat(2 << 20) + "')")).isEqualTo(String.valueOf(2 << 20));
            assertThat(value(small, "SELECT 1")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void valuesThatTheServerWouldNotTakeInOnePacketKeepTheirConnection(ServerKind kind) throws SQLException {
        TestServer server = TestServers.start(kind, "--max-allowed-packet=1048576");
        open.add(server);
        RunningUsher usher = shuffling(server, 3);
        Connection one = session(usher, "");
        Connection two = session(usher, "");
        run(one, "SELECT REPEAT('v', 600000) INTO @v");
        for (int round = 0; round < 4; round++) {
            assertThat(value(two, "SELECT 2")).isEqualTo("2");
            assertThat(value(one, "SELECT LENGTH(@v)")).isEqualTo("600000");
        }
        assertThat(usher.pins()).singleElement().extracting(PinRow::reason).isEqualTo("user-variable");
    }

    @Test
    void theGtidOfAWriteIsNotRestored() throws SQLException {
        TestServer server = TestServers.start(ServerKind.EMBEDDED, "--log-bin=binlog", "--server-id=1");
        open.add(server);
        RunningUsher usher = shuffling(server, 3);
        Connection one = session(usher, "");
        Connection two = session(usher, "");
        run(one, "CREATE TABLE written (n INT)");
        for (int round = 0; round < 4; round++) {
            run(one, "INSERT INTO written VALUES (1)");
            assertThat(value(two, "SELECT 2")).isEqualTo("2");
            assertThat(value(one, "SELECT COUNT(*) FROM written")).isEqualTo(String.valueOf(round + 1));
        }
    }

    @Test
    void aSessionThatWantsItsGtidsIsToldThem() throws Exception {
        assumeThat(TestServers.installed()).contains(ServerKind.MYSQL);
        TestServer server =
                TestServers.start(ServerKind.MYSQL, "--log-bin=binlog", "--server-id=1", "--gtid-mode=ON", "--enforce-gtid-consistency=ON");
        open.add(server);
        TestAccount root = new TestAccount("root", "", "");
        RunningUsher usher = RunningUsher.knowing(root, server.port(), state,
                config -> config.withPool(config.pool().withHandOver(HandOver.SHUFFLE).withMaxServerConnections(4)));
        open.add(usher);
        FakeClient one = tracking(usher, root);
        FakeClient two = tracking(usher, root);
        one.query("CREATE TABLE test.told (n INT)");
        one.query("SET SESSION session_track_gtids = OWN_GTID");
        for (int round = 0; round < 6; round++) {
            assertThat(told(two, "INSERT INTO test.told VALUES (2)")).as("not asked for").isEmpty();
            assertThat(told(one, "INSERT INTO test.told VALUES (1)")).containsExactly(SessionTrack.GTIDS);
            assertThat(told(one, "SET sort_buffer_size = " + (300_000 + 1000 * round))).as("not asked for").isEmpty();
            assertThat(two.query("SELECT @@session_track_gtids").rows().getFirst()).containsExactly("OFF");
            assertThat(one.query("SELECT @@session_track_gtids").rows().getFirst()).containsExactly("OWN_GTID");
        }
        one.query("SET SESSION session_track_gtids = DEFAULT");
        for (int round = 0; round < 4; round++) {
            assertThat(told(one, "INSERT INTO test.told VALUES (1)")).isEmpty();
            assertThat(two.query("SELECT 2").rows().getFirst()).containsExactly("2");
        }
        one.query("SET SESSION session_track_gtids = OWN_GTID");
        one.send(Command.RESET_CONNECTION);
        one.wire().read();
        assertThat(told(one, "INSERT INTO test.told VALUES (1)")).as("behind a reset").isEmpty();
    }

    private FakeClient tracking(RunningUsher usher, TestAccount account) throws IOException {
        return open.add(FakeClient.loggedIn(usher.address(), account, FakeClient.USUAL | Capabilities.SESSION_TRACK));
    }

    /** The kinds of the OK's trackers. */
    private static List<Integer> told(FakeClient client, String sql) throws IOException {
        client.send(Command.QUERY, sql.getBytes(StandardCharsets.UTF_8));
        OkPacket ok = new OkPacket();
        ok.read(client.wire().read());
        assertThat(ok.header()).isEqualTo(OkPacket.HEADER);
        List<Integer> kinds = new ArrayList<>();
        for (ByteBuf trackers = ok.trackers(); trackers.isReadable(); LengthEncoded.readSlice(trackers)) {
            kinds.add((int) trackers.readUnsignedByte());
        }
        return kinds;
    }

    @Test
    void theGtidOfAWriteHidesNotWhatATriggerHasSet() throws SQLException {
        TestServer server =
                TestServers.start(ServerKind.EMBEDDED, "--log-bin=binlog", "--server-id=1", "--log-bin-trust-function-creators=1");
        open.add(server);
        RunningUsher usher = shuffling(server, 3);
        Connection one = session(usher, "");
        run(one, "CREATE TABLE summed (n INT)");
        run(one, "CREATE TRIGGER sums BEFORE INSERT ON summed FOR EACH ROW SET @sum = @sum + NEW.n");
        run(one, "SET @sum = 0");
        run(one, "INSERT INTO summed VALUES (10), (20), (30)");
        assertThat(value(one, "SELECT @sum")).isEqualTo("60");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aPointInTimeForVersionedTablesStaysWithItsSession(ServerKind kind) throws SQLException {
        assumeThat(kind).as("MySQL has no such tables").isNotEqualTo(ServerKind.MYSQL);
        RunningUsher usher = shuffling(TestServers.find(kind).orElseThrow(), 3);
        Connection past = session(usher, "");
        Connection present = session(usher, "");
        run(past, "SET system_versioning_asof = '2025-01-02 03:04:05'");
        for (int round = 0; round < 4; round++) {
            assertThat(value(past, "SELECT @@system_versioning_asof")).isEqualTo("2025-01-02 03:04:05.000000");
            assertThat(value(present, "SELECT @@system_versioning_asof")).isEqualTo("DEFAULT");
        }
    }

    @Test
    void whatIsNamedLikeASequenceIsNoneOnMySql() throws SQLException {
        assumeThat(servers()).contains(ServerKind.MYSQL);
        TestServer server = TestServers.find(ServerKind.MYSQL).orElseThrow();
        try (Connection admin = server.connect()) {
            run(admin, "DROP FUNCTION IF EXISTS test.nextval");
            run(admin, "CREATE FUNCTION test.nextval(name VARCHAR(9)) RETURNS INT DETERMINISTIC RETURN 5");
        }
        RunningUsher usher = RunningUsher.before(
                server.port(), state,
                config -> config.withPool(config.pool().withHandOver(HandOver.SHUFFLE).withTrustServerSideCode(true)));
        open.add(usher);
        Connection session = session(usher, "");
        assertThat(value(session, "SELECT nextval('orders')")).isEqualTo("5");
        assertThat(value(session, "SELECT s.nextval + s.currval FROM (SELECT 1 AS nextval, 2 AS currval) s")).isEqualTo("3");
        assertThat(usher.pins()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void preparingAgainElsewhereCommitsNothing(ServerKind kind) throws SQLException {
        RunningUsher usher = shuffling(TestServers.find(kind).orElseThrow(), 4);
        Connection session = session(usher, "&useServerPrepStmts=true");
        Connection other = session(usher, "");
        run(session, "CREATE TABLE IF NOT EXISTS moves (a INT) ENGINE=InnoDB");
        run(session, "DELETE FROM moves");
        try (var count = session.prepareStatement("SELECT COUNT(*) FROM moves WHERE a > ?")) {
            count.setInt(1, 0);
            count.executeQuery().close();
            for (int round = 0; round < 8; round++) {
                session.setAutoCommit(false);
                run(session, "INSERT INTO moves VALUES (1)");
                count.setInt(1, 0);
                count.executeQuery().close();
                session.rollback();
                session.setAutoCommit(true);
                assertThat(value(other, "SELECT COUNT(*) FROM moves")).as("round %d", round).isEqualTo("0");
            }
        }
    }

    /** Without autocommit a server keeps a table's metadata lock until COMMIT, also for a statement that failed and began no transaction. */
    @ParameterizedTest
    @MethodSource("servers")
    void aTableIsFreeWhenItsSessionHasCommitted(ServerKind kind) throws SQLException {
        RunningUsher usher = shuffling(TestServers.find(kind).orElseThrow(), 4);
        Connection session = session(usher, "");
        Connection other = session(usher, "");
        run(other, "CREATE TABLE IF NOT EXISTS freed (a INT) ENGINE=MyISAM");
        run(other, "SET SESSION lock_wait_timeout = 2");
        // As many server connections as there may be, so that the COMMIT comes to another one.
        List<Connection> transactions = List.of(session(usher, ""), session(usher, ""), session(usher, ""));
        for (Connection each : transactions) {
            run(each, "BEGIN");
        }
        for (Connection each : transactions) {
            run(each, "COMMIT");
        }
        session.setAutoCommit(false);
        for (int round = 0; round < 8; round++) {
            assertThatThrownBy(() -> run(session, "SELECT missing FROM freed")).isInstanceOf(SQLException.class);
            value(session, "SELECT COUNT(*) FROM freed");
            session.commit();
            run(other, "ALTER TABLE freed COMMENT 'round " + round + "'");
        }
        run(other, "DROP TABLE freed");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whatAPreparedSetChangesStaysInItsSession(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = shuffling(server, 3);
        Connection one = session(usher, "&useServerPrepStmts=true");
        Connection other = session(usher, "");
        String before = value(other, "SELECT @@sql_mode");
        try (var set = one.prepareStatement("SET @@sql_mode='ANSI_QUOTES'")) {
            set.execute();
        }
        for (int i = 0; i < 12; i++) {
            assertThat(value(other, "SELECT @@sql_mode")).isEqualTo(before);
            assertThat(value(one, "SELECT @@sql_mode")).isEqualTo("ANSI_QUOTES");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void lastInsertIdMovesAlong(ServerKind kind) throws SQLException {
        RunningUsher usher = shuffling(TestServers.find(kind).orElseThrow(), 3);
        Connection one = session(usher, "");
        Connection other = session(usher, "");
        Connection none = session(usher, "");
        for (String table : List.of("ids_one", "ids_other")) {
            run(one, "DROP TABLE IF EXISTS " + table);
            run(one, "CREATE TABLE " + table + " (id INT AUTO_INCREMENT PRIMARY KEY, b LONGTEXT)");
        }
        run(other, "ALTER TABLE ids_other AUTO_INCREMENT = 1000");
        String large = "x".repeat(200_000);
        for (int i = 1; i <= 10; i++) {
            run(one, "INSERT INTO ids_one (b) VALUES ('a')");
            run(other, "INSERT INTO ids_other (b) VALUES ('a')");
            assertThat(value(one, "SELECT LAST_INSERT_ID()")).isEqualTo(String.valueOf(i));
            assertThat(value(other, "SELECT LAST_INSERT_ID()")).isEqualTo(String.valueOf(999 + i));
            assertThat(value(none, "SELECT LAST_INSERT_ID()")).isEqualTo("0");
            assertThat(value(one, "SELECT LAST_INSERT_ID() /* " + large + " */")).isEqualTo(String.valueOf(i));
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whatWasPreparedWithoutASchemaHasNone(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        TestAccount root = new TestAccount("root", "", "");
        RunningUsher usher = RunningUsher.knowing(root, server.port(), state,
                config -> config.withPool(config.pool().withHandOver(HandOver.SHUFFLE).withMaxServerConnections(4)));
        open.add(usher);
        List<List<List<String>>> answers = new ArrayList<>();
        for (InetSocketAddress address : List.of(new InetSocketAddress("127.0.0.1", server.port()), usher.address())) {
            List<List<String>> seen = new ArrayList<>();
            try (RawSession one = RawSession.open(address, root); RawSession other = RawSession.open(address, root)) {
                other.run("USE test");
                seen.add(one.prepare("SELECT DATABASE(), 'and', SCHEMA() AS s"));
                seen.add(one.run("PREPARE named FROM 'SELECT SCHEMA( ), DATABASE() IS NULL'"));
                one.run("USE information_schema");
                for (int i = 0; i < 4; i++) {
                    other.run("SELECT 1");
                    seen.add(one.execute());
                    other.run("SELECT 1");
                    seen.add(one.run("EXECUTE named"));
                    seen.add(one.run("SELECT DATABASE()"));
                }
            }
            answers.add(seen);
        }
        assertThat(answers.getLast()).isEqualTo(answers.getFirst());
    }

    /** A folder that a session has chosen for its ALTER TABLE; no other value than NULL takes it back. */
    @ParameterizedTest
    @MethodSource("servers")
    void theFolderForAnAlterTableStaysWithItsSession(ServerKind kind) throws SQLException {
        RunningUsher usher = shuffling(TestServers.find(kind).orElseThrow(), 3);
        Connection one = session(usher, "&user=root&password=");
        Connection other = session(usher, "&user=root&password=");
        String before = value(other, "SELECT @@innodb_tmpdir");
        run(one, "SET SESSION innodb_tmpdir = '/var/tmp'");
        for (int i = 0; i < 6; i++) {
            assertThat(value(other, "SELECT @@innodb_tmpdir")).isEqualTo(before);
            assertThat(value(one, "SELECT @@innodb_tmpdir")).isEqualTo("/var/tmp");
        }
        assertThat(usher.status("server_connections_opened_total")).isLessThanOrEqualTo(4);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aSettingThatIsNullMovesAsThat(ServerKind kind) throws SQLException {
        assumeThat(kind).as("MySQL has none that JDBC drivers let be NULL").isNotEqualTo(ServerKind.MYSQL);
        RunningUsher usher = shuffling(TestServers.find(kind).orElseThrow(), 3);
        Connection one = session(usher, "&user=root&password=");
        Connection other = session(usher, "&user=root&password=");
        String before = value(other, "SELECT @@enforce_storage_engine");
        for (int i = 0; i < 4; i++) {
            run(one, "SET SESSION enforce_storage_engine = MyISAM");
            assertThat(value(other, "SELECT @@enforce_storage_engine")).isEqualTo(before);
            run(one, "SET SESSION enforce_storage_engine = NULL");
            assertThat(value(one, "SELECT @@enforce_storage_engine")).isNull();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aResultMayHaveMoreColumnsThanAnyTable(ServerKind kind) throws SQLException {
        // MySQL allows 4096.
        int columns = kind == ServerKind.MYSQL ? 4096 : 70_000;
        Connection session = session(shuffling(TestServers.find(kind).orElseThrow(), 2), "&maxAllowedColumns=100000");
        try (ResultSet result = session.createStatement().executeQuery("SELECT 'b'" + ",'a'".repeat(columns - 1))) {
            assertThat(result.getMetaData().getColumnCount()).isEqualTo(columns);
            assertThat(result.next()).isTrue();
            assertThat(result.getString(columns)).isEqualTo("a");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aSchemaThatWasMadeAnewHasItsOwnCharacterSet(ServerKind kind) throws SQLException {
        RunningUsher usher = shuffling(TestServers.find(kind).orElseThrow(), 3);
        Connection one = session(usher, "&user=root&password=");
        Connection other = session(usher, "&user=root&password=");
        run(one, "DROP DATABASE IF EXISTS anew");
        run(one, "CREATE DATABASE anew CHARACTER SET latin1");
        // Both in it at the same time, on two server connections.
        for (String both : List.of("USE anew", "BEGIN", "DO 1", "COMMIT")) {
            run(one, both);
            run(other, both);
        }
        run(other, "DROP DATABASE anew");
        run(other, "CREATE DATABASE anew CHARACTER SET utf8mb4");
        run(one, "USE anew");
        for (int i = 0; i < 6; i++) {
            assertThat(value(one, "SELECT @@character_set_database")).isEqualTo("utf8mb4");
        }
        run(other, "ALTER DATABASE anew CHARACTER SET latin1");
        run(one, "USE anew");
        for (int i = 0; i < 6; i++) {
            assertThat(value(one, "SELECT @@character_set_database")).isEqualTo("latin1");
        }
        run(one, "DROP DATABASE anew");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void insertIdsUseAllOf64Bits(ServerKind kind) throws SQLException {
        RunningUsher usher = shuffling(TestServers.find(kind).orElseThrow(), 3);
        Connection one = session(usher, "");
        Connection other = session(usher, "");
        run(one, "DROP TABLE IF EXISTS ids_big");
        run(one, "CREATE TABLE ids_big (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY)");
        run(one, "INSERT INTO ids_big VALUES (9223372036854775809)");
        run(one, "INSERT INTO ids_big VALUES (NULL)");
        for (String id : List.of("9223372036854775810", "18446744073709551615")) {
            for (int i = 0; i < 5; i++) {
                run(other, "DO LAST_INSERT_ID(7)");
                assertThat(value(one, "SELECT LAST_INSERT_ID()")).isEqualTo(id);
            }
            run(one, "DO LAST_INSERT_ID(18446744073709551615)");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aSchemaThatIsDroppedAndMadeAgainIsStillTheSessionsOwn(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        TestAccount root = new TestAccount("root", "", "");
        RunningUsher usher = shuffling(server, 4);
        try (Connection direct = server.connect();
                RawSession session = RawSession.open(usher.address(), root);
                RawSession other = RawSession.open(usher.address(), root)) {
            run(direct, "DROP DATABASE IF EXISTS comes");
            run(direct, "CREATE DATABASE comes");
            session.run("USE comes");
            other.run("USE test");
            run(direct, "DROP DATABASE comes");
            for (int i = 0; i < 3; i++) {
                assertThat(session.run("SELECT 5")).hasSize(4);
                assertThat(session.run("SELECT * FROM t").getFirst()).startsWith("\\ff");
                other.run("SELECT 1");
            }
            run(direct, "CREATE DATABASE comes");
            run(direct, "CREATE TABLE comes.t (a INT)");
            assertThat(session.run("SELECT * FROM t")).hasSize(3);
            assertThat(session.run("SELECT DATABASE()")).contains("\\05comes");
            run(direct, "DROP DATABASE comes");
            assertThat(session.run("SELECT 5")).hasSize(4);
            session.run("USE test");
            run(direct, "CREATE DATABASE comes");
            other.run("SELECT 1");
            assertThat(session.run("SELECT DATABASE()")).contains("\\04test");
            run(direct, "DROP DATABASE comes");
        }
    }

    /** The text says nothing of what a trigger reads. */
    @ParameterizedTest
    @MethodSource("servers")
    void aTriggerReadsTheLastInsertIdOfItsSession(ServerKind kind) throws SQLException {
        TestServer server = TestServers.find(kind).orElseThrow();
        try (Connection root = server.connect()) {
            run(root, "DROP TABLE IF EXISTS test.fires, test.fired");
            run(root, "CREATE TABLE test.fires (id INT AUTO_INCREMENT PRIMARY KEY, n INT)");
            run(root, "CREATE TABLE test.fired (n BIGINT)");
            run(root,
                    "CREATE TRIGGER test.fires_u BEFORE UPDATE ON test.fires FOR EACH ROW INSERT INTO test.fired VALUES (LAST_INSERT_ID())");
            run(root,
                    "CREATE TRIGGER test.fires_d AFTER DELETE ON test.fires FOR EACH ROW INSERT INTO test.fired VALUES (LAST_INSERT_ID())");
            run(root, "INSERT INTO test.fires VALUES (900, 1)");
        }
        RunningUsher usher = shuffling(server, 3);
        Connection one = session(usher, "");
        Connection other = session(usher, "");
        Connection none = session(usher, "&useServerPrepStmts=true");
        run(other, "CREATE TABLE IF NOT EXISTS ids_only (id INT AUTO_INCREMENT PRIMARY KEY)");
        List<String> changes =
                new ArrayList<>(List.of("UPDATE fires SET n = n + 1 WHERE id = 900", "DELETE FROM fires WHERE id < 900 LIMIT 1"));
        if (kind == ServerKind.MYSQL) {
            changes.add("WITH old AS (SELECT 900 AS id) UPDATE fires SET n = n + 1 WHERE id IN (SELECT id FROM old)");
        }
        int next = 0;
        for (int i = 1; i <= 4; i++) {
            for (String change : changes) {
                run(one, "INSERT INTO fires (id, n) VALUES (" + ++next + ", 1)");
                run(one, "INSERT INTO fires (n) VALUES (1)");
                String id = value(one, "SELECT LAST_INSERT_ID()");
                run(other, "INSERT INTO ids_only VALUES ()");
                run(one, change);
                assertThat(value(other, "SELECT GROUP_CONCAT(DISTINCT n) FROM fired")).as(change).isEqualTo(id);
                run(other, "DELETE FROM fired");
                run(other, "INSERT INTO ids_only VALUES ()");
                try (var prepared = none.prepareStatement("UPDATE fires SET n = n + 1 WHERE id = ?")) {
                    prepared.setInt(1, 900);
                    prepared.executeUpdate();
                }
                assertThat(value(other, "SELECT GROUP_CONCAT(DISTINCT n) FROM fired")).isEqualTo("0");
                run(other, "DELETE FROM fired");
            }
        }
    }

    /** Usher does not keep its text: it is all the client's until it closes it. */
    @ParameterizedTest
    @MethodSource("servers")
    void aLargePreparedStatementStaysAsLongAsItsClientHasIt(ServerKind kind) throws SQLException {
        RunningUsher usher = shuffling(TestServers.find(kind).orElseThrow(), 3);
        Connection session = session(usher, "&useServerPrepStmts=true&prepStmtCacheSize=0");
        Connection other = session(usher, "");
        try (var large = session.prepareStatement("SELECT ? + 1 /* " + "x".repeat(1 << 20) + " */")) {
            for (int i = 0; i < 60; i++) {
                large.setInt(1, i);
                try (ResultSet rows = large.executeQuery()) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getInt(1)).isEqualTo(i + 1);
                }
                assertThat(value(other, "SELECT 1")).isEqualTo("1");
                try (var small = session.prepareStatement("SELECT ? + " + i)) {
                    small.setInt(1, 1);
                    small.executeQuery().close();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void theTextsThatUsherKeepsForASessionAreLimited(ServerKind kind) throws Exception {
        RunningUsher usher = shuffling(TestServers.find(kind).orElseThrow(), 3);
        TestAccount root = new TestAccount("root", "", "");
        byte[] text = ("SELECT 1 /* " + "x".repeat(100_000) + " */").getBytes(StandardCharsets.US_ASCII);
        try (FakeClient client = usher.client(root)) {
            int prepared = 0;
            while (true) {
                client.send(Command.STMT_PREPARE, text);
                ByteBuf answer = client.wire().read();
                if (answer.getUnsignedByte(0) == ErrPacket.HEADER) {
                    assertThat(ErrPacket.read(answer).code()).isEqualTo(1461);
                    break;
                }
                client.wire().read();
                assertThat(++prepared).isLessThan(200);
            }
            assertThat(prepared).isGreaterThan(100);
            client.send(Command.STMT_CLOSE, new byte[]{1, 0, 0, 0});
            client.send(Command.STMT_PREPARE, text);
            assertThat(client.wire().read().getByte(0)).isZero();
            client.wire().read();
            assertThat(client.query("SELECT 5").rows().getFirst()).containsExactly("5");
        }
        try (RawSession session = RawSession.open(usher.address(), root)) {
            for (int i = 0; i < 200; i++) {
                assertThat(session.run("PREPARE p" + i + " FROM 'SELECT " + i + " /* " + "x".repeat(100_000) + " */'").getFirst())
                        .startsWith("\\00");
            }
            assertThat(usher.pins()).anyMatch(pin -> pin.clientId() == session.id());
            assertThat(session.run("EXECUTE p199")).hasSize(4).anyMatch(row -> row.contains("199"));
            assertThat(session.run("EXECUTE p1")).hasSize(4);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void warningsAndRowCountsAreStillThereAfterAMove(ServerKind kind) throws SQLException {
        RunningUsher usher = shuffling(TestServers.find(kind).orElseThrow(), 3);
        Connection one = session(usher, "");
        Connection other = session(usher, "");
        run(one, "CREATE TABLE IF NOT EXISTS narrow (a VARCHAR(2))");
        run(one, "SET SESSION sql_mode=''");
        for (int i = 0; i < 5; i++) {
            run(one, "INSERT INTO narrow VALUES ('abcdef'), ('b')");
            run(other, "DO 1");
            assertThat(value(one, "SHOW WARNINGS")).isEqualTo("Warning");
            run(one, "INSERT INTO narrow VALUES ('a'), ('b'), ('c')");
            run(other, "DO 1");
            assertThat(value(one, "SELECT ROW_COUNT()")).isEqualTo("3");
            assertThatThrownBy(() -> run(one, "SELECT * FROM no_such_table")).isInstanceOf(SQLException.class);
            run(other, "DO 1");
            assertThat(value(one, "SHOW ERRORS")).isEqualTo("Error");
        }
    }

    static List<ServerKind> mariaDbs() {
        return servers().stream().filter(kind -> kind != ServerKind.MYSQL).toList();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aStatementThatUsherCannotReadReplacesWhatASessionBeforeHasLeftByItsName(ServerKind kind) throws SQLException {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = shuffling(server, 3);
        try (Connection before = session(usher, "")) {
            run(before, "PREPARE s FROM 'SELECT 1'");
            for (int time = 0; time < 6; time++) {
                assertThat(value(before, "EXECUTE s")).isEqualTo("1");
            }
        }
        String unreadable = "PREPARE s FROM \"SELECT 'é'\"";
        Connection session = session(usher, "");
        run(session, unreadable);
        assertThat(value(session, "EXECUTE s")).isEqualTo("é");
        run(session, "PREPARE s FROM 'SELECT 2'");
        assertThat(value(session, "EXECUTE s")).isEqualTo("2");
        run(session, unreadable);
        assertThat(value(session, "EXECUTE s")).isEqualTo("é");
        run(session, "DEALLOCATE PREPARE s");
        assertThatThrownBy(() -> value(session, "EXECUTE s")).hasMessageContaining("Unknown prepared statement handler");
    }

    /** Only MariaDB's clients name a statement so. */
    @ParameterizedTest
    @MethodSource("mariaDbs")
    void aStatementThatFailedToPrepareIsNotTheLastOne(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = shuffling(server, 3);
        Connection setUp = session(usher, "");
        run(setUp, "CREATE TABLE IF NOT EXISTS keeps (a INT)");
        run(setUp, "DELETE FROM keeps");
        run(setUp, "INSERT INTO keeps VALUES (1)");
        try (FakeClient client = usher.client(server.accounts().getFirst())) {
            client.send(Command.STMT_PREPARE, "DELETE FROM test.keeps".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.wire().read().getByte(0)).isZero();
            client.send(Command.STMT_PREPARE, "SELEKT 1".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.response().errorCode()).isEqualTo(1064);
            client.send(Command.STMT_EXECUTE, new byte[]{-1, -1, -1, -1, 0, 1, 0, 0, 0});
            assertThat(client.response().errorCode()).isEqualTo(1243);
        }
        assertThat(value(setUp, "SELECT COUNT(*) FROM keeps")).isEqualTo("1");
    }
}
