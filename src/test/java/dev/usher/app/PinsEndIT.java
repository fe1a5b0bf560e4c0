package dev.usher.app;

import static dev.usher.testing.Sql.run;
import static dev.usher.testing.Sql.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.admin.ClientRow;
import dev.usher.config.HandOver;
import dev.usher.testing.FakeClient;
import dev.usher.testing.Opened;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServers;
import dev.usher.wire.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What keeps a session on its server connection, and what ends that, on real servers with sessions that move whenever they can. */
class PinsEndIT {
    @TempDir
    private Path state;

    @RegisterExtension
    private final Opened open = new Opened();

    static List<ServerKind> servers() {
        return TestServers.installed();
    }

    static List<ServerKind> mariaDbs() {
        return servers().stream().filter(kind -> kind != ServerKind.MYSQL).toList();
    }

    private RunningUsher usher(ServerKind kind) {
        return open.add(RunningUsher.before(TestServers.find(kind).orElseThrow().port(), state,
                config -> config.withPool(config.pool().withHandOver(HandOver.SHUFFLE).withMaxServerConnections(5))));
    }

    private Connection session(RunningUsher usher, String user) throws SQLException {
        return open.add(DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + usher.address().getPort() + "/test?user=" + user
                + "&password=app-secret&allowPublicKeyRetrieval=true&sslMode=trust&allowMultiQueries=true"));
    }

    private Connection session(RunningUsher usher) throws SQLException {
        return session(usher, "app");
    }

    private static String pins(RunningUsher usher) {
        List<ClientRow> pinned = usher.clients().stream().filter(client -> client.pinReason() != null).toList();
        return pinned.isEmpty() ? "" : String.valueOf(pinned.getFirst().pinReason());
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aTemporaryTableUnderANewNameIsNobodyElses(ServerKind kind) throws SQLException {
        RunningUsher usher = usher(kind);
        Connection session = session(usher);
        for (String rename : List.of("ALTER TABLE before RENAME TO after", "ALTER TABLE before RENAME after, ADD COLUMN y INT")) {
            run(session, "CREATE TEMPORARY TABLE `before` (x INT)", rename.replace("before", "`before`").replace("after", "`after`"),
                    "DROP TABLE IF EXISTS `before`");
            assertPinned(usher, "temporary-table");
            run(session, "DROP TABLE `after`");
        }
        assertPinned(usher, "temporary-table");
        session.close();
        assertFree(usher);
        Connection next = session(usher);
        assertThatThrownBy(() -> run(next, "SELECT * FROM `after`")).hasMessageContaining("after");
    }

    private static void assertPinned(RunningUsher usher, String reason) {
        assertThat(pins(usher)).contains(reason);
    }

    /** What is asked to find that out is answered a moment after the statement. */
    private static void assertFree(RunningUsher usher) {
        Awaitility.await().untilAsserted(() -> assertThat(pins(usher)).isEmpty());
    }

    @ParameterizedTest
    @MethodSource("servers")
    void temporaryTablesPinUntilTheLastIsDropped(ServerKind kind) throws SQLException {
        RunningUsher usher = usher(kind);
        Connection session = session(usher);
        run(session, "CREATE TEMPORARY TABLE a (x INT)", "CREATE TEMPORARY TABLE IF NOT EXISTS `b` (x INT)", "INSERT INTO a VALUES (1)");
        assertPinned(usher, "temporary-table");
        run(session, "DROP TABLE a");
        assertPinned(usher, "temporary-table");
        run(session, "DROP TEMPORARY TABLE IF EXISTS test.b");
        assertFree(usher);
        assertThatThrownBy(() -> run(session, "CREATE TEMPORARY TABLE a (x NO_TYPE)")).isInstanceOf(SQLException.class);
        assertFree(usher);
        run(session, "CREATE TEMPORARY TABLE a (x INT)", "CREATE TEMPORARY TABLE b (x INT)", "DROP TABLES a, b");
        assertFree(usher);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aWaitForANamedLockEndsWithItsClient(ServerKind kind) throws Exception {
        TestAccount root = new TestAccount("root", "", "");
        try (RunningUsher usher = RunningUsher.knowing(root, TestServers.find(kind).orElseThrow().port(), state, config -> config);
                FakeClient holder = usher.client(root)) {
            holder.query("SELECT GET_LOCK('held', 0)");
            try (FakeClient gone = usher.client(root)) {
                gone.send(Command.QUERY, "SELECT GET_LOCK('held', 3600)".getBytes(StandardCharsets.US_ASCII));
                Awaitility.await().until(() -> waiting(holder).equals("1"));
            }
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> waiting(holder).equals("0"));
        }
    }

    private static String waiting(FakeClient client) throws IOException {
        return client.query("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT GET_LOCK%'")
                .rows().getFirst().getFirst();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void locksOnTablesPinUntilTheyAreUnlocked(ServerKind kind) throws SQLException {
        RunningUsher usher = usher(kind);
        Connection session = session(usher);
        run(session, "CREATE TABLE IF NOT EXISTS locked (x INT)", "LOCK TABLES locked READ");
        assertPinned(usher, "table-lock");
        run(session, "UNLOCK TABLES");
        assertFree(usher);
        run(session, "LOCK TABLES locked WRITE", "START TRANSACTION", "COMMIT");
        assertFree(usher);
        assertThatThrownBy(() -> run(session, "LOCK TABLES no_such_table READ")).isInstanceOf(SQLException.class);
        assertFree(usher);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void namedLocksPinUntilAsOftenReleasedAsTaken(ServerKind kind) throws SQLException {
        RunningUsher usher = usher(kind);
        Connection session = session(usher);
        Connection other = session(usher);
        assertThat(value(session, "SELECT GET_LOCK('one', 0)")).isEqualTo("1");
        run(session, "DO GET_LOCK('one', 0)");
        assertThat(value(session, "SELECT RELEASE_LOCK('one')")).isEqualTo("1");
        assertPinned(usher, "named-lock");
        assertThat(value(other, "SELECT GET_LOCK('one', 0)")).isEqualTo("0");
        Awaitility.await().until(() -> usher.clients().stream().filter(client -> client.pinReason() != null).count() == 1);
        run(session, "SELECT RELEASE_LOCK('one')");
        assertFree(usher);
        run(session, "SELECT GET_LOCK('one', 0), GET_LOCK('two', 0)", "SET @name = 'three'", "SELECT GET_LOCK(@name, 0)");
        assertPinned(usher, "named-lock");
        assertThat(value(session, "SELECT RELEASE_ALL_LOCKS()")).isEqualTo("3");
        assertFree(usher);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void handlersPinUntilTheyAreClosed(ServerKind kind) throws SQLException {
        RunningUsher usher = usher(kind);
        Connection session = session(usher);
        run(session, "CREATE TABLE IF NOT EXISTS handled (x INT)", "HANDLER handled OPEN AS h", "HANDLER h READ FIRST");
        assertPinned(usher, "handler");
        run(session, "HANDLER h CLOSE");
        assertFree(usher);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void transactionsOfEveryKindPinUntilTheyAreOver(ServerKind kind) throws SQLException {
        RunningUsher usher = usher(kind);
        Connection session = session(usher);
        run(session, "SAVEPOINT outside_of_any");
        assertFree(usher);
        run(session, "SET autocommit=0", "SAVEPOINT s");
        assertPinned(usher, "savepoint");
        run(session, "COMMIT", "SET autocommit=1");
        assertFree(usher);
        run(session, "CREATE TABLE IF NOT EXISTS branches (x INT)", "XA START 'x'", "INSERT INTO branches VALUES (1)");
        assertPinned(usher, "xa");
        run(session, "XA END 'x'", "XA PREPARE 'x'");
        assertPinned(usher, "xa");
        run(session, "XA COMMIT 'x'", "SELECT 1");
        assertFree(usher);
        if (kind != ServerKind.MYSQL) { // there it takes a privilege
            run(session, "XA RECOVER");
            assertFree(usher);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void settingsForOneStatementPinUntilItHasRun(ServerKind kind) throws SQLException {
        RunningUsher usher = usher(kind);
        Connection session = session(usher);
        run(session, "CREATE TABLE IF NOT EXISTS numbered (id INT AUTO_INCREMENT PRIMARY KEY)", "TRUNCATE TABLE numbered");
        run(session, "SET timestamp = 86400");
        assertPinned(usher, "one-shot-setting");
        assertThat(value(session, "SELECT UNIX_TIMESTAMP()")).isEqualTo("86400");
        run(session, "SET timestamp = DEFAULT");
        assertFree(usher);
        run(session, "SET last_insert_id = 5");
        assertFree(usher);
        assertThat(value(session, "SELECT LAST_INSERT_ID()")).isEqualTo("5");
        if (kind == ServerKind.MYSQL) {
            return; // there SET insert_id is a privilege
        }
        run(session, "SET insert_id = 77", "SELECT 1");
        assertPinned(usher, "one-shot-setting");
        run(session, "INSERT INTO numbered VALUES ()");
        assertFree(usher);
        assertThat(value(session, "SELECT MAX(id) FROM numbered")).isEqualTo("77");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void statementsPreparedByNameMove(ServerKind kind) throws SQLException {
        RunningUsher usher = usher(kind);
        Connection one = session(usher);
        Connection other = session(usher);
        run(one, "PREPARE s FROM 'SELECT CONCAT(?, \"-one\", @@sql_mode)'", "SET @a = 'a'", "SET SESSION sql_mode = 'ANSI_QUOTES'");
        run(other, "PREPARE S FROM 'SELECT CONCAT(?, ''it''''s'')'");
        for (int i = 0; i < 4; i++) {
            assertThat(value(one, "EXECUTE s USING @a")).isEqualTo("a-oneANSI_QUOTES");
            run(other, "SET @b = " + i);
            assertThat(value(other, "EXECUTE `s` USING @b")).isEqualTo(i + "it's");
        }
        run(one, "SET @sql = CONCAT('SELECT ', '40 + ', 2)", "PREPARE from_variable FROM @sql", "SET @sql = 'SELECT 1'");
        run(other, "SELECT 1");
        assertThat(value(one, "EXECUTE from_variable")).isEqualTo("42");
        run(other, "DEALLOCATE PREPARE s");
        for (int i = 0; i < 4; i++) {
            assertThatThrownBy(() -> run(other, "EXECUTE s USING @b")).hasMessageContaining("Unknown prepared statement handler");
            assertThatThrownBy(() -> run(other, "DROP PREPARE s")).hasMessageContaining("Unknown prepared statement handler");
        }
        assertThatThrownBy(() -> run(one, "PREPARE s FROM 'SELEKT'")).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> run(one, "EXECUTE s USING @a")).hasMessageContaining("Unknown prepared statement handler");
        assertThat(pins(usher)).isEmpty();
        assertThat(usher.status("pins_sql_prepare_total")).isZero();
        assertThat(usher.status("pins_server_side_code_total")).isZero();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aStatementPreparedByNameCountsAsWhatItRuns(ServerKind kind) throws SQLException {
        RunningUsher usher = usher(kind);
        Connection one = session(usher);
        Connection other = session(usher);
        run(one, "SET @t = 'CREATE TEMPORARY TABLE made (x INT)'", "PREPARE make FROM @t",
                "PREPARE lock_it FROM 'DO GET_LOCK(''prepared'', 0)'",
                "PREPARE sets FROM 'SET @made = 7'");
        assertFree(usher);
        run(one, "EXECUTE make");
        assertPinned(usher, "temporary-table");
        run(one, "DROP TABLE made");
        run(one, "EXECUTE lock_it");
        assertPinned(usher, "named-lock");
        run(one, "DO RELEASE_ALL_LOCKS()", "EXECUTE sets");
        assertFree(usher);
        run(other, "SET @made = 8");
        assertThat(value(one, "SELECT @made")).isEqualTo("7");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void typesOfVariablesStayThoseOfThePreparation(ServerKind kind) throws SQLException {
        RunningUsher usher = usher(kind);
        Connection direct = DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + TestServers.find(kind).orElseThrow().port()
                + "/test?user=app&password=app-secret&allowPublicKeyRetrieval=true&sslMode=trust");
        open.add(direct);
        Connection one = session(usher);
        Connection other = session(usher);
        for (String first : List.of("5", "'7'", "1.5")) {
            List<String> seen = new ArrayList<>();
            for (Connection each : List.of(direct, one)) {
                StringBuilder all = new StringBuilder();
                run(each, "SET @v = " + first, "PREPARE typed FROM 'SELECT @v'");
                for (String next : List.of("'12x'", "3", "NULL", "2.25", "1e0")) {
                    run(each, "SET @v = " + next);
                    run(other, "SET @v = 'other', @w = 1");
                    all.append(value(each, "EXECUTE typed")).append(' ');
                }
                seen.add(all.toString());
            }
            assertThat(seen.get(1)).isEqualTo(seen.get(0));
        }
    }
}
