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
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every command that looks at a server does when it cannot: one line, exit status 3, no stack trace. */
class ServerCommandsIT {
    private static final String DOCTOR = "doctor --watch 10m";
    private static final String RAISE = "raise --to 160 --watch 10m";
    private static final String LEAKS = "leaks --watch 20s";
    private static final String REPRODUCE = "reproduce --yes-really --hold 10m";

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {DOCTOR, RAISE, LEAKS, REPRODUCE})
    void nobodyListens(String command) {
        assertRefused("nothing listens on 127.0.0.1:1", run(command, "root@127.0.0.1:1"));
        assertRefused("does not resolve", run(command, "root@no-such-host.invalid"));
    }

    @ParameterizedTest
    @ValueSource(strings = {DOCTOR, RAISE, LEAKS, REPRODUCE})
    void thePasswordIsWrong(String command) throws IOException {
        Path password = Files.writeString(folder.resolve("password"), "wrong-one\n");
        for (TestServer server : TestServers.all()) {
            err.getBuffer().setLength(0);
            assertRefused("Access denied for user 'app'@",
                    run(command + " --password-file " + password, "app@127.0.0.1:" + server.port()));
            assertThat(err.toString()).doesNotContain("wrong-one");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {DOCTOR, RAISE, LEAKS, REPRODUCE})
    void anotherProtocolIsSpokenThere(String command) throws Exception {
        try (ServerSocket http = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ExecutorService answer = Executors.newVirtualThreadPerTaskExecutor()) {
            answer.submit(() -> {
                try (Socket client = http.accept()) {
                    client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                }
                return null;
            });
            assertRefused("not a MySQL or MariaDB server", run(command, "root@127.0.0.1:" + http.getLocalPort()));
        }
    }

    @ParameterizedTest
    @CsvSource({DOCTOR + ",MYSQL", RAISE + ",EMBEDDED", LEAKS + ",MARIADB_SYSTEM", REPRODUCE + ",MYSQL"})
    void theServerEndsMeanwhile(String command, ServerKind kind) throws Exception {
        Assumptions.assumeTrue(TestServers.installed().contains(kind));
        try (TestServer server = TestServers.start(kind, "--max-connections=12");
                ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor();
                Connection watcher = server.connect();
                Statement statement = watcher.createStatement()) {
            Future<Integer> status = thread.submit(() -> run(command, "root@127.0.0.1:" + server.port()));
            // Its own statements, again and again; reproduce has said all that it asks for when it is full.
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> command.equals(REPRODUCE)
                    ? out.toString().contains("Full for")
                    : questionsOfOthers(statement) > 0);
            server.kill();

            assertRefused("127.0.0.1:" + server.port(), status.get());
        }
    }

    private static int questionsOfOthers(Statement statement) throws java.sql.SQLException {
        try (ResultSet row = statement
                .executeQuery("SELECT COUNT(*) FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND user = 'root'")) {
            row.next();
            return row.getInt(1);
        }
    }

    private void assertRefused(String message, int status) {
        assertThat(status).as(out + err.toString()).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString().lines().filter(line -> !line.isBlank())).last().asString().startsWith("usher: ").contains(message);
        assertThat(err.toString()).doesNotContain("\tat ", "Exception");
    }

    private int run(String command, String url) {
        List<String> all = new ArrayList<>(List.of(command.split(" ")));
        all.addAll(List.of("--server", "mysql://" + url));
        return Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(all.toArray(String[]::new));
    }
}
