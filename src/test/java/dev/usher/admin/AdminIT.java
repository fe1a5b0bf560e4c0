package dev.usher.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.usher.config.AdminConfig;
import dev.usher.config.HostAndPort;
import dev.usher.config.Secret;
import dev.usher.config.TlsConfig;
import dev.usher.tls.ServerCertificate;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real clients against the admin listener. */
class AdminIT {
    private static final String PASSWORD = "pässword ' 1";
    private final FixedPooler pooler = new FixedPooler();

    @TempDir
    private static Path state;

    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        // A file, because MariaDB's client does not count MYSQL_PWD as a password that could prove the certificate.
        Files.writeString(state.resolve("my.cnf"), "[client]\npassword=\"" + PASSWORD + "\"\n");
        var config = new AdminConfig(Optional.of(new HostAndPort("127.0.0.1", 0)), "admin", Optional.empty());
        var certificate = ServerCertificate.from(new TlsConfig(Optional.empty(), Optional.empty(), state));
        server = AdminServer.start(config, Secret.of(PASSWORD), certificate, pooler, "1.2");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:mariadb:", "jdbc:mariadb:?sslMode=disable", "jdbc:mysql:?sslMode=REQUIRED",
        "jdbc:mysql:?sslMode=DISABLED"})
    void aJdbcDriverRunsEveryStatement(String driver) throws SQLException {
        try (Connection connection = connect(driver, PASSWORD); Statement statement = connection.createStatement()) {
            assertThat(column(statement, "SHOW POOLS", "account")).containsExactly("app@10.%", "report@%");
            assertThat(column(statement, "SHOW CLIENTS", "pin")).containsExactly(null, "temporary table \"t\" äß");
            assertThat(column(statement, "SHOW SERVERS", "leases")).containsExactly(400L);
            assertThat(column(statement, "SHOW PROCESSLIST", "Id")).containsExactly(7L, 8L);
            assertThat(column(statement, "SHOW STATUS LIKE 'clients\\_c%'", "Value")).containsExactly("101");
            assertThat(column(statement, "SHOW VERSION", "usher")).containsExactly("1.2");
            assertThat(column(statement, "SHOW HELP", "statement")).contains("SHOW POOLS");
            statement.execute("KILL QUERY 7");
            assertThat(pooler.killed).containsExactly(new FixedPooler.Killed(7, true));
            assertThatThrownBy(() -> statement.execute("KILL 99")).isInstanceOfSatisfying(
                    SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1094));
            assertThatThrownBy(() -> statement.execute("DROP TABLE t")).isInstanceOfSatisfying(SQLException.class, e -> {
                assertThat(e.getErrorCode()).isEqualTo(1064);
                assertThat(e.getSQLState()).isEqualTo("42000");
            });
            assertThat(connection.isValid(1)).as("still usable after errors").isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"jdbc:mariadb:, admin, wrong", "jdbc:mysql:, admin, wrong", "jdbc:mysql:, admin, ''", "jdbc:mysql:, root, right",
        "jdbc:mariadb:, '', right"})
    void refusesWhoeverIsNotTheAdminAccount(String driver, String user, String password) {
        assertThatThrownBy(() -> connect(driver, user, password.equals("right") ? PASSWORD : password))
                .isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1045))
                .hasMessageContaining("Access denied for user");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mariadb", "mysql", "mariadb-sid/root/usr/bin/mariadb", "mysql/root/usr/bin/mysql"})
    void aCommandLineClientShowsPools(String program) throws Exception {
        List<String> client = installed(program);
        assumeThat(client).as("%s is installed", program).isNotEmpty();

        assertThat(run(client, "SHOW POOLS")).contains("app@10.%\t3\t2\t95\t3\t0\t1\t0\t4\t1500\t1");
        assertThat(run(client, "SHOW NOTHING")).contains("ERROR 1064 (42000)", "SHOW HELP lists them");
        assertThat(run(client, "KILL 8")).isBlank();
        assertThat(pooler.killed).containsExactly(new FixedPooler.Killed(8, false));
    }

    @Test
    void aClientThatBeginsWithAnotherPluginIsSwitched() throws Exception {
        List<String> client = installed("mariadb");
        assumeThat(client).isNotEmpty();

        assertThat(run(client, "SHOW VERSION", "--default-auth=client_ed25519")).contains("1.2");
    }

    @Test
    void garbageGetsAnErrorAndOthersGoOn() throws Exception {
        try (Connection connection = connect("jdbc:mariadb:", PASSWORD);
                Socket socket = new Socket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(new byte[]{3, 0, 0, 1, 'x', 'y', 'z'});

            byte[] all = socket.getInputStream().readAllBytes();

            assertThat(new String(all, StandardCharsets.ISO_8859_1)).endsWith("#HY000Malformed communication packet");
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    @Test
    void refusesMoreConnectionsThanItsLimitWith1040() throws Exception {
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 0; i < AdminServer.MAX_CONNECTIONS; i++) {
                all.add(connect("jdbc:mariadb:", PASSWORD));
            }
            assertThatThrownBy(() -> connect("jdbc:mariadb:", PASSWORD))
                    .isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1040));
        } finally {
            for (Connection connection : all) {
                connection.close();
            }
        }
    }

    private Connection connect(String driver, String password) throws SQLException {
        return connect(driver, "admin", password);
    }

    private Connection connect(String driver, String user, String password) throws SQLException {
        String[] parts = driver.split("\\?", 2);
        String url = parts[0] + "//127.0.0.1:" + server.address().getPort() + "/" + (parts.length > 1 ? "?" + parts[1] : "");
        return DriverManager.getConnection(url, user, password);
    }

    private static List<Object> column(Statement statement, String sql, String name) throws SQLException {
        List<Object> values = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getObject(name));
            }
        }
        return values;
    }

    /** The command of a client on the path, or of one that was unpacked beside the test servers, with its own loader; empty if not there. */
    private static List<String> installed(String program) {
        if (!program.contains("/")) {
            return Stream.of(System.getenv("PATH").split(":")).map(folder -> Path.of(folder, program)).filter(Files::isExecutable)
                    .findFirst().map(path -> List.of(path.toString())).orElse(List.of());
        }
        String folder = System.getenv("USHER_TEST_SERVERS");
        Path cache = folder == null ? Path.of(System.getProperty("user.home"), ".cache", "usher-tests") : Path.of(folder);
        Path client = cache.resolve(program);
        Path libraries = client.resolveSibling("../lib/x86_64-linux-gnu").normalize();
        return !Files.exists(client) ? List.of()
                : List.of(libraries.resolve("ld-linux-x86-64.so.2").toString(), "--library-path", libraries.toString(), client.toString());
    }

    private String run(List<String> client, String statement, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(client);
        command.addAll(
                List.of("--defaults-file=" + state.resolve("my.cnf"), "--default-character-set=utf8mb4", "--protocol=tcp", "-h127.0.0.1",
                        "-P" + server.address().getPort(), "-uadmin", "--batch", "-e", statement));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command);
        // The client takes the password in the encoding of the locale.
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return output;
    }
}
