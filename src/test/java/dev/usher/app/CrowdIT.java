package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.config.HandOver;
import dev.usher.config.PoolConfig;
import dev.usher.config.ServerConnectionLimit;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import dev.usher.testing.WireClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A thousand clients at once, each with a connection for every statement, on a server that lets 25 in. {@code -Dcrowd.seconds=30} for longer
 * than a build can wait.
 */
class CrowdIT {
    private static final int CLIENTS = 1000;
    /** The clients, the server and Usher share two cores with whatever else runs there: what is tested is that nobody is refused, not how soon. */
    private static final UnaryOperator<PoolConfig> PATIENT = pool -> pool.withWaitLimit(Duration.ofSeconds(60));
    /** Fewer than of one account: each account's first login goes through the two connections that are kept for logins. */
    private static final int CLIENTS_OF_SEVERAL = 300;
    private static final int MAX_CONNECTIONS = 25;
    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("crowd.seconds", 10));
    private static final Duration SHORT = Duration.ofSeconds(Integer.getInteger("crowd.seconds", 3));

    private static TestServer server;
    private static Connection watcher;

    @TempDir
    static Path state;

    private final Map<String, LongAdder> served = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void start() throws SQLException {
        server = TestServers.start(ServerKind.EMBEDDED, "--max-connections=" + MAX_CONNECTIONS);
        watcher = server.connect();
        try (var statement = watcher.createStatement()) {
            for (int i = 1; i < 5; i++) {
                statement.execute("CREATE USER 'app%d'@'%%' IDENTIFIED BY 'app-secret'".formatted(i));
                statement.execute("GRANT SELECT ON test.* TO 'app%d'@'%%'".formatted(i));
            }
        }
    }

    @AfterAll
    static void stop() throws SQLException {
        watcher.close();
        server.close();
    }

    @Test
    void nobodyInACrowdSeesAnErrorOnTwentyServerConnections() throws Exception {
        flushStatus();
        try (Usher usher = Poolers.start(server, state, pool -> PATIENT.apply(pool).withMaxServerConnections(20))) {
            crowd(usher, List.of("app"), TIME);

            assertThat(maxUsedConnections()).as("Max_used_connections, the watching one included").isLessThanOrEqualTo(20 + 1);
        }
    }

    @Test
    void anAutomaticBudgetLeavesTheReserveFree() throws Exception {
        flushStatus();
        try (Usher usher = Poolers.start(server, state, pool -> pool.withMaxServerConnections(new ServerConnectionLimit.Auto()))) {
            crowd(usher, List.of("app"), SHORT);

            assertThat(maxUsedConnections()).isLessThanOrEqualTo(MAX_CONNECTIONS - 2);
            assertThat(Poolers.status(usher, "budget")).isGreaterThan(10);
        }
    }

    @ParameterizedTest
    @EnumSource(HandOver.class)
    void everyAccountIsServedInACrowdOfSeveral(HandOver handOver) throws Exception {
        List<String> accounts = List.of("app", "app1", "app2", "app3", "app4");
        flushStatus();
        try (Usher usher = Poolers.start(server, state, pool -> PATIENT.apply(pool).withMaxServerConnections(20).withHandOver(handOver))) {
            crowd(usher, accounts, SHORT, CLIENTS_OF_SEVERAL);

            assertThat(maxUsedConnections()).isLessThanOrEqualTo(20 + 1);
            long all = served.values().stream().mapToLong(LongAdder::sum).sum();
            for (String account : accounts) {
                assertThat(served.get(account).sum()).as("statements of %s", account).isGreaterThan(all / accounts.size() / 3);
            }
        }
    }

    private void crowd(Usher usher, List<String> accounts, Duration time) {
        crowd(usher, accounts, time, CLIENTS);
    }

    private void crowd(Usher usher, List<String> accounts, Duration time, int clients) {
        InetSocketAddress address = Poolers.address(usher);
        accounts.forEach(account -> served.put(account, new LongAdder()));
        long end = System.nanoTime() + time.toNanos();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < clients; i++) {
                String account = accounts.get(i % accounts.size());
                String number = Integer.toString(i);
                threads.execute(() -> {
                    while (System.nanoTime() - end < 0) {
                        one(address, account, number);
                    }
                });
            }
        }
        assertThat(errors).isEmpty();
        assertThat(served.values()).allSatisfy(count -> assertThat(count.sum()).isPositive());
    }

    private void one(InetSocketAddress address, String account, String number) {
        try (WireClient client = WireClient.connect(address, account, "app-secret", "test")) {
            String answer = client.query("SELECT " + number);
            if (!answer.equals(number)) {
                errors.add("asked for " + number + ", got " + answer);
            }
            client.quit();
            served.get(account).increment();
        } catch (IOException e) {
            errors.add(account + ": " + e);
        }
    }

    /** Once the connections of the test before are gone. */
    private static void flushStatus() throws SQLException {
        Awaitility.await().until(() -> status("Threads_connected") == 1);
        try (var statement = watcher.createStatement()) {
            statement.execute("FLUSH STATUS");
        }
    }

    private static int maxUsedConnections() throws SQLException {
        return status("Max_used_connections");
    }

    private static int status(String name) throws SQLException {
        try (var statement = watcher.createStatement(); var row = statement.executeQuery("SHOW GLOBAL STATUS LIKE '" + name + "'")) {
            row.next();
            return row.getInt(2);
        }
    }
}
