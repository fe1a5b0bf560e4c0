package dev.usher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.testing.OnTerminal;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code usher leaks} at real servers: what it finds, what it kills, and what it says when it cannot. */
class LeaksCommandIT {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    static Stream<ServerKind> kinds() {
        return TestServers.installed().stream();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aTransactionLeftOpenIsFoundWithItsLocksAndKilledAndThePoolBesideItIsNot(ServerKind kind) throws Exception {
        try (TestServer server = TestServers.start(kind, "--performance-schema=ON"); Connection admin = server.connect()) {
            admin.createStatement().execute("CREATE TABLE stock (id INT PRIMARY KEY, n INT) ENGINE=InnoDB");
            admin.createStatement().execute("INSERT INTO stock VALUES (1, 10)");
            List<Connection> pool = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                pool.add(connect(server, "pool"));
            }
            Connection stuck = connect(server, "shop");
            stuck.setAutoCommit(false);
            stuck.createStatement().execute("UPDATE stock SET n = n - 1 WHERE id = 1");
            // By the server's clock, which counts whole seconds.
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> sleepingFor(admin, 2) >= 5);

            JsonNode found = json(server, ExitStatus.DONE + 1, "--older-than", "1s", "--watch", "0");
            assertThat(found.get("suspects")).hasSize(1);
            JsonNode suspect = found.get("suspects").get(0);
            assertThat(suspect.get("account").asString()).isEqualTo("app");
            assertThat(suspect.get("host").asString()).isEqualTo("127.0.0.1");
            assertThat(suspect.get("program").asString()).isEqualTo("shop");
            if (kind == ServerKind.MYSQL) { // MariaDB keeps no statement that has ended, unless its consumers are switched on
                assertThat(suspect.get("connections").get(0).get("last_statement").asString()).startsWith("UPDATE stock");
            }
            assertThat(suspect.get("connections").get(0).get("rows_locked").asInt()).isPositive();
            assertThat(suspect.get("evidence").get(suspect.get("evidence").size() - 1).get("id").asString()).isEqualTo("idle_transactions");
            assertThat(found.get("killed")).isEmpty();

            JsonNode killed = json(server, ExitStatus.DONE, "--older-than", "1s", "--watch", "0", "--kill", "--max-gap", "1s", "--yes");
            assertThat(killed.get("killed")).hasSize(1);
            assertThat(killed.get("killed").get(0).get("outcome").asString()).isIn("killed", "killed_unseen");
            assertThat(killed.get("killed").get(0).get("gap_us").asLong()).isPositive();
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !stuck.isValid(5));
            assertThat(pool).allMatch(LeaksCommandIT::isAlive);
            for (Connection connection : pool) {
                connection.close();
            }
        }
    }

    /** One of each flavour: it takes as long as connections take to grow old. */
    static Stream<ServerKind> flavours() {
        return kinds().filter(kind -> kind == ServerKind.MYSQL || kind == TestServers.installed().getLast());
    }

    @ParameterizedTest
    @MethodSource("flavours")
    void connectionsLeftBehindOneAfterTheOtherAreFoundAndASteadyPoolIsNot(ServerKind kind) throws Exception {
        try (TestServer server = TestServers.start(kind, "--performance-schema=ON", "--max-connections=400");
                Connection admin = server.connect();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Connection> pool = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                pool.add(connect(server, "pool"));
            }
            List<Connection> leaked = new CopyOnWriteArrayList<>();
            AtomicBoolean over = new AtomicBoolean();
            var leak = clients.submit(() -> {
                while (!over.get()) { // also on a machine on which the command takes its time to begin
                    Connection connection = connect(server, "shop");
                    connection.createStatement().execute("SELECT " + leaked.size());
                    leaked.add(connection);
                    Thread.sleep(250); // the age of a connection is what this is about
                }
                return null;
            });
            JsonNode found;
            try {
                Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> leaked.size() >= 12);
                found = json(server, ExitStatus.DONE + 1, "--older-than", "1s", "--watch", "2s");
            } finally {
                over.set(true);
            }

            assertThat(found.get("suspects")).hasSize(1);
            assertThat(found.get("suspects").get(0).get("program").asString()).isEqualTo("shop");
            assertThat(found.get("suspects").get(0).get("score").asInt()).isGreaterThanOrEqualTo(50);
            leak.get();
            for (Connection connection : leaked) {
                connection.close();
            }
            for (Connection connection : pool) {
                connection.close();
            }
        }
    }

    @Test
    void nothingIsKilledWithoutATerminalToAskOnOrYes() throws Exception {
        TestServer server = TestServers.all().getFirst();
        try (Connection stuck = stuck(server, 1); Connection admin = server.connect()) {
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> sleepingFor(admin, 2) >= 1);

            assertThat(run(server, "--older-than", "1s", "--watch", "0", "--kill")).isEqualTo(ExitStatus.REFUSED);

            assertThat(err.toString()).contains("nothing is killed: there is no terminal to ask on, and no --yes");
            assertThat(isAlive(stuck)).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("flavours")
    void noMoreAreKilledInAMinuteThanTheLimitSays(ServerKind kind) throws Exception {
        try (TestServer server = TestServers.start(kind, "--performance-schema=ON"); Connection admin = server.connect()) {
            List<Connection> stuck = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                stuck.add(stuck(server, i));
            }
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> sleepingFor(admin, 2) >= 5);

            assertThat(run(server, "--older-than", "1s", "--watch", "0", "--kill", "--max-gap", "1s", "--yes", "--every", "50ms",
                    "--rounds", "4",
                    "--max-kills-per-minute", "2", "--json")).isEqualTo(ExitStatus.DONE + 1);

            List<JsonNode> rounds = out.toString().lines().map(JsonMapper.shared()::readTree).toList();
            assertThat(rounds).hasSize(4);
            assertThat(rounds.getFirst().get("killed")).hasSize(2);
            assertThat(rounds.getFirst().get("postponed").asInt()).isEqualTo(3);
            assertThat(rounds.subList(1, 4))
                    .allMatch(round -> round.get("killed").isEmpty() && round.get("postponed").asInt() == 3);
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> stuck.stream().filter(LeaksCommandIT::isAlive).count() == 3);
        }
    }

    @Test
    void onATerminalItAsksAndOnlyYKills() throws Exception {
        Assumptions.assumeTrue(OnTerminal.isPossible(), "script of util-linux");
        try (TestServer server = TestServers.start(ServerKind.EMBEDDED, "--performance-schema=ON");
                Connection admin = server.connect();
                Connection stuck = stuck(server, 1)) {
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> sleepingFor(admin, 2) >= 1);

            for (String answer : List.of("n\r", "\r", OnTerminal.CTRL_D)) {
                assertThat(asked(server, answer)).as(answer).isEqualTo(ExitStatus.DONE + 1);
                assertThat(sleepingFor(admin, 2)).as(answer).isEqualTo(1);
            }
            assertThat(asked(server, OnTerminal.CTRL_C)).isEqualTo(128 + 2);
            assertThat(sleepingFor(admin, 2)).isEqualTo(1);

            assertThat(asked(server, "y\r")).isEqualTo(ExitStatus.DONE);
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> sleepingFor(admin, 0) == 0);
            assertThat(isAlive(stuck)).isFalse();
        }
    }

    /** The exit status after an answer. While there is none, nothing is killed. */
    private static int asked(TestServer server, String answer) throws Exception {
        try (OnTerminal terminal = OnTerminal.start(Main.class, "leaks", "--defaults-file", "/dev/null", "--server",
                "mysql://" + server.rootUser() + "@" + server.host() + ":" + server.port(), "--older-than", "1s", "--watch", "0", "--kill",
                "--max-gap", "1s");
                Connection admin = server.connect()) {
            terminal.await("Kill 1 connection? Each is checked again first. [y/N] ");
            assertThat(sleepingFor(admin, 2)).isEqualTo(1);
            terminal.press(answer);
            return terminal.exitStatus();
        }
    }

    /** Asleep in a transaction that holds a row. */
    private static Connection stuck(TestServer server, int row) throws SQLException {
        Connection connection = connect(server, "shop");
        Statement statement = connection.createStatement();
        statement.execute("CREATE TABLE IF NOT EXISTS stuck (id INT PRIMARY KEY) ENGINE=InnoDB");
        connection.setAutoCommit(false);
        statement.execute("INSERT INTO stuck VALUES (" + row + ")");
        return connection;
    }

    @ParameterizedTest
    @ValueSource(strings = {"--kill --every 30s", "--kill --json", "--older-than 500ms", "--older-than 5", "--rounds 0",
        "--max-kills-per-minute 0"})
    void wrongUsageEndsWith64(String options) {
        assertThat(runAt("root@127.0.0.1:1", options.split(" "))).isEqualTo(ExitStatus.WRONG_USAGE);
    }

    @Test
    void anAccountThatMayNotLookSeesItsOwnAndSaysNothingWrong() {
        TestServer server = TestServers.all().getFirst();
        TestAccount app = server.accounts().getFirst();

        assertThat(run("leaks", app.user() + ":" + app.password() + "@127.0.0.1:" + server.port(), "--watch", "0"))
                .isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains("without PROCESS");
    }

    private static long sleepingFor(Connection admin, int seconds) throws SQLException {
        String query =
                "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE COMMAND = 'Sleep' AND USER = 'app' AND TIME >= " + seconds;
        try (Statement statement = admin.createStatement(); var row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static boolean isAlive(Connection connection) {
        try {
            return connection.isValid(5);
        } catch (SQLException e) {
            return false;
        }
    }

    private static Connection connect(TestServer server, String program) throws SQLException {
        TestAccount app = server.accounts().getFirst();
        return DriverManager.getConnection(
                "jdbc:mariadb://%s:%d/test?user=%s&password=%s&sslMode=disable&allowPublicKeyRetrieval=true&connectionAttributes=program_name:%s"
                        .formatted(server.host(), server.port(), app.user(), app.password(), program));
    }

    private JsonNode json(TestServer server, int status, String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("--json");
        out.getBuffer().setLength(0);
        assertThat(run(server, all.toArray(String[]::new))).as(() -> out + err.toString()).isEqualTo(status);
        return JsonMapper.shared().readTree(out.toString());
    }

    private int run(TestServer server, String... options) {
        return runAt(server.rootUser() + "@" + server.host() + ":" + server.port(), options);
    }

    private int runAt(String url, String... options) {
        return run("leaks", url, options);
    }

    private int run(String command, String url, String... options) {
        List<String> all = new ArrayList<>(List.of(command, "--defaults-file", "/dev/null", "--server", "mysql://" + url));
        all.addAll(List.of(options));
        return Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(all.toArray(String[]::new));
    }
}
