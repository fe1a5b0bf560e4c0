package dev.usher.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.usher.testing.Flavour;
import dev.usher.testing.MemoryLimit;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code usher raise} at real servers, and what they do at the limit that it recommends. */
class RaiseCommandIT {
    private static final long MIB = 1 << 20;

    /** A statement that sorts, joins without an index and materializes, and then waits until the gate opens: each of its buffers is in use. */
    private static final String HEAVY = """
            SELECT z.b, IF(z.n = 1, GET_LOCK('gate', 300) + RELEASE_LOCK('gate'), 0) FROM (
              SELECT d.a AS n, d.b FROM (SELECT DISTINCT a, b, c FROM heavy) d JOIN heavy y ON y.c = d.c AND y.a <= 7
              ORDER BY d.b DESC, y.a LIMIT 100000) z""";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    static Stream<ServerKind> kinds() {
        return TestServers.installed().stream();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aServerSurvivesTheRecommendedNumberOfConnectionsAllActiveInsideItsMemory(ServerKind kind) throws Exception {
        assumeThat(kind != ServerKind.MYSQL || Boolean.getBoolean("usher.raise.full")).as("-Dusher.raise.full=true").isTrue();
        long bytes = (kind == ServerKind.MYSQL ? 1000 : 700) * MIB;
        try (MemoryLimit limit = MemoryLimit.of(bytes); TestServer server = small(kind, limit)) {
            JsonNode raised = json(server, "--to", "auto");
            int recommended = raised.get("target").asInt();
            assertThat(raised.get("applied").asBoolean()).isTrue();
            assertThat(recommended).isEqualTo(limit(server)).isGreaterThan(20).isLessThanOrEqualTo(raised.get("ceiling").asInt());
            assertThat(raised.get("limited_by").asString()).isEqualTo(limit.group().isPresent() ? "cgroup" : "address_space");

            fill(server, recommended);

            assertThat(limit(server)).isEqualTo(recommended);
            limit.peak().ifPresent(peak -> assertThat(peak).isLessThan(bytes).isGreaterThan(bytes / 4));
        }
    }

    private static TestServer small(ServerKind kind, MemoryLimit limit) {
        List<String> arguments =
                new ArrayList<>(List.of("--max-connections=20", "--table-open-cache=400", "--sort-buffer-size=256K", "--tmp-table-size=1M",
                        "--max-heap-table-size=1M", "--key-buffer-size=8M"));
        arguments.addAll(kind == ServerKind.MYSQL ? List.of("--temptable-max-ram=64M") : List.of("--aria-pagecache-buffer-size=8M"));
        return TestServers.startUnder(limit.launcher(), kind, arguments.toArray(String[]::new));
    }

    /** Every connection that there may be, each in the middle of a heavy statement at the same time. */
    private static void fill(TestServer server, int connections) throws Exception {
        // The gate is closed before the threads are waited for, also when something fails.
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Connection gate = server.connect();
                Statement statement = gate.createStatement()) {
            statement.execute("CREATE TABLE heavy (a INT PRIMARY KEY AUTO_INCREMENT, b VARCHAR(200), c INT)");
            statement.execute(
                    "INSERT INTO heavy (b, c) SELECT REPEAT(SHA2(RAND(), 256), 3), 1 FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) x");
            for (int rows = 4; rows < 2048; rows *= 2) {
                statement.execute("INSERT INTO heavy (b, c) SELECT REPEAT(SHA2(RAND(), 256), 3), a % 7 FROM heavy");
            }
            statement.execute("SELECT GET_LOCK('gate', 10)");
            List<Connection> all = new ArrayList<>();
            List<Future<Integer>> rows = new ArrayList<>();
            // One of them is ours.
            for (int i = 1; i < connections; i++) {
                Connection connection = connect(server);
                all.add(connection);
                rows.add(threads.submit(() -> heavy(connection)));
            }
            Awaitility.await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(200))
                    .until(() -> waiting(statement) == connections - 1);
            statement.execute("SELECT RELEASE_LOCK('gate')");
            for (Future<Integer> row : rows) {
                assertThat(row.get()).isGreaterThan(1000);
            }
            for (Connection connection : all) {
                connection.close();
            }
        }
    }

    private static int heavy(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(HEAVY)) {
            int count = 0;
            while (rows.next()) {
                count++;
            }
            return count;
        }
    }

    private static int waiting(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User lock'")) {
            row.next();
            return row.getInt(1);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void oneMoreThanTheCeilingIsRefusedAndTheCeilingIsNot(ServerKind kind) throws Exception {
        try (TestServer server = TestServers.start(kind, "--max-connections=30")) {
            int ceiling = json(server, "--dry-run").get("ceiling").asInt();
            assertThat(ceiling).isGreaterThan(30);
            assertThat(limit(server)).isEqualTo(30); // a dry run

            assertThat(run(server, "--to", Integer.toString(ceiling * 11 / 10 + 1000), "--json")).isEqualTo(ExitStatus.REFUSED);
            assertThat(limit(server)).isEqualTo(30);
            assertThat(err.toString()).startsWith("usher: not raised to ").hasLineCount(1);

            // What else runs on this machine moves its ceiling between two looks.
            int below = ceiling * 9 / 10;
            assertThat(json(server, "--to", Integer.toString(below)).get("applied").asBoolean()).isTrue();
            assertThat(limit(server)).isEqualTo(below);
        }
    }

    /** A limit of descriptors decides it: memory is another one at every look. */
    @ParameterizedTest
    @MethodSource("kinds")
    void forcePassesTheCeilingAndSaysWhatThatMeans(ServerKind kind) throws Exception {
        try (TestServer server = TestServers.startUnder(List.of("prlimit", "--nofile=1500:1500", "--"), kind, "--max-connections=100",
                "--table-open-cache=400", "--open-files-limit=1500")) {
            int above = json(server, "--dry-run").get("ceiling").asInt() + 200;
            assertThat(run(server, "--to", Integer.toString(above))).isEqualTo(ExitStatus.REFUSED);
            assertThat(err.toString()).contains("no file descriptor left").contains("--force does it all the same");
            assertThat(limit(server)).isEqualTo(100);

            out.getBuffer().setLength(0);
            assertThat(run(server, "--to", Integer.toString(above), "--force")).as(err.toString()).isEqualTo(ExitStatus.DONE);
            assertThat(out.toString()).contains("Above the ceiling, as --force says. Above ").contains("no file descriptor left");
            assertThat(limit(server)).isEqualTo(above);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void tenThousandWithoutTheMemoryIsRefusedByNameAlsoWithForce(ServerKind kind) throws Exception {
        try (TestServer server = TestServers.start(kind)) {
            int before = limit(server);

            assertThat(run(server, "--to", "10000", "--memory", "2G", "--force", "--json")).isEqualTo(ExitStatus.REFUSED);

            assertThat(err.toString()).startsWith("usher: not raised to 10000: 10,000 connections, and no memory for them. ")
                    .contains("Not with --force either").hasLineCount(1);
            assertThat(JsonMapper.shared().readTree(out.toString()).toString()).contains("ten_thousand_without_the_memory");
            assertThat(limit(server)).isEqualTo(before);
        }
    }

    @Test
    void onMySqlItIsKeptForTheNextStart() throws Exception {
        if (!TestServers.installed().contains(ServerKind.MYSQL)) {
            return;
        }
        try (TestServer server = TestServers.start(ServerKind.MYSQL)) {
            assertThat(json(server, "--to", "160").get("permanent").asBoolean()).isTrue();

            // Servers of tests are started with --no-defaults and do not read it.
            assertThat(Files.readString(server.dataDir().resolve("mysqld-auto.cnf"))).containsPattern("max_connections\\W+[^}]*160");
        }
    }

    @Test
    void onMariaDbTheLinesAreShownAndWrittenWhenTold(@TempDir Path folder) throws IOException {
        ServerKind kind = kinds().filter(one -> one != ServerKind.MYSQL).findFirst().orElseThrow();
        try (TestServer server = TestServers.start(kind)) {
            Path file = Files.writeString(folder.resolve("my.cnf"), "[mysqld]\nmax_connections = 90\n");

            assertThat(run(server, "--to", "160")).isEqualTo(ExitStatus.DONE);
            assertThat(out.toString()).contains("SET GLOBAL max_connections = 160   done").contains("[mysqld]\n    max_connections = 160")
                    .contains("started with --no-defaults");
            assertThat(Files.readString(file)).contains("= 90");

            assertThat(run(server, "--to", "170", "--write", file.toString())).isEqualTo(ExitStatus.DONE);
            assertThat(file).hasContent("[mysqld]\nmax_connections = 170\n");
        }
    }

    @Test
    void anAccountWithoutTheRightIsToldWhichOneItTakes() {
        TestServer server = TestServers.all().getFirst();
        TestAccount app = server.accounts().getFirst();

        assertThat(runAs(app.user() + ":" + app.password() + "@" + server.host() + ":" + server.port(), "--to", "160"))
                .isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains("usher: not raised: Access denied")
                .contains(server.flavour() == Flavour.MYSQL ? "SYSTEM_VARIABLES_ADMIN" : "SUPER")
                .doesNotContain("\tat ");
    }

    private static Connection connect(TestServer server) throws SQLException {
        TestAccount app = server.accounts().getFirst();
        return DriverManager.getConnection("jdbc:mariadb://%s:%d/test?user=%s&password=%s&sslMode=disable&allowPublicKeyRetrieval=true"
                .formatted(server.host(), server.port(), app.user(), app.password()));
    }

    private static int limit(TestServer server) throws SQLException {
        try (Connection connection = server.connect();
                ResultSet row = connection.createStatement().executeQuery("SELECT @@global.max_connections")) {
            row.next();
            return row.getInt(1);
        }
    }

    private JsonNode json(TestServer server, String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("--json");
        out.getBuffer().setLength(0);
        assertThat(run(server, all.toArray(String[]::new))).as(() -> out + err.toString()).isEqualTo(ExitStatus.DONE);
        return JsonMapper.shared().readTree(out.toString());
    }

    private int run(TestServer server, String... options) {
        return runAs(server.rootUser() + "@" + server.host() + ":" + server.port(), options);
    }

    private int runAs(String url, String... options) {
        List<String> all =
                new ArrayList<>(List.of("raise", "--defaults-file", "/dev/null", "--watch", "100ms", "--server", "mysql://" + url));
        all.addAll(List.of(options));
        return Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(all.toArray(String[]::new));
    }
}
