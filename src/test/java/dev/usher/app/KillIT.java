package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.usher.admin.PoolerView.KillOutcome;
import dev.usher.config.HandOver;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** KILL of clients by their own ids, on real servers, where every lease goes to another connection. */
class KillIT {
    private static final TestAccount ROOT = new TestAccount("root", "", "");
    private static final TestAccount PLAIN = new TestAccount("plain", "", "");

    @TempDir
    private Path state;

    private final List<AutoCloseable> open = new ArrayList<>();

    static List<ServerKind> servers() {
        return TestServers.installed();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private RunningUsher knowingRoot(TestServer server, int connections) {
        RunningUsher usher = RunningUsher.knowing(
                ROOT, server.port(), state,
                config -> config.withPool(config.pool().withHandOver(HandOver.SHUFFLE).withMaxServerConnections(connections)));
        open.add(usher);
        return usher;
    }

    private RawSession session(InetSocketAddress address, TestAccount account) throws IOException {
        RawSession session = RawSession.open(address, account);
        open.add(session);
        return session;
    }

    /** Begins a statement of a minute, and returns when the server runs it. */
    private CompletableFuture<List<String>> runs(TestServer server, RawSession session) throws IOException {
        String sql = "SELECT SLEEP(60), " + session.id();
        CompletableFuture<List<String>> answer = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(session.run(sql));
            } catch (IOException e) {
                answer.completeExceptionally(e);
            }
        });
        RawSession direct = session(new InetSocketAddress("127.0.0.1", server.port()), ROOT);
        await().atMost(Duration.ofSeconds(20)).until(() -> direct.run("SHOW FULL PROCESSLIST").stream().anyMatch(row -> row.contains(sql)));
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

        assertThat(only(ofOther.get())).contains("Connection was killed");
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
        assertThat(only(plain.run("SELECT 5"))).contains("Connection was killed");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void endsItselfByItsOwnId(ServerKind kind) throws IOException {
        RunningUsher usher = knowingRoot(TestServers.find(kind).orElseThrow(), 4);
        RawSession session = session(usher.address(), ROOT);

        assertThat(only(session.run("KILL CONNECTION_ID()"))).contains("Connection was killed");
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
}
