package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.usher.admin.ClientRow;
import dev.usher.admin.PoolerView.KillOutcome;
import dev.usher.config.HandOver;
import dev.usher.testing.FakeClient;
import dev.usher.testing.Opened;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import dev.usher.testing.WireClient;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.HandshakeV10;
import dev.usher.wire.Packets;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** KILL of clients by their own ids, on real servers, where every lease goes to another connection. */
class KillIT {
    private static final TestAccount ROOT = new TestAccount("root", "", "");
    private static final TestAccount NOBODY = new TestAccount("nobody", "x", "mysql_native_password");
    private static final TestAccount PLAIN = new TestAccount("plain", "", "");

    @TempDir
    private Path state;

    @RegisterExtension
    private final Opened open = new Opened();

    static List<ServerKind> servers() {
        return TestServers.installed();
    }

    private RunningUsher knowingRoot(TestServer server, int connections) {
        return knowingRoot(server, connections, HandOver.SHUFFLE);
    }

    private RunningUsher knowingRoot(TestServer server, int connections, HandOver handOver) {
        return open.add(RunningUsher.knowing(
                ROOT, server.port(), state,
                config -> config.withPool(config.pool().withHandOver(handOver).withMaxServerConnections(connections))));
    }

    private RawSession session(InetSocketAddress address, TestAccount account) throws IOException {
        return open.add(RawSession.open(address, account));
    }

    /** Begins a statement of a minute, and returns when the server runs it. */
    private CompletableFuture<List<String>> runs(TestServer server, RawSession session) throws IOException {
        String sql = "SELECT SLEEP(60), " + session.id();
        CompletableFuture<List<String>> answer = later(session, sql);
        RawSession direct = session(new InetSocketAddress("127.0.0.1", server.port()), ROOT);
        await().atMost(Duration.ofSeconds(20)).until(() -> direct.run("SHOW FULL PROCESSLIST").stream().anyMatch(row -> row.contains(sql)));
        return answer;
    }

    private static CompletableFuture<List<String>> later(RawSession session, String sql) {
        CompletableFuture<List<String>> answer = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(session.run(sql));
            } catch (IOException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    private static String only(List<String> packets) {
        assertThat(packets).hasSize(1);
        return packets.getFirst();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void endsTheStatementOfTheClientItNamesWhileThePoolIsFull(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = knowingRoot(server, 3);
        RawSession one = session(usher.address(), ROOT);
        RawSession other = session(usher.address(), ROOT);
        RawSession killer = session(usher.address(), ROOT);
        var ofOne = runs(server, one);
        var ofOther = runs(server, other);

        assertThat(only(killer.run("KILL QUERY " + one.id()))).startsWith("\\00");

        assertThat(ofOne).succeedsWithin(Duration.ofSeconds(20));
        assertThat(ofOther).isNotDone();
        assertThat(one.run("SELECT 5")).hasSize(4);

        assertThat(only(killer.run("KILL " + other.id()))).startsWith("\\00");

        assertThatThrownBy(ofOther::get).as("closed without a word, as servers do").hasCauseInstanceOf(EOFException.class);
        assertThat(killer.run("SELECT 5")).hasSize(4);
        assertThat(only(killer.run("KILL " + other.id()))).contains("Unknown thread id");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void leavesItToTheServerWhetherAnotherAccountMayDoIt(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        try (RawSession direct = RawSession.open(new InetSocketAddress("127.0.0.1", server.port()), ROOT)) {
            direct.run("CREATE USER IF NOT EXISTS plain@'%' IDENTIFIED BY ''");
        }
        RunningUsher usher = knowingRoot(server, 6);
        RawSession root = session(usher.address(), ROOT);
        RawSession plain = session(usher.address(), PLAIN);
        RawSession killer = session(usher.address(), PLAIN);
        var ofRoot = runs(server, root);

        assertThat(only(killer.run("KILL QUERY " + root.id()))).contains("You are not owner of thread " + root.id());
        assertThat(ofRoot).isNotDone();
        RawSession idle = session(usher.address(), ROOT);
        assertThat(only(killer.run("KILL " + idle.id()))).contains("You are not owner of thread " + idle.id());
        assertThat(idle.run("SELECT 5")).hasSize(4);

        var ofPlain = runs(server, plain);
        assertThat(only(idle.run("KILL QUERY " + plain.id()))).startsWith("\\00");
        assertThat(ofPlain).succeedsWithin(Duration.ofSeconds(20));
        assertThat(only(idle.run("KILL QUERY " + root.id()))).startsWith("\\00");
        assertThat(ofRoot).succeedsWithin(Duration.ofSeconds(20));
        assertThat(only(idle.run("KILL " + plain.id()))).startsWith("\\00");
        assertThatThrownBy(() -> plain.run("SELECT 5")).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void endsItselfByItsOwnId(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = knowingRoot(server, 4);
        RawSession direct = session(new InetSocketAddress("127.0.0.1", server.port()), ROOT);

        for (String begins : List.of("SELECT 1", "BEGIN")) {
            RawSession byFunction = session(usher.address(), ROOT);
            byFunction.run(begins);
            RawSession session = session(usher.address(), ROOT);
            session.run(begins);

            List<String> answer = direct.run("KILL " + direct.id());
            assertThat(byFunction.run("KILL CONNECTION_ID()")).isEqualTo(answer);
            assertThat(session.run("KILL " + session.id())).isEqualTo(answer);
            assertThatThrownBy(() -> session.run("SELECT 5")).isInstanceOf(IOException.class);
            direct = session(new InetSocketAddress("127.0.0.1", server.port()), ROOT);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aKillOfTheStatementThatItIsInterruptsItself(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = knowingRoot(server, 4);
        RawSession direct = session(new InetSocketAddress("127.0.0.1", server.port()), ROOT);
        for (String begins : List.of("SELECT 1", "BEGIN", "SET autocommit = 0")) {
            RawSession session = session(usher.address(), ROOT);
            for (String sql : List.of(begins, "KILL QUERY CONNECTION_ID()", "SHOW WARNINGS", "KILL QUERY %d", "SELECT 5", "SHOW WARNINGS",
                    "KILL QUERY 2000000000", "SHOW WARNINGS", "DO 1", "SHOW WARNINGS")) {
                List<String> expected = direct.run(sql.formatted(direct.id()));
                assertThat(session.run(sql.formatted(session.id()))).as("%s behind %s", sql, begins).isEqualTo(expected);
            }
            direct.run("ROLLBACK");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void anAdministratorsKillIsToldToTheClient(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = knowingRoot(server, 4);
        RawSession runs = session(usher.address(), ROOT);
        var answer = runs(server, runs);
        RawSession idle = session(usher.address(), ROOT);
        idle.run("BEGIN");

        assertThat(usher.kill(runs.id(), false)).isEqualTo(new KillOutcome.Killed());
        assertThat(usher.kill(idle.id(), false)).isEqualTo(new KillOutcome.Killed());

        assertThat(only(answer.get(20, TimeUnit.SECONDS))).contains("Connection was killed");
        assertThat(only(idle.run("SELECT 5"))).contains("Connection was killed");
    }

    /** There no ERR packet can stand: the bytes of one would be taken for the row's. If the row was out of the server already, one comes behind it. */
    @ParameterizedTest
    @MethodSource("servers")
    void anAdministratorsKillInTheMidstOfARowPutsNothingIntoIt(ServerKind kind) throws Exception {
        int length = 12_000_000;
        RunningUsher usher = knowingRoot(TestServers.find(kind).orElseThrow(), 3);
        WireClient client = open.add(WireClient.connect(usher.address(), ROOT.user(), ROOT.password(), "", 1 << 16));
        client.send("SELECT REPEAT('x', " + length + ")");
        client.read(); // how many columns
        client.read(); // the column
        byte[] head = client.raw().readNBytes(Packets.HEADER + 4);
        assertThat(head[Packets.HEADER]).as("a length of three bytes").isEqualTo((byte) 0xFD);

        assertThat(usher.kill(client.connectionId(), false)).isEqualTo(new KillOutcome.Killed());

        String rest = new String(client.raw().readAllBytes(), StandardCharsets.ISO_8859_1);
        String row = rest.substring(0, Math.min(rest.length(), length));
        assertThat(row.chars().allMatch(c -> c == 'x')).isTrue();
        if (row.length() < rest.length()) {
            assertThat(rest.substring(length)).endsWith("Connection was killed");
        }
    }

    /** Only on MySQL is there an account that Usher does not learn from its login. */
    @ParameterizedTest
    @MethodSource("servers")
    void anAdministratorIsToldIfNothingCouldBeKilled(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = RunningUsher.before(server.port(), state, config -> config);
        open.add(usher);
        RawSession session = session(usher.address(), ROOT);
        var running = runs(server, session);

        KillOutcome outcome = usher.kill(session.id(), true);

        if (outcome instanceof KillOutcome.NotKilled not) {
            assertThat(not.message()).contains("can not log in account root");
            assertThat(running).isNotDone();
            assertThat(usher.kill(session.id(), false)).isEqualTo(new KillOutcome.Killed());
        }
        await().atMost(Duration.ofSeconds(20)).until(running::isDone);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aStatementThatWaitsForAServerConnectionIsNotRunOnceItHasBeenKilled(ServerKind kind) throws Exception {
        RunningUsher usher = knowingRoot(TestServers.find(kind).orElseThrow(), 3);
        RawSession waiting = session(usher.address(), ROOT);
        RawSession killer = session(usher.address(), ROOT);
        RawSession one = session(usher.address(), ROOT);
        RawSession other = session(usher.address(), ROOT);
        for (RawSession holder : List.of(one, other)) {
            holder.run("BEGIN");
            holder.run("SELECT 1");
        }

        var ofClient = later(waiting, "SELECT 5");
        await().until(() -> usher.status("clients_waiting") == 1);
        assertThat(only(killer.run("KILL QUERY " + waiting.id()))).startsWith("\\00");
        assertThat(only(ofClient.get(20, TimeUnit.SECONDS))).startsWith("\\ff%\\05#70100Query execution was interrupted");

        var ofAdministrator = later(waiting, "SELECT 5");
        await().until(() -> usher.status("clients_waiting") == 1);
        assertThat(usher.kill(waiting.id(), true)).isEqualTo(new KillOutcome.Killed());
        assertThat(only(ofAdministrator.get(20, TimeUnit.SECONDS))).contains("Query execution was interrupted");

        one.run("COMMIT");
        assertThat(waiting.run("SELECT 5")).hasSize(4);
    }

    /** The lease of one that runs a KILL only rests, and that KILL waits for a connection of its own. */
    @ParameterizedTest
    @MethodSource("servers")
    void aKillDoesNotHitWhoeverHasTheServerConnectionNext(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = knowingRoot(server, 3, HandOver.LAZY);
        RawSession direct = session(new InetSocketAddress("127.0.0.1", server.port()), ROOT);
        RawSession next = session(usher.address(), ROOT);
        RawSession killer = session(usher.address(), ROOT);
        RawSession holder = session(usher.address(), ROOT);
        var ofHolder = runs(server, holder);
        RawSession killed = session(usher.address(), ROOT);
        direct.run("SELECT GET_LOCK('next', 0)");
        try (FakeClient silent = FakeClient.connect(usher.address())) {
            silent.wire().sendRaw(silent.loginPacket(silent.greeting(), NOBODY));
            silent.wire().read();

            var ofKill = later(killed, "KILL QUERY " + holder.id());
            await().until(() -> ofKill.isDone() || usher.clients().stream()
                    .anyMatch(client -> client.id() == killed.id() && client.state() == ClientRow.State.ACTIVE));
            var ofKiller = later(killer, "KILL QUERY " + killed.id());
            var ofNext = later(next, "SELECT GET_LOCK('next', 60) AS got");

            assertThat(only(ofKiller.get(20, TimeUnit.SECONDS))).startsWith("\\00");
            assertThat(only(ofKill.get(20, TimeUnit.SECONDS))).startsWith("\\00");
            await().until(() -> ofNext.isDone()
                    || direct.run("SHOW FULL PROCESSLIST").stream().anyMatch(row -> row.contains("GET_LOCK('next', 60)")));
            direct.run("SELECT RELEASE_LOCK('next')");
            assertThat(ofNext.get(20, TimeUnit.SECONDS)).hasSize(4).contains("\\011");
            assertThat(ofHolder).succeedsWithin(Duration.ofSeconds(20));
        }
    }

    /** Only MySQL makes a USE wait, for a DROP DATABASE that waits itself. */
    @Test
    void aStatementDoesNotRunIfTheRestoreInFrontOfItWasKilled() throws Exception {
        TestServer server = TestServers.find(ServerKind.MYSQL).orElseThrow();
        RunningUsher usher = knowingRoot(server, 4);
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", server.port());
        RawSession reader = session(address, ROOT);
        RawSession dropper = session(address, ROOT);
        for (String sql : List.of("DROP TABLE IF EXISTS test.ran", "CREATE TABLE test.ran (a INT)", "DROP DATABASE IF EXISTS leaves",
                "CREATE DATABASE leaves", "CREATE TABLE leaves.t (a INT)", "BEGIN", "SELECT * FROM leaves.t")) {
            reader.run(sql);
        }
        RawSession killer = session(usher.address(), ROOT);
        RawSession killed = session(usher.address(), ROOT);
        killed.run("USE leaves");
        killer.run("SELECT 1");
        var drop = later(dropper, "DROP DATABASE leaves");
        await().until(() -> reader.run("SHOW FULL PROCESSLIST").stream().anyMatch(row -> row.contains("DROP DATABASE leaves")));

        var statement = later(killed, "INSERT INTO test.ran VALUES (1)");
        await().until(() -> statement.isDone()
                || reader.run("SHOW FULL PROCESSLIST").stream().anyMatch(row -> row.contains("USE `leaves`") && !row.contains("FULL")));
        assertThat(only(killer.run("KILL QUERY " + killed.id()))).startsWith("\\00");

        assertThat(only(statement.get(20, TimeUnit.SECONDS))).contains("Query execution was interrupted");
        reader.run("ROLLBACK");
        assertThat(only(drop.get(20, TimeUnit.SECONDS))).startsWith("\\00");
        assertThat(reader.run("SELECT * FROM test.ran")).hasSize(3);
    }

    /** What is asked for its statement is still under way when the client goes. */
    @ParameterizedTest
    @MethodSource("servers")
    void aClientThatGoesWhileItsStatementIsPreparedAgainLeavesItsServerConnectionToOthers(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = knowingRoot(server, 3);
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", server.port());
        RawSession reader = session(address, ROOT);
        RawSession dropper = session(address, ROOT);
        for (String sql : List.of("DROP TABLE IF EXISTS test.goes", "CREATE TABLE test.goes (a INT)", "BEGIN", "SELECT * FROM test.goes")) {
            reader.run(sql);
        }
        RawSession one = session(usher.address(), ROOT);
        RawSession other = session(usher.address(), ROOT);
        RawSession goes = session(usher.address(), ROOT);
        one.run("BEGIN");
        one.run("SELECT 1");
        other.run("SELECT 1");
        one.run("COMMIT");
        goes.prepare("SELECT * FROM test.goes");
        var drop = later(dropper, "DROP TABLE test.goes");
        await().until(() -> reader.run("SHOW FULL PROCESSLIST").stream().anyMatch(row -> row.contains("DROP TABLE test.goes")));
        Thread.ofVirtual().start(() -> {
            try {
                goes.execute();
            } catch (IOException closed) {
                // As it should be.
            }
        });
        await().until(() -> reader.run("SHOW FULL PROCESSLIST").stream().filter(row -> row.contains("test.goes")).count() == 2);

        goes.close();
        await().until(() -> usher.status("clients_connected") == 2);
        reader.run("ROLLBACK");
        assertThat(only(drop.get(20, TimeUnit.SECONDS))).startsWith("\\00");

        for (RawSession each : List.of(one, other)) {
            each.run("BEGIN");
            assertThat(each.run("SELECT 5")).hasSize(4);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whatIsLostWithAServerConnectionIsNotTakenFromAnother(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = knowingRoot(server, 3, HandOver.LAZY);
        RawSession direct = session(new InetSocketAddress("127.0.0.1", server.port()), ROOT);
        direct.run("DROP TABLE IF EXISTS test.loses");
        direct.run("CREATE TABLE test.loses (id INT AUTO_INCREMENT PRIMARY KEY)");
        RawSession one = session(usher.address(), ROOT);
        RawSession other = session(usher.address(), ROOT);
        RawSession holder = session(usher.address(), ROOT);
        one.run("INSERT INTO test.loses VALUES ()");
        one.run("DROP TABLE IF EXISTS test.no_such_table");
        try (FakeClient threads = FakeClient.loggedIn(new InetSocketAddress("127.0.0.1", server.port()), ROOT)) {
            for (List<String> row : threads
                    .query("SELECT id FROM information_schema.processlist WHERE user = 'root' AND command = 'Sleep' AND id <> "
                            + direct.id())
                    .rows()) {
                threads.query("KILL " + row.getFirst());
            }
        }
        await().until(() -> usher.serverConnections() == 0);
        holder.run("BEGIN");
        holder.run("SELECT 1");
        other.run("INSERT INTO test.loses VALUES ()");
        other.run("INSERT INTO test.loses VALUES ()");

        assertThat(one.run("SHOW WARNINGS")).anyMatch(row -> row.contains("Usher lost its connection"));
        assertThat(only(one.run("SELECT LAST_INSERT_ID()"))).startsWith("\\ff\\86\\04#08S01").contains("LAST_INSERT_ID()");
        assertThat(one.run("SELECT LAST_INSERT_ID()")).contains("\\010");
        assertThat(other.run("SELECT LAST_INSERT_ID()")).contains("\\013");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aThreadOfTheServerIsKilledByACommandAsWithoutUsher(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", server.port());
        RawSession direct = session(address, ROOT);
        RawSession client = session(knowingRoot(server, 4).address(), ROOT);

        assertThat(client.command(processKill(session(address, ROOT)))).isEqualTo(direct.command(processKill(session(address, ROOT))));
        assertThat(client.run("SELECT 5")).hasSize(4);
    }

    private static String processKill(RawSession victim) {
        return "0c%08x".formatted(Integer.reverseBytes((int) victim.id()));
    }

    @Test
    void aLoginIsEndedWithAnErrorThatItsClientCanRead() throws Exception {
        TestServer server = TestServers.find(ServerKind.EMBEDDED).orElseThrow();
        RunningUsher usher = knowingRoot(server, 4);
        try (FakeClient greeted = FakeClient.connect(usher.address()); FakeClient asked = FakeClient.connect(usher.address())) {
            HandshakeV10 first = greeted.greeting();
            HandshakeV10 second = asked.greeting();
            asked.wire().sendRaw(asked.loginPacket(second, NOBODY));
            asked.wire().read();
            assertThat(asked.wire().lastSequence()).isEqualTo(2);

            assertThat(usher.kill(first.connectionId(), false)).isEqualTo(new KillOutcome.Killed());
            assertThat(usher.kill(second.connectionId(), false)).isEqualTo(new KillOutcome.Killed());

            assertThat(ErrPacket.read(greeted.wire().read()).code()).isEqualTo(1927);
            assertThat(greeted.wire().lastSequence()).as("behind the login that the client has sent before it reads").isEqualTo(2);
            assertThat(ErrPacket.read(asked.wire().read()).code()).isEqualTo(1927);
            assertThat(asked.wire().lastSequence()).as("behind the answer to what it was asked").isEqualTo(4);
        }
    }

    @Test
    void anAdministratorIsToldIfTheKillDoesNotGetThrough() throws Exception {
        try (TestServer server = TestServers.start(ServerKind.EMBEDDED);
                RunningUsher usher = RunningUsher.knowing(server.accounts().getFirst(), server.port(), state,
                        config -> config.withServer(config.server().withConnectTimeout(Duration.ofSeconds(30))));
                RawSession victim = RawSession.open(usher.address(), server.accounts().getFirst());
                var direct = server.connect();
                var statement = direct.createStatement()) {
            statement.execute("SELECT GET_LOCK('through', 0)");
            var running = later(victim, "SELECT GET_LOCK('through', 60)");
            await().until(() -> usher.clients().getFirst().state() == ClientRow.State.ACTIVE);
            statement.execute("SET GLOBAL init_connect = 'DO SLEEP(60)'");

            assertThat(usher.kill(victim.id(), true)).isInstanceOfSatisfying(KillOutcome.NotKilled.class,
                    not -> assertThat(not.message()).contains("has not got through to the server"));

            statement.execute("SELECT RELEASE_LOCK('through')");
            assertThat(running).succeedsWithin(Duration.ofSeconds(20));
        }
    }
}
