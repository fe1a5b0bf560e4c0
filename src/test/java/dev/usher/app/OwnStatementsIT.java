package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.usher.config.HandOver;
import dev.usher.config.ServerTls;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import dev.usher.testing.WithholdingRelay;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Usher itself has to run on a server connection, in front of a client's statement or behind it, when a KILL meets it there or the server refuses it. */
class OwnStatementsIT {
    private static final TestAccount ROOT = new TestAccount("root", "", "");
    private static final TestAccount COUNTED = new TestAccount("counted", "", "");

    @TempDir
    private Path state;

    static List<ServerKind> servers() {
        return TestServers.installed();
    }

    /** An Usher whose words to the server can be kept back. */
    private RunningUsher behind(WithholdingRelay relay, TestAccount account, int connections) {
        return RunningUsher.knowing(account, relay.port(), state, config -> config
                .withServer(config.server().withTls(ServerTls.DISABLED, Optional.empty()))
                .withPool(config.pool().withHandOver(HandOver.SHUFFLE).withMaxServerConnections(connections)));
    }

    private static RawSession direct(TestServer server) throws IOException {
        return RawSession.open(new InetSocketAddress("127.0.0.1", server.port()), ROOT);
    }

    private interface Asking {
        List<String> ask() throws IOException;
    }

    private static CompletableFuture<List<String>> later(Asking asking) {
        CompletableFuture<List<String>> answer = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(asking.ask());
            } catch (IOException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    /** Neither LAST_INSERT_ID() nor FOUND_ROWS() can be set in the command itself. */
    @ParameterizedTest
    @MethodSource("servers")
    void aCommandDoesNotRunIfItIsKilledWhileSomethingIsSetInFrontOfIt(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        try (WithholdingRelay relay = new WithholdingRelay(server.port());
                RunningUsher usher = behind(relay, ROOT, 3);
                RawSession direct = direct(server);
                RawSession killed = RawSession.open(usher.address(), ROOT);
                RawSession other = RawSession.open(usher.address(), ROOT);
                RawSession killer = RawSession.open(usher.address(), ROOT)) {
            direct.run("DROP TABLE IF EXISTS test.in_front");
            direct.run("CREATE TABLE test.in_front (id INT AUTO_INCREMENT PRIMARY KEY)");
            killed.prepare("INSERT INTO test.in_front VALUES (NULL)");
            for (int round = 0; round < 2; round++) {
                killed.execute();
                other.run("INSERT INTO test.in_front VALUES (NULL), (NULL)");
            }

            kill(relay, "last_insert_id", killed, killer, killed::execute);
            assertThat(killed.run("SHOW WARNINGS")).anyMatch(row -> row.contains("1317"));

            killed.run("SELECT 1 UNION SELECT 2 UNION SELECT 3");
            other.run("SELECT 1");
            kill(relay, "WITH RECURSIVE", killed, killer, () -> killed.run("INSERT INTO test.in_front SELECT NULL"));

            assertThat(killed.run("SELECT FOUND_ROWS(), LAST_INSERT_ID()")).contains("\\013\\014");
            assertThat(direct.run("SELECT COUNT(*) FROM test.in_front")).contains("\\016");
        }
    }

    private static void kill(WithholdingRelay relay, String inFront, RawSession killed, RawSession killer, Asking asking) throws Exception {
        relay.stop(inFront);
        CompletableFuture<List<String>> answer = later(asking);
        await().until(relay::stops);
        assertThat(killer.run("KILL QUERY " + killed.id())).singleElement().asString().startsWith("\\00");
        relay.letGo();
        assertThat(answer.get(20, TimeUnit.SECONDS)).singleElement().asString().contains("Query execution was interrupted");
    }

    /** The COMMIT that frees the tables of a session without autocommit when it leaves its connection. */
    @ParameterizedTest
    @MethodSource("servers")
    void theNextSessionDoesNotPayForACommitThatWasRefused(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        try (WithholdingRelay relay = new WithholdingRelay(server.port()); RawSession direct = direct(server)) {
            direct.run("CREATE USER IF NOT EXISTS counted@'%' IDENTIFIED BY ''");
            allow(direct, 100_000);
            try (RunningUsher usher = behind(relay, COUNTED, 1);
                    RawSession counted = RawSession.open(new InetSocketAddress("127.0.0.1", server.port()), COUNTED);
                    RawSession leaves = RawSession.open(usher.address(), COUNTED);
                    RawSession next = RawSession.open(usher.address(), COUNTED)) {
                leaves.run("SET autocommit = 0");
                next.run("SELECT 'behind the first COMMIT'");
                List<Long> threads = usher.serverThreads();

                relay.stop("COMMIT AND NO CHAIN");
                leaves.run("SELECT 1");
                await().until(relay::stops);
                allow(direct, 1);
                counted.run("DO 'the one that is allowed'");
                long leases = usher.status("leases_total");
                relay.stop("SELECT 'next'");
                CompletableFuture<List<String>> answer = later(() -> next.run("SELECT 'next'"));
                // It has the connection before the COMMIT is refused.
                await().until(() -> usher.status("leases_total") > leases);
                long answers = relay.answers();
                relay.letGo();
                await().until(() -> relay.stops() && relay.answers() > answers);
                allow(direct, 100_000);
                relay.letGo();

                assertThat(answer.get(20, TimeUnit.SECONDS)).hasSize(4).contains("\\04next");
                await().untilAsserted(() -> assertThat(usher.serverThreads()).doesNotContainAnyElementsOf(threads));
                assertThat(leaves.run("SELECT @@autocommit")).contains("\\010");
            }
        }
    }

    /** Also what is logged in already may run only so many statements in an hour. */
    private static void allow(RawSession root, int statements) throws IOException {
        root.run("ALTER USER counted@'%' WITH MAX_QUERIES_PER_HOUR " + statements);
        root.run("FLUSH PRIVILEGES");
    }
}
