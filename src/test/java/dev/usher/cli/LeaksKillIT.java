package dev.usher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code usher leaks --kill} round after round, among clients that work all the time, clients that leak, and clients that sleep for about as long as a leaked connection
 * and then wake up. {@code -Dusher.test.leaks.rounds=1000 -Dusher.test.leaks.report=true} plays it on every server that is installed, and prints what docs/leaks.md reports.
 *
 * <p>What wakes up writes, as the first thing it does, the time by the server's clock. If its connection is lost although that was before
 * the check, an active connection was killed.
 */
class LeaksKillIT {
    private static final int ROUNDS = Integer.getInteger("usher.test.leaks.rounds", 60);
    private static final boolean REPORT = Boolean.getBoolean("usher.test.leaks.report");
    /** A few rounds are spread over some seconds: clients of a busy machine take that long to connect and to grow old. */
    private static final String PAUSE = ROUNDS < 500 ? "100ms" : "10ms";
    private static final int WORKERS = 6;
    private static final int WAKERS = 40;
    private static final int LEAKERS = 4;
    private static final int MOST_CONNECTIONS = 200;

    private final AtomicBoolean over = new AtomicBoolean();
    private final Queue<Throwable> lostWorkers = new ConcurrentLinkedQueue<>();
    /** Connections that were lost after they had sent a statement. */
    private final Queue<Long> lostAwake = new ConcurrentLinkedQueue<>();
    private final Queue<Long> leaked = new ConcurrentLinkedQueue<>();
    private final AtomicInteger wokeUp = new AtomicInteger();
    private final AtomicInteger cutShort = new AtomicInteger();
    private final AtomicInteger connected = new AtomicInteger();

    static Stream<ServerKind> kinds() {
        // One of each flavour in every build: it takes as long as its rounds take.
        List<ServerKind> installed = TestServers.installed();
        ServerKind mariaDb = installed.contains(ServerKind.MARIADB_SID) ? ServerKind.MARIADB_SID : ServerKind.EMBEDDED;
        return installed.stream().filter(kind -> REPORT || kind == ServerKind.MYSQL || kind == mariaDb);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void inHundredsOfRoundsNoConnectionIsLostThatWasActiveAtTheCheck(ServerKind kind) throws Exception {
        try (TestServer server = TestServers.start(kind, "--performance-schema=ON", "--max-connections=1000");
                Connection admin = server.connect();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            admin.createStatement().execute("CREATE TABLE awake (id BIGINT, at DATETIME(6)) ENGINE=InnoDB");
            Map<Long, JsonNode> killed;
            try {
                var rounds = clients.submit(() -> rounds(server));
                // It gets in first: on MySQL, fifty first logins at once would keep it out.
                Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> connections(admin) == 2 || rounds.isDone());
                start(clients, WORKERS, () -> work(server));
                start(clients, WAKERS, () -> sleepAndWake(server));
                start(clients, LEAKERS, () -> leak(server));
                killed = rounds.get();
            } finally {
                over.set(true);
            }
            clients.shutdown();
            assertThat(clients.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

            assertThat(lostWorkers).isEmpty();
            assertThat(leaked).anyMatch(killed::containsKey);
            assertThat(wokeUp.get()).isPositive();
            Map<Long, String> awakeAt = awakeAt(admin);
            for (long id : lostAwake) {
                if (awakeAt.containsKey(id)) {
                    assertThat(killed).containsKey(id);
                    assertThat(awakeAt.get(id)).as("connection %d began its statement after the check", id)
                            .isGreaterThan(killed.get(id).get("checked_at").asString());
                }
            }
            assertThat(cutShort.get()).isLessThan(killed.size());
            assertThat(killed.values()).allMatch(kill -> kill.get("gap_us").asLong() < 1000);
            // What began after the check and was lost is counted.
            long lost = lostAwake.stream().filter(awakeAt::containsKey).count();
            assertThat(outcomes(killed, "killed_awake")).isGreaterThanOrEqualTo(lost);
            assertThat(outcomes(killed, "killed_unseen")).isZero(); // it takes the performance schema to tell
            report(server, killed, awakeAt);
        }
    }

    /** For docs/leaks.md. */
    private void report(TestServer server, Map<Long, JsonNode> killed, Map<Long, String> awakeAt) {
        if (!REPORT) {
            return;
        }
        System.out.printf(
                "%s: %d rounds, %d killed, of them %d leaked; %d woke up in time; began between check and KILL: %d by their own account, %d reported;"
                        + " until the KILL %s, until it had returned %s%n",
                server.name(), ROUNDS, killed.size(),
                leaked.stream().filter(killed::containsKey).count(), wokeUp.get(), lostAwake.stream().filter(awakeAt::containsKey).count(),
                outcomes(killed, "killed_awake"),
                micros(killed, "gap_us"), micros(killed, "done_us"));
    }

    private static long outcomes(Map<Long, JsonNode> killed, String outcome) {
        return killed.values().stream().filter(kill -> kill.get("outcome").asString().equals(outcome)).count();
    }

    private static int connections(Connection admin) throws SQLException {
        try (Statement statement = admin.createStatement();
                ResultSet row = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'Threads_connected'")) {
            row.next();
            return row.getInt(2);
        }
    }

    private static String micros(Map<Long, JsonNode> killed, String key) {
        List<Long> all = killed.values().stream().map(kill -> kill.get(key).asLong()).sorted().toList();
        long millisecond = all.stream().filter(gap -> gap < 1000).count();
        return "%d us in the median, %d us at the 99th percentile, %d us at most, %.1f %% under 1 ms".formatted(all.get(all.size() / 2),
                all.get(all.size() * 99 / 100), all.getLast(), 100.0 * millisecond / all.size());
    }

    private Map<Long, JsonNode> rounds(TestServer server) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute("leaks", "--defaults-file",
                "/dev/null", "--server",
                "mysql://" + server.rootUser() + "@" + server.host() + ":" + server.port(), "--older-than", "1s", "--watch", "3s", "--kill",
                "--yes", "--json",
                "--every", PAUSE, "--rounds", Integer.toString(ROUNDS), "--max-kills-per-minute", "1000000");
        assertThat(status).as(err.toString()).isIn(ExitStatus.DONE, 1);
        Map<Long, JsonNode> killed = new HashMap<>();
        List<String> lines = out.toString().lines().toList();
        assertThat(lines).hasSize(ROUNDS);
        for (String line : lines) {
            for (JsonNode kill : JsonMapper.shared().readTree(line).get("killed")) {
                if (kill.get("outcome").asString().startsWith("killed")) {
                    killed.put(kill.get("id").asLong(), kill);
                }
            }
        }
        return killed;
    }

    private void start(ExecutorService clients, int count, Client client) {
        for (int i = 0; i < count; i++) {
            clients.submit(() -> {
                while (!over.get()) {
                    try {
                        client.run();
                    } catch (SQLException killed) {
                        cutShort.incrementAndGet(); // while it was closed, or before it had sent anything
                    }
                }
                return null;
            });
        }
    }

    private interface Client {
        void run() throws SQLException, InterruptedException;
    }

    private void work(TestServer server) {
        try (Connection connection = connect(server); Statement statement = connection.createStatement()) {
            while (!over.get()) {
                statement.execute("SELECT COUNT(*) FROM awake");
                connected.set(connections(connection));
                Thread.sleep(5);
            }
        } catch (SQLException | InterruptedException e) {
            lostWorkers.add(e);
        }
    }

    /** Used once, asleep for about as long as what has leaked, and then used. */
    private void sleepAndWake(TestServer server) throws SQLException, InterruptedException {
        try (Connection connection = connect(server); Statement statement = connection.createStatement()) {
            long id = id(statement);
            Thread.sleep(ThreadLocalRandom.current().nextInt(950, 2100));
            try {
                statement.execute("INSERT INTO awake VALUES (" + id + ", SYSDATE(6))");
                statement.execute("DO SLEEP(0.03)");
                wokeUp.incrementAndGet();
            } catch (SQLException lost) {
                lostAwake.add(id);
            }
        }
    }

    private void leak(TestServer server) throws SQLException, InterruptedException {
        Connection connection = connect(server); // and never closed
        try (Statement statement = connection.createStatement()) {
            leaked.add(id(statement));
            do { // no faster than a busy machine kills: each check takes the longer the more there are
                Thread.sleep(100);
            } while (!over.get() && connected.get() > MOST_CONNECTIONS);
        }
    }

    private static long id(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT CONNECTION_ID()")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static Map<Long, String> awakeAt(Connection admin) throws SQLException {
        Map<Long, String> times = new HashMap<>();
        try (ResultSet rows = admin.createStatement().executeQuery("SELECT id, CAST(at AS CHAR) FROM awake")) {
            while (rows.next()) {
                times.put(rows.getLong(1), rows.getString(2));
            }
        }
        return times;
    }

    private static Connection connect(TestServer server) throws SQLException {
        TestAccount app = server.accounts().getFirst();
        return DriverManager.getConnection("jdbc:mariadb://%s:%d/test?user=%s&password=%s&sslMode=disable&allowPublicKeyRetrieval=true"
                .formatted(server.host(), server.port(), app.user(), app.password()));
    }
}
