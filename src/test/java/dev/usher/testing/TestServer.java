package dev.usher.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A real server on loopback, with an empty schema {@code test}. {@code root} may log in from 127.0.0.1 and over the socket, without a password.
 * TLS is on where {@code ci/servers} has made a certificate.
 */
public final class TestServer implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    private final Installation installation;
    private final Accounts accounts;
    private final Path folder;
    private final int port;
    private final List<String> command;
    private final String version;
    private ServerProcess process;
    private boolean shared;

    private TestServer(Installation installation, Path folder, int port, List<String> launcher, List<String> arguments)
            throws IOException, InterruptedException {
        this.installation = installation;
        this.folder = folder;
        this.port = port;
        accounts = Accounts.of(installation);
        command = command(launcher, arguments);
        process = ServerProcess.start(folder, command);
        try {
            version = awaitReady();
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    static TestServer start(Installation installation, int port, List<String> launcher, List<String> arguments)
            throws IOException, InterruptedException {
        // Short, for the socket's path in it: 107 bytes are the most.
        Path folder = Files.createTempDirectory(Path.of("/tmp"), "usher-test-");
        DataDirectories.copyTo(folder.resolve("data"), installation);
        return new TestServer(installation, folder, port, launcher, arguments);
    }

    private List<String> command(List<String> launcher, List<String> arguments) throws IOException {
        List<String> all = new ArrayList<>(launcher);
        all.addAll(installation.command(dataDir()));
        Path init = Files.writeString(folder.resolve("init.sql"), accounts.sql());
        all.addAll(List.of("--bind-address=127.0.0.1", "--port=" + port, "--socket=" + socket(), "--pid-file=" + folder.resolve("pid"),
                "--tmpdir=" + folder, // in a shared one, MariaDB deletes other servers' temporary tables when it starts
                "--init-file=" + init, "--skip-name-resolve", "--local-infile=1", "--max-allowed-packet=1G",
                "--innodb-flush-log-at-trx-commit=0", "--performance-schema=OFF"));
        if (flavour() == Flavour.MYSQL) {
            all.addAll(List.of("--mysqlx=OFF", "--skip-log-bin"));
        }
        if (Files.exists(certificateAuthority())) {
            Path tls = certificateAuthority().getParent();
            all.addAll(List.of("--ssl-ca=" + certificateAuthority(), "--ssl-cert=" + tls.resolve("cert.pem"),
                    "--ssl-key=" + tls.resolve("key.pem")));
        } else if (kind() == ServerKind.EMBEDDED) {
            all.add("--skip-ssl"); // it would make a key of its own, for ten seconds and more, at every start
        }
        all.addAll(arguments);
        return List.copyOf(all);
    }

    private String awaitReady() {
        var last = new AtomicReference<String>("");
        try {
            return Awaitility.await().atMost(START_LIMIT).pollInterval(Duration.ofMillis(50)).until(() -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException("the server ended: " + process.log());
                }
                try (var connection = connect(); var result = connection.createStatement().executeQuery("SELECT VERSION()")) {
                    result.next();
                    return result.getString(1);
                } catch (SQLException e) {
                    last.set(e.getMessage());
                    return "";
                }
            }, text -> !text.isEmpty());
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException("cannot log in: " + last.get() + System.lineSeparator() + process.log(), e);
        }
    }

    /** A new connection as {@code root}, straight to the server, in the schema {@code test}. */
    public Connection connect() throws SQLException {
        return DriverManager
                .getConnection("jdbc:mariadb://%s:%d/test?user=%s&sslMode=disable&allowPublicKeyRetrieval=true&allowMultiQueries=true"
                        .formatted(host(), port, rootUser()));
    }

    /** Such as {@code MySQL 9.7.4} or {@code embedded MariaDB 11.4.5}. */
    public String name() {
        return (kind() == ServerKind.EMBEDDED ? "embedded " : "") + flavour() + " " + version.replaceFirst("-.*", "");
    }

    public ServerKind kind() {
        return installation.kind();
    }

    /** As {@code SELECT VERSION()} gives it. */
    public String version() {
        return version;
    }

    public Flavour flavour() {
        return installation.flavour();
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    public String rootUser() {
        return "root";
    }

    public String rootPassword() {
        return "";
    }

    /** The accounts for tests, one for each authentication plugin that the server has; the first is {@code app}. */
    public List<TestAccount> accounts() {
        return accounts.all();
    }

    public Path socket() {
        return folder.resolve("socket");
    }

    public Path dataDir() {
        return folder.resolve("data");
    }

    /** The authority that signed the server's certificate, which is for localhost and 127.0.0.1; the file need not exist. */
    public Path certificateAuthority() {
        return Installation.cache().resolve("tls").resolve("ca.pem");
    }

    /** The server's process, not that of a shell around it. */
    public long pid() {
        try {
            return process.pid();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Shuts the server down in its own way and returns when it has ended. {@link #startAgain} brings it back. */
    public void stop() throws IOException, InterruptedException {
        process.stop();
    }

    /** Ends the server as a crash would. {@link #startAgain} brings it back. */
    public void kill() throws IOException, InterruptedException {
        process.kill();
    }

    /** On the same port, with the same data and arguments. */
    public void startAgain() throws IOException {
        process = ServerProcess.start(folder, command);
        awaitReady();
    }

    /** Many tests use it: it ends with the JVM. */
    TestServer share() {
        shared = true;
        return this;
    }

    /** Ends it, unless it is shared: JUnit closes what it gives to a parameterized test. */
    @Override
    public void close() {
        if (!shared) {
            process.close();
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
