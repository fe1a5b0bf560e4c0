package dev.usher.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.usher.testing.Flavour;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReproduceCommandIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void fillsAServerOfItsOwnAndShowsTheErrorFromEverySide() {
        assertThat(run("reproduce", "--max-connections", "10")).as(err.toString()).isZero();

        assertThat(out.toString()).contains("Filled with 10 connections. The next one is refused: ERROR 1040 (08004): Too many connections",
                "[1040] Too many connections", "Connection_errors_max_connections", "Released: ");
    }

    @ParameterizedTest
    @EnumSource(value = ServerKind.class, names = {"MYSQL", "MARIADB_SYSTEM"})
    void fillsAGivenServerOnlyWhenToldTwiceAndGivesEverythingBack(ServerKind kind) throws Exception {
        Assumptions.assumeTrue(TestServers.installed().contains(kind));
        try (TestServer server = TestServers.start(kind, "--max-connections=12")) {
            String url = "mysql://root@127.0.0.1:" + server.port();

            assertThat(run("reproduce", "--server", url)).isEqualTo(ExitStatus.WRONG_USAGE);
            assertThat(err.toString()).contains("--yes-really");
            assertThat(run("reproduce", "--server", url, "--yes-really")).as(err.toString()).isZero();

            assertThat(out.toString()).contains("ERROR 1040 (08004): Too many connections");
            assertThat(server.flavour()).isIn(Flavour.MYSQL, Flavour.MARIADB);
            try (var connection = server.connect();
                    var row = connection.createStatement()
                            .executeQuery("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'root'")) {
                row.next();
                assertThat(row.getInt(1)).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = ServerKind.class, names = {"MYSQL", "MARIADB_SYSTEM"})
    void ctrlCGivesEverythingBack(ServerKind kind) throws Exception {
        Assumptions.assumeTrue(TestServers.installed().contains(kind));
        try (TestServer server = TestServers.start(kind, "--max-connections=12");
                Connection watcher = server.connect();
                Statement statement = watcher.createStatement()) {
            Process reproduce = start("--server", "mysql://root@127.0.0.1:" + server.port(), "--yes-really", "--hold", "10m");
            awaitLine(reproduce, "Full for");
            assertThat(connected(statement)).isGreaterThanOrEqualTo(12);

            assertThat(interrupted(reproduce)).isEqualTo(128 + 2);

            await().atMost(LIMIT).until(() -> connected(statement) == 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--hold 10m", "--cause lock"})
    void ctrlCEndsItsOwnServer(String options) throws Exception {
        Process reproduce = start(options.split(" "));
        awaitLine(reproduce, options.startsWith("--hold") ? "Full for" : "It ends with Ctrl-C");
        List<ProcessHandle> servers = reproduce.descendants().toList();
        assertThat(servers).isNotEmpty();

        assertThat(interrupted(reproduce)).isIn(0, 128 + 2);

        await().atMost(LIMIT).until(() -> servers.stream().noneMatch(ProcessHandle::isAlive));
    }

    /** Each client that is installed is run; a build without them proves what is said then, by the next test. */
    @ParameterizedTest
    @EnumSource(value = ServerKind.class, names = {"EMBEDDED", "MYSQL", "MARIADB_SID"})
    void theClientsThatAreInstalledSayItThemselves(ServerKind kind) {
        Assumptions.assumeTrue(TestServers.installed().contains(kind));
        Assumptions.assumeTrue(isInstalled("mariadb", "--version"));
        Assumptions.assumeTrue(isInstalled("php", "-r", "exit(extension_loaded('pdo_mysql') && extension_loaded('mysqli') ? 0 : 1);"));
        try (TestServer server = TestServers.start(kind, "--max-connections=12")) {
            assertThat(run("reproduce", "--server", "mysql://root@127.0.0.1:" + server.port(), "--yes-really")).as(err.toString()).isZero();
        }
        // A client that wants TLS does not call it 1040 (08004) when it is refused before that; to PDO, a refusal after the login is of HY000.
        assertThat(out.toString()).containsPattern("mariadb +ERROR .*1040.* Too many connections\\R")
                .containsPattern("PHP PDO +PDOException: SQLSTATE\\[(08004|HY000)] \\[1040] Too many connections\\R")
                .containsPattern("PHP mysqli +mysqli_sql_exception: Too many connections \\(code 1040\\)\\R")
                .doesNotContain("would show");
    }

    @Test
    void whatAClientWouldShowIsCalledThatWhereItIsNotInstalled() throws Exception {
        try (TestServer server = TestServers.start(ServerKind.EMBEDDED, "--max-connections=12")) {
            Process reproduce = start("PATH=/nonexistent", "--server", "mysql://root@127.0.0.1:" + server.port(), "--yes-really");

            String all = new String(reproduce.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(all).contains(
                    "mariadb, mysql  ERROR 1040 (08004): Too many connections   (what it would show; there is no mariadb or mysql here to be run)",
                    "[1040] Too many connections   (what it would show; there is no php with pdo_mysql here to be run)");
        }
    }

    private static boolean isInstalled(String... command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    /** @param options of the command; what has an equals sign and no dash is for its environment */
    private static Process start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        Arrays.stream(options).filter(ReproduceCommandIT::isVariable).forEach(command::add);
        command.addAll(List.of(ProcessHandle.current().info().command().orElseThrow(), "-cp",
                System.getProperty("java.class.path"), Main.class.getName(), "reproduce", "--max-connections=12"));
        Arrays.stream(options).filter(option -> !isVariable(option)).forEach(command::add);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static boolean isVariable(String option) {
        return option.matches("[A-Z]+=.*");
    }

    private static void awaitLine(Process process, String beginning) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String line = ""; !line.startsWith(beginning); line = process.inputReader().readLine()) {
            assertThat(line).as(all.toString()).isNotNull();
            all.append(line).append('\n');
        }
    }

    private static int interrupted(Process process) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor()).isZero();
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static int connected(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'Threads_connected'")) {
            row.next();
            return row.getInt(2);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --cause rain                      | must be one of account, flood, leak, lock, low-limit, pools, storm
            --max-connections 5               | must be from 10
            --cause leak --server 127.0.0.1:1 | --cause needs a server of its own
            """)
    void wrongUsageEndsWith64(String args, String message) {
        assertThat(run(("reproduce " + args).split(" "))).isEqualTo(ExitStatus.WRONG_USAGE);
        assertThat(err.toString()).contains(message);
    }

    private int run(String... args) {
        return Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(args);
    }
}
