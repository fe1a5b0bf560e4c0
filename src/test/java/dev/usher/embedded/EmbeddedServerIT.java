package dev.usher.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedServerIT {
    @Test
    void answersAQuery() throws SQLException {
        try (EmbeddedServer server = EmbeddedServer.builder().argument("--wait-timeout=5").start();
                Connection connection = connect(server, server.port())) {
            assertThat(valueOf(connection, "select @@version")).startsWith(server.version());
            assertThat(valueOf(connection, "select @@global.wait_timeout")).isEqualTo("5");
            assertThat(valueOf(connection, "select @@socket")).isEqualTo(server.socket().toString());
            assertThat(valueOf(connection, "select @@bind_address")).isEqualTo("127.0.0.1");
            assertThat(valueOf(connection, "select @@have_ssl")).isEqualTo("DISABLED");
            assertThat(valueOf(connection, "select count(*) from mysql.user where user = ''")).isEqualTo("0");
        }
    }

    @Test
    void refusesWith1040WhenMaxConnectionsAreOpenButLetsUsInByTheExtraPort() throws SQLException {
        List<Connection> open = new ArrayList<>();
        try (EmbeddedServer server = EmbeddedServer.builder().maxConnections(10).start()) {
            // One more than the limit gets in, with the right to CONNECTION ADMIN, which root has: so 10 by another account.
            try (Connection root = connect(server, server.extraPort())) {
                root.createStatement().execute("create user app identified by 'secret'");
            }
            for (int i = 0; i < 10; i++) {
                open.add(connectAsApp(server));
            }
            assertThatThrownBy(() -> connectAsApp(server))
                    .isInstanceOfSatisfying(SQLException.class, refused -> {
                        assertThat(refused.getErrorCode()).isEqualTo(1040);
                        assertThat(refused.getSQLState()).isEqualTo("08004");
                    });
            try (Connection root = connect(server, server.extraPort())) {
                assertThat(valueOf(root, "select @@max_connections")).isEqualTo("10");
            }
            for (Connection connection : open) {
                connection.close();
            }
        }
    }

    @Test
    void leavesNothingBehindWhenItIsClosed() {
        EmbeddedServer server = EmbeddedServer.builder().start();
        ProcessHandle process = ProcessHandle.of(server.pid()).orElseThrow();
        assertThat(server.dataDirectory()).isDirectory();
        assertThat(server.socket()).exists();

        server.close();
        server.close();

        assertThat(process.isAlive()).isFalse();
        assertThat(server.dataDirectory().getParent()).doesNotExist();
    }

    @Test
    void twoStartAtOnceWithAColdCacheThatAKilledProcessHasLittered(@TempDir Path cache) throws Exception {
        Path litter = Files.createDirectories(cache.resolve("mariadb-11.4.5-1.draft-123/bin"));
        Files.writeString(litter.resolve("mariadbd"), "half of it");
        List<String> steps = new ArrayList<>();
        try (ExecutorService two = Executors.newFixedThreadPool(2)) {
            Future<EmbeddedServer> first = two.submit(() -> startWith(cache, steps));
            Future<EmbeddedServer> second = two.submit(() -> startWith(cache, steps));
            try (EmbeddedServer one = first.get(); EmbeddedServer other = second.get()) {
                assertThat(one.port()).isNotEqualTo(other.port());
                assertThat(one.dataDirectory()).isNotEqualTo(other.dataDirectory());
            }
        }
        assertThat(steps).filteredOn(step -> step.startsWith("Unpacking")).hasSize(1);
        assertThat(namesIn(cache)).containsExactlyInAnyOrder("mariadb-11.4.5-1", "mariadb-11.4.5-1.lock");
    }

    @Test
    void twoProcessesStartAtOnceWithAColdCache(@TempDir Path cache) throws Exception {
        Process first = startInAnotherJvm(cache);
        Process second = startInAnotherJvm(cache);
        try (BufferedReader one = first.inputReader(); BufferedReader other = second.inputReader()) {
            assertThat(readRunning(one)).isNotEqualTo(readRunning(other));
            assertThat(namesIn(cache)).containsExactlyInAnyOrder("mariadb-11.4.5-1", "mariadb-11.4.5-1.lock");
        } finally {
            first.destroy();
            second.destroy();
            first.waitFor();
            second.waitFor();
        }
    }

    @Test
    void goesAwayWithTheProgramThatStartedItEvenIfThatIsKilled(@TempDir Path cache) throws Exception {
        Process program = startInAnotherJvm(cache);
        try (BufferedReader output = program.inputReader()) {
            String[] words = readRunning(output).split(" ");
            ProcessHandle server = ProcessHandle.of(Long.parseLong(words[1])).orElseThrow();
            Path folder = Path.of(words[2]).getParent();
            assertThat(folder).isDirectory();

            program.destroyForcibly();

            await().atMost(Duration.ofSeconds(30)).until(() -> !server.isAlive() && !Files.exists(folder));
        } finally {
            program.destroy();
        }
    }

    @Test
    void removesItsFilesBeforeTheProgramEndsOnCtrlC(@TempDir Path cache) throws Exception {
        Process program = startInAnotherJvm(cache);
        try (BufferedReader output = program.inputReader()) {
            String[] words = readRunning(output).split(" ");
            program.destroy(); // SIGTERM, which takes the same way through the program as Ctrl-C's SIGINT
            program.waitFor();
            assertThat(ProcessHandle.of(Long.parseLong(words[1]))).isEmpty();
            assertThat(Path.of(words[2]).getParent()).doesNotExist();
        } finally {
            program.destroy();
        }
    }

    @Test
    void saysThatThePortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            EmbeddedServerBuilder builder = EmbeddedServer.builder().port(taken.getLocalPort());
            assertThatThrownBy(builder::start)
                    .isInstanceOf(EmbeddedServerException.class)
                    .hasMessageContaining("Another program uses the port")
                    .hasMessageContaining("Address already in use");
        }
    }

    @Test
    void saysWhatTheServerSaidWhenAnArgumentIsWrong() {
        EmbeddedServerBuilder builder = EmbeddedServer.builder().argument("--no-such-thing");
        assertThatThrownBy(builder::start)
                .isInstanceOf(EmbeddedServerException.class)
                .hasMessageContaining("unknown option '--no-such-thing'");
    }

    private static EmbeddedServer startWith(Path cache, List<String> steps) {
        return EmbeddedServer.builder()
                .cacheDirectory(cache)
                .progress(step -> {
                    synchronized (steps) {
                        steps.add(step);
                    }
                })
                .start();
    }

    private static Process startInAnotherJvm(Path cache) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), StartsAServer.class.getName(), cache.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String readRunning(BufferedReader output) {
        return output.lines().filter(line -> line.startsWith("running ")).findFirst().orElseThrow();
    }

    private static Connection connect(EmbeddedServer server, int port) throws SQLException {
        return DriverManager.getConnection("jdbc:mariadb://" + server.host() + ":" + port + "/?sslMode=disable&user=root");
    }

    private static Connection connectAsApp(EmbeddedServer server) throws SQLException {
        return DriverManager
                .getConnection("jdbc:mariadb://" + server.host() + ":" + server.port() + "/?sslMode=disable&user=app&password=secret");
    }

    private static String valueOf(Connection connection, String query) throws SQLException {
        try (ResultSet rows = connection.createStatement().executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static List<String> namesIn(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    /** A program of its own that starts a server, prints {@code running}, its process id and its data directory, and waits. */
    static final class StartsAServer {
        public static void main(String[] cache) throws InterruptedException {
            EmbeddedServer server = EmbeddedServer.builder().cacheDirectory(Path.of(cache[0])).start();
            byte[] line = ("running " + server.pid() + " " + server.dataDirectory() + "\n").getBytes(StandardCharsets.UTF_8);
            System.out.write(line, 0, line.length);
            System.out.flush();
            Thread.currentThread().join();
        }
    }
}
