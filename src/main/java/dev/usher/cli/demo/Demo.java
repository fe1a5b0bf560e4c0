package dev.usher.cli.demo;

import dev.usher.config.HostAndPort;
import dev.usher.config.ListenAddress;
import dev.usher.config.UsherConfig;
import dev.usher.embedded.EmbeddedServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A server with few connections and a crowd of clients, first straight at the server and then through Usher. The server, and Usher once
 * it was started, run until {@link #close}.
 */
public final class Demo implements AutoCloseable {
    private static final Duration BETWEEN_FRAMES = Duration.ofMillis(125);
    private static final int FIRST_VISITORS = 8;
    private static final Duration FIRST_VISIT = Duration.ofSeconds(1);

    private final DemoOptions options;
    private final Optional<Pooler> pooler;
    private final EmbeddedServer server;
    private Pooler.@Nullable Running usher;

    private Demo(DemoOptions options, Optional<Pooler> pooler, EmbeddedServer server) {
        this.options = options;
        this.pooler = pooler;
        this.server = server;
    }

    /** Starts the server. */
    public static Demo open(DemoOptions options, Optional<Pooler> pooler, Show show) throws SQLException {
        EmbeddedServer server =
                EmbeddedServer.builder().maxConnections(options.maxConnections()).progress(show.view()::progress).start();
        try (Connection root = Shop.connectAsRoot(server.extraPort())) {
            Shop.open(root);
        } catch (SQLException failure) {
            server.close();
            throw failure;
        }
        return new Demo(options, pooler, server);
    }

    /** Lets the crowd loose, twice. */
    public DemoResult run(Show show) throws SQLException, InterruptedException {
        warmUp();
        PhaseResult direct = run(Phase.DIRECT, server.port(), show.view());
        if (pooler.isEmpty()) {
            return new DemoResult(direct, Optional.empty());
        }
        // Not earlier: what Usher keeps open on the server would be missing in the first phase.
        Pooler.Running running = startUsher(pooler.get());
        return new DemoResult(direct, Optional.of(run(Phase.USHER, running.port(), show.view())));
    }

    /** The first phase would else be slower only because the clients' code has never run. Usher's own code starts cold. */
    private void warmUp() throws InterruptedException {
        Crowd few = Crowd.gather(FIRST_VISITORS, server.port(), new Tally());
        Thread.sleep(FIRST_VISIT);
        few.disperse();
    }

    private Pooler.Running startUsher(Pooler starter) {
        UsherConfig settings = UsherConfig.forServer(new HostAndPort(server.host(), server.port()));
        UsherConfig onAnyPort = settings.withListen(new ListenAddress.Tcp(server.host(), 0))
                .withAdmin(settings.admin().withListen(Optional.empty()));
        Pooler.Running running = starter.start(onAnyPort);
        synchronized (this) {
            usher = running;
        }
        return running;
    }

    private PhaseResult run(Phase phase, int port, View view) throws SQLException, InterruptedException {
        Tally tally = new Tally();
        try (ServerLoad load = ServerLoad.watch(server.extraPort())) {
            long start = System.nanoTime();
            Crowd crowd = Crowd.gather(options.clients(), port, tally);
            Duration elapsed = Duration.ZERO;
            while (elapsed.compareTo(options.phase()) < 0) {
                Thread.sleep(BETWEEN_FRAMES);
                elapsed = Duration.ofNanos(System.nanoTime() - start);
                view.running(phase, new Snapshot(elapsed, tally.result(load.peak()), load.recent()));
            }
            crowd.disperse();
            elapsed = Duration.ofNanos(System.nanoTime() - start);
            PhaseResult result = tally.result(load.peak());
            view.finished(phase, new Snapshot(elapsed, result, load.recent()));
            return result;
        }
    }

    /** The server's own port. */
    public int serverPort() {
        return server.port();
    }

    /** Usher's, once it runs. */
    public synchronized OptionalInt usherPort() {
        return usher == null ? OptionalInt.empty() : OptionalInt.of(usher.port());
    }

    /** The command that connects as one of the crowd. */
    public static String clientCommand(int port) {
        return "mariadb --skip-ssl -h 127.0.0.1 -P " + port + " -u " + Shop.USER + " -p" + Shop.PASSWORD + " " + Shop.SCHEMA;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (usher != null) {
                usher.close();
                usher = null;
            }
        }
        server.close();
    }
}
