package dev.usher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.testing.OnTerminal;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command as a whole: what it prints and how it ends. */
class DoctorCommandIT {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @MethodSource("dev.usher.testing.TestServers#all")
    void anIdleServerIsHealthyForPeopleForProgramsAndAsAPage(TestServer server) throws IOException {
        Path page = folder.resolve("report.html");
        assertThat(run("doctor", "--server", root(server), "--watch", "1s", "--json", "--html", page.toString())).as(err.toString())
                .isZero();

        JsonNode report = JsonMapper.shared().readTree(out.toString());
        assertThat(report.at("/verdict/cause").asString()).isEqualTo("healthy");
        assertThat(report.at("/verdict/confidence").isNumber()).isTrue();
        assertThat(report.at("/max_connections/current").asInt()).isPositive();
        assertThat(report.at("/findings").isArray()).isTrue();
        assertThat(Files.readString(page)).contains("<!doctype html>", "healthy").doesNotContain("http://", "https://", "<script");

        out.getBuffer().setLength(0);
        assertThat(run("doctor", "--server", root(server), "--once")).isZero();
        assertThat(out.toString()).contains("healthy: ").contains("in by an ordinary connection at 127.0.0.1:" + server.port());
    }

    @ParameterizedTest
    @MethodSource("dev.usher.testing.TestServers#all")
    void withoutPrivilegesItSaysWhatItCouldNotSee(TestServer server) throws IOException {
        Path password = Files.writeString(folder.resolve("password"), "app-secret\n");

        int status =
                run("doctor", "--server", "app@127.0.0.1:" + server.port(), "--password-file", password.toString(), "--once", "--json");

        assertThat(status).as(err.toString()).isLessThan(ExitStatus.REFUSED);
        JsonNode unseen = JsonMapper.shared().readTree(out.toString()).get("unseen");
        assertThat(unseen.toString()).contains("PROCESS").contains("limits of single accounts");
    }

    /** A limit of descriptors decides it: memory is another one at every look. */
    @ParameterizedTest
    @EnumSource(names = {"EMBEDDED", "MYSQL"})
    void saysHowFarTheLimitCanGoAsRaiseDoes(ServerKind kind) {
        Assumptions.assumeTrue(TestServers.installed().contains(kind));
        try (TestServer server = TestServers.startUnder(List.of("prlimit", "--nofile=1500:1500", "--"), kind, "--max-connections=100",
                "--table-open-cache=400", "--open-files-limit=1500")) {
            assertThat(run("doctor", "--server", root(server), "--once", "--json")).as(err.toString()).isZero();
            JsonNode doctor = JsonMapper.shared().readTree(out.toString()).get("max_connections");
            out.getBuffer().setLength(0);
            assertThat(run("raise", "--server", root(server), "--dry-run", "--json")).as(err.toString()).isZero();
            JsonNode raise = JsonMapper.shared().readTree(out.toString());

            assertThat(doctor.get("limited_by").asString()).isEqualTo("file_descriptors");
            for (String key : List.of("current", "recommended", "ceiling", "limited_by")) {
                assertThat(doctor.get(key)).as(key).isEqualTo(raise.get(key));
            }
            assertThat(doctor.get("ceiling").asInt()).isBetween(101, 1500);
        }
    }

    @Test
    void aPasswordInTheUrlWorksAndIsWarnedAbout() {
        TestServer server = TestServers.find(ServerKind.EMBEDDED).orElseThrow();

        run("doctor", "--server", "mysql://app:app-secret@127.0.0.1:" + server.port(), "--once");

        assertThat(err.toString()).contains("warning: a password on the command line").doesNotContain("app-secret");
        assertThat(out.toString()).contains("MariaDB 11");
    }

    @Test
    void theOptionFileSaysWhichServerAndWho() throws IOException {
        TestServer server = TestServers.find(ServerKind.EMBEDDED).orElseThrow();
        Path file = Files.writeString(folder.resolve("my.cnf"),
                "[client]\nhost=127.0.0.1\nport=" + server.port() + "\nuser=app\npassword=app-secret\n");

        assertThat(run("doctor", "--defaults-file", file.toString(), "--once")).as(err.toString()).isLessThan(ExitStatus.REFUSED);
    }

    @ParameterizedTest
    @EnumSource(names = {"MYSQL", "MARIADB_SID"})
    void nearlyFullOfWhatSleepsIsAWarningAndFullIsCritical(ServerKind kind) throws SQLException {
        Assumptions.assumeTrue(TestServers.installed().contains(kind));
        try (TestServer server = TestServers.start(kind, "--max-connections=50")) {
            List<Connection> pool = new ArrayList<>();
            while (pool.size() < 46) {
                pool.add(connect(server));
            }
            assertThat(run("doctor", "--server", root(server), "--once")).as(out + err.toString()).isEqualTo(1);
            assertThat(out.toString()).contains("pooler_misconfigured", ", warning");
            out.getBuffer().setLength(0);

            while (pool.size() < 50) {
                pool.add(connect(server));
            }
            assertThat(run("doctor", "--server", root(server), "--once")).as(out + err.toString()).isEqualTo(2);
            assertThat(out.toString()).contains("pooler_misconfigured", ", critical");
            for (Connection connection : pool) {
                connection.close();
            }
        }
    }

    private static Connection connect(TestServer server) throws SQLException {
        return DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + server.port() + "/?sslMode=disable&allowPublicKeyRetrieval=true",
                "app",
                "app-secret");
    }

    @Test
    void onATerminalABarShowsHowFarTheWatchIsAndGoes() throws Exception {
        Assumptions.assumeTrue(OnTerminal.isPossible(), "script of util-linux");
        TestServer server = TestServers.find(ServerKind.EMBEDDED).orElseThrow();
        try (OnTerminal terminal = OnTerminal.start(Main.class, "doctor", "--server", root(server), "--watch", "2s")) {
            assertThat(terminal.exitStatus()).as(terminal.shown()).isZero();

            assertThat(terminal.shown()).containsPattern("\\r\\033\\[K \\[=+ +] [01] of 2 s  \\d+ connections, \\d+ running")
                    .containsPattern("running\\r\\033\\[K[^ \\[=]"); // wiped before the report
        }
        try (OnTerminal terminal = OnTerminal.start(Main.class, "doctor", "--server", root(server), "--watch", "1s", "--json")) {
            assertThat(terminal.exitStatus()).isZero();
            assertThat(terminal.shown()).doesNotContain("===");
        }
    }

    private static String root(TestServer server) {
        return "mysql://root@127.0.0.1:" + server.port();
    }

    private int run(String... args) {
        return Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(args);
    }
}
