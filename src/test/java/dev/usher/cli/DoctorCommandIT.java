package dev.usher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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

    @Test
    void whatIsWrongIsOneLineAndExitStatus3() throws IOException {
        TestServer server = TestServers.find(ServerKind.EMBEDDED).orElseThrow();
        Path password = Files.writeString(folder.resolve("password"), "wrong\n");

        assertFails("nothing listens on 127.0.0.1:1", "--server", "127.0.0.1:1");
        assertFails("Access denied", "--server", "app@127.0.0.1:" + server.port(), "--password-file", password.toString());
        try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread http = Thread.ofVirtual().start(() -> answerHttp(mute));
            assertFails("not a MySQL or MariaDB server", "--server", "127.0.0.1:" + mute.getLocalPort());
            http.interrupt();
        }
    }

    @Test
    void aServerThatDiesMeanwhileIsOneLineAndExitStatus3() throws Exception {
        try (TestServer server = TestServers.start(ServerKind.EMBEDDED)) {
            Thread killer = Thread.ofPlatform().start(() -> killWhenWatched(server));
            assertFails("127.0.0.1:" + server.port(), "--server", root(server), "--watch", "30s");
            killer.join();
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

    private void assertFails(String message, String... options) {
        err.getBuffer().setLength(0);
        String[] all = new String[options.length + 1];
        all[0] = "doctor";
        System.arraycopy(options, 0, all, 1, options.length);
        assertThat(run(all)).as(err.toString()).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).startsWith("usher: ").contains(message).hasLineCount(1);
    }

    private static void killWhenWatched(TestServer server) {
        try (var connection = server.connect(); Statement statement = connection.createStatement()) {
            boolean watched = false;
            while (!watched) {
                try (var row = statement.executeQuery(
                        "SELECT COUNT(*) FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND user = 'root'")) {
                    row.next();
                    watched = row.getInt(1) > 0;
                }
            }
            server.kill();
        } catch (SQLException | IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void answerHttp(ServerSocket socket) {
        try (var client = socket.accept()) {
            client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String root(TestServer server) {
        return "mysql://root@127.0.0.1:" + server.port();
    }

    private int run(String... args) {
        return Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(args);
    }
}
