package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.testing.FakeClient;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import dev.usher.testing.WireClient;
import dev.usher.wire.ErrPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting, stopping and outliving: {@code usher serve} as a process, and a server that goes away and comes back. */
class DrainIT {
    private static final long PATIENCE_SECONDS = 30;
    private static TestServer server;

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeAll
    static void start() {
        server = TestServers.start(ServerKind.EMBEDDED);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    void aSignalLetsAStatementAndATransactionFinishAndNobodyNewIn() throws Exception {
        try (ServeProcess usher = ServeProcess.start(server, folder);
                WireClient transaction = app(usher.address(0));
                WireClient statement = app(usher.address(0));
                WireClient idle = app(usher.address(0));
                FakeClient loggingIn = FakeClient.connect(usher.address(0));
                var direct = server.connect();
                var lock = direct.createStatement()) {
            lock.execute("SELECT GET_LOCK('drain', 0)");
            transaction.query("BEGIN");
            loggingIn.greeting();
            Future<String> running = threads.submit(() -> statement.query("SELECT GET_LOCK('drain', 60)"));
            Awaitility.await().until(() -> number("SELECT COUNT(*) FROM information_schema.processlist WHERE state = 'User lock'") == 1);

            usher.terminate();
            awaitNobodyGetsIn(usher.address(0));

            assertThat(ErrPacket.read(loggingIn.wire().read()).code()).isEqualTo(1053);
            assertThat(loggingIn.wire().lastSequence()).as("behind the login that the client has sent before it reads").isEqualTo(2);
            assertThat(running).isNotDone();
            assertThat(transaction.query("SELECT 7")).isEqualTo("7");
            lock.execute("SELECT RELEASE_LOCK('drain')");
            assertThat(running.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("1");
            assertThat(usher.isAlive()).isTrue();
            transaction.query("COMMIT");
            assertThat(usher.exitStatus()).isZero();
            assertThat(errorOf(() -> idle.query("SELECT 1"))).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aLoginThatWaitsForItsSchemaIsToldToo() throws Exception {
        try (Usher usher = Poolers.start(server, folder,
                pool -> pool.withMaxServerConnections(3).withWorkers(1).withCredentialTtl(Duration.ofNanos(1)));
                WireClient one = app(Poolers.address(usher));
                WireClient other = app(Poolers.address(usher))) {
            for (WireClient holder : new WireClient[]{one, other}) {
                holder.query("BEGIN");
                holder.query("SELECT 1");
            }
            Future<Throwable> loggingIn = threads.submit(
                    () -> errorOf(
                            () -> WireClient.connect(Poolers.address(usher), "app", "app-secret", "information_schema").query("SELECT 1")));
            Awaitility.await().until(() -> Poolers.status(usher, "clients_waiting") == 1);

            Future<Boolean> drained = threads.submit(usher::drain);

            assertThat(loggingIn.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isInstanceOfSatisfying(WireClient.ServerError.class,
                    told -> assertThat(told.error().code()).isEqualTo(1053));
            one.query("COMMIT");
            other.query("COMMIT");
            assertThat(drained.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aSecondSignalEndsItAtOnce() throws Exception {
        try (ServeProcess usher = ServeProcess.start(server, folder); WireClient transaction = app(usher.address(0))) {
            transaction.query("BEGIN");
            usher.terminate();
            awaitNobodyGetsIn(usher.address(0));
            assertThat(transaction.query("SELECT 7")).isEqualTo("7");

            usher.terminate();

            assertThat(usher.exitStatus()).isEqualTo(128 + 15);
        }
    }

    @Test
    void listensOnIpv6AndAUnixSocketAndReachesTheServerOverItsSocket() throws Exception {
        Path unix = folder.resolve("usher.sock");
        try (ServeProcess usher = ServeProcess.start(server, folder, "--listen=127.0.0.1:0", "--listen=[::1]:0", "--listen=" + unix,
                "--server-socket=" + server.socket());
                WireClient overIpv4 = app(usher.address(0));
                WireClient overIpv6 = app(usher.address(1));
                WireClient overUnix = WireClient.connect(unix, "app", "app-secret", "test")) {
            overIpv4.query("BEGIN");
            overIpv6.query("BEGIN");
            overUnix.query("BEGIN");

            assertThat(overIpv6.query("SELECT 6")).isEqualTo("6");
            assertThat(overUnix.query("SELECT 9")).isEqualTo("9");
            assertThat(number("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'app' AND host = 'localhost'"))
                    .isPositive();
            assertThat(overUnix.query("SELECT CURRENT_USER()")).isEqualTo(overIpv4.query("SELECT CURRENT_USER()"));
        }
    }

    @Test
    void aSessionThatWasIdleDoesNotNoticeThatTheServerWasRestarted() throws Exception {
        try (TestServer own = TestServers.start(ServerKind.EMBEDDED);
                Usher usher = Poolers.start(own, folder, pool -> pool);
                WireClient idle = app(Poolers.address(usher));
                WireClient alsoIdle = app(Poolers.address(usher))) {
            idle.query("SET SESSION sql_mode = 'ANSI'");
            alsoIdle.query("SELECT 1");
            own.stop();
            Future<String> answer = threads.submit(() -> idle.query("SELECT @@sql_mode LIKE '%ANSI%'"));
            Awaitility.await().until(() -> Poolers.status(usher, "clients_waiting") == 1);

            own.startAgain();

            assertThat(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("1");
            assertThat(alsoIdle.query("SELECT 2")).isEqualTo("2");
        }
    }

    @Test
    void clientsDoNotNoticeThatTheServerClosesConnectionsThatWereIdle() throws Exception {
        try (TestServer own = TestServers.start(ServerKind.EMBEDDED);
                Usher usher = Poolers.start(own, folder, pool -> pool);
                WireClient idle = app(Poolers.address(usher))) {
            idle.query("SET SESSION sql_mode = 'ANSI'");
            try (var direct = own.connect();
                    var statement = direct.createStatement();
                    var rows = statement.executeQuery(
                            "SELECT id FROM information_schema.processlist WHERE user = 'app'")) {
                while (rows.next()) {
                    try (var kill = direct.createStatement()) {
                        kill.execute("KILL " + rows.getLong(1));
                    }
                }
            }
            Awaitility.await().until(() -> Poolers.status(usher, "server_connections_lost_total") > 0);

            assertThat(idle.query("SELECT @@sql_mode LIKE '%ANSI%'")).isEqualTo("1");
        }
    }

    @Test
    void aSessionIsClosedWhenItsOwnWaitTimeoutIsOver() throws Exception {
        try (Usher usher = Poolers.start(server, folder, pool -> pool);
                WireClient impatient = app(Poolers.address(usher));
                WireClient patient = app(Poolers.address(usher))) {
            patient.query("SELECT 1");
            impatient.query("SET SESSION wait_timeout = 1");

            Awaitility.await().until(() -> Poolers.status(usher, "clients_connected") == 1);

            assertThat(patient.query("SELECT 2")).isEqualTo("2");
            assertThat(errorOf(() -> impatient.query("SELECT 1"))).isInstanceOf(IOException.class);
        }
    }

    private static WireClient app(InetSocketAddress address) throws IOException {
        return WireClient.connect(address, "app", "app-secret", "test");
    }

    private static void awaitNobodyGetsIn(InetSocketAddress address) {
        Awaitility.await().until(() -> {
            try (WireClient another = app(address)) {
                return false;
            } catch (IOException refused) {
                return true;
            }
        });
    }

    private static Throwable errorOf(Callable<String> call) {
        try {
            return new AssertionError("no error, but " + call.call());
        } catch (Exception e) {
            return e;
        }
    }

    private static long number(String sql) throws SQLException {
        try (var direct = server.connect(); var statement = direct.createStatement(); var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
