package dev.usher.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** What an {@link EmbeddedServer} shall be like. */
public final class EmbeddedServerBuilder {
    static final String HOST = "127.0.0.1";

    /** The limit for a Unix socket's path is 107 bytes; what we put behind the temporary folder's name needs about 30. */
    private static final int LONGEST_TEMPORARY_FOLDER = 70;

    /** Between finding a free port and the server's taking it, somebody else may. */
    private static final int ATTEMPTS_WITH_A_FREE_PORT = 5;

    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private int maxConnections = 151;
    private int port;
    private List<String> tls = List.of("--skip-ssl");
    private final List<String> arguments = new ArrayList<>();
    private Consumer<String> progress = step -> {};
    private Path cacheDirectory = defaultCacheDirectory();

    EmbeddedServerBuilder() {}

    /** The server's {@code max_connections}: 10 (the server takes no less) to 100,000. The server's own default is 151. */
    public EmbeddedServerBuilder maxConnections(int limit) {
        if (limit < 10 || limit > 100_000) {
            throw new IllegalArgumentException("max_connections must be from 10 to 100000, and is " + limit);
        }
        maxConnections = limit;
        return this;
    }

    /** The port on 127.0.0.1, or 0, the default, for any free one. */
    public EmbeddedServerBuilder port(int newPort) {
        if (newPort < 0 || newPort > 65_535) {
            throw new IllegalArgumentException("not a port: " + newPort);
        }
        port = newPort;
        return this;
    }

    /** A further argument for mariadbd, such as {@code --wait-timeout=5}. The last one of a name wins, also over our own. */
    public EmbeddedServerBuilder argument(String argument) {
        arguments.add(Objects.requireNonNull(argument));
        return this;
    }

    /** Lets clients use TLS, with this certificate and key (PEM files). Without, the server does not offer TLS. */
    public EmbeddedServerBuilder tls(Path certificate, Path key) {
        tls = List.of("--ssl-cert=" + certificate.toAbsolutePath(), "--ssl-key=" + key.toAbsolutePath());
        return this;
    }

    /** Is told, in a few words, what takes long: unpacking, on the first start on a machine. */
    public EmbeddedServerBuilder progress(Consumer<String> listener) {
        progress = Objects.requireNonNull(listener);
        return this;
    }

    /** Where the server's files are unpacked, once. The default is {@code usher} in the user's cache folder. */
    public EmbeddedServerBuilder cacheDirectory(Path directory) {
        cacheDirectory = directory.toAbsolutePath();
        return this;
    }

    /**
     * Starts the server and returns when it lets clients log in.
     *
     * @throws EmbeddedServerException if it does not start; the message says why, with the end of the server's log
     */
    public EmbeddedServer start() {
        requirePlatform(System.getProperty("os.name"), System.getProperty("os.arch"));
        Distribution distribution = Distribution.in(cacheDirectory, progress);
        for (int attempt = 1;; attempt++) {
            List<Integer> free = FreePorts.find(2);
            int ownPort = port == 0 ? free.getFirst() : port;
            boolean mayTryAgain = attempt < ATTEMPTS_WITH_A_FREE_PORT && port == 0;
            try {
                return start(distribution, ownPort, free.getLast());
            } catch (PortTakenException taken) {
                if (!mayTryAgain) {
                    throw taken.failure;
                }
            }
        }
    }

    private EmbeddedServer start(Distribution distribution, int ownPort, int extraPort) throws PortTakenException {
        Path folder = newFolder();
        try {
            Folders.copy(distribution.data(), EmbeddedServer.dataIn(folder));
            ServerProcess process = ServerProcess.start(folder, command(distribution, folder, ownPort, extraPort));
            EmbeddedServer server = new EmbeddedServer(process, folder, ownPort, extraPort);
            awaitLogin(process, server);
            return server;
        } catch (IOException failure) {
            Folders.deleteQuietly(folder);
            throw new EmbeddedServerException("Could not start the embedded MariaDB server in " + folder + ": " + failure, failure);
        }
    }

    private static Path newFolder() {
        try {
            return Files.createTempDirectory(temporaryFolder(), "usher-mariadb-");
        } catch (IOException failure) {
            throw new EmbeddedServerException("Could not make a temporary folder for the embedded server: " + failure, failure);
        }
    }

    private void awaitLogin(ServerProcess process, EmbeddedServer server) throws PortTakenException {
        try {
            new Readiness(process, server).await(START_LIMIT);
        } catch (EmbeddedServerException | PortTakenException failure) {
            server.close();
            throw failure;
        }
    }

    private List<String> command(Distribution distribution, Path folder, int ownPort, int extraPort) {
        List<String> command = Command.common(distribution, EmbeddedServer.dataIn(folder));
        Collections.addAll(command,
                "--bind-address=" + HOST,
                "--port=" + ownPort,
                "--extra-port=" + extraPort,
                "--socket=" + EmbeddedServer.socketIn(folder),
                "--pid-file=" + folder.resolve("pid"),
                "--max-connections=" + maxConnections);
        command.addAll(tls);
        command.addAll(arguments);
        return command;
    }

    static void requirePlatform(String system, String processor) {
        if (!system.equals("Linux") || !processor.equals("amd64")) {
            throw new EmbeddedServerException("The embedded MariaDB server is for Linux on x86-64, and this is " + system + " on "
                    + processor + ". Give the address of a server of your own instead.");
        }
    }

    private static Path temporaryFolder() {
        String folder = System.getProperty("java.io.tmpdir");
        return Path.of(folder.length() > LONGEST_TEMPORARY_FOLDER ? "/tmp" : folder).toAbsolutePath();
    }

    static Path defaultCacheDirectory() {
        String cache = System.getenv("XDG_CACHE_HOME"); // to be ignored unless absolute, says the XDG specification
        Path base = cache != null && cache.startsWith("/") ? Path.of(cache) : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("usher");
    }
}
