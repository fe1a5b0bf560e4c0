package dev.usher.app;

import dev.usher.admin.AdminPassword;
import dev.usher.admin.AdminServer;
import dev.usher.auth.RsaKeyPair;
import dev.usher.config.ConfigException;
import dev.usher.config.ListenAddress;
import dev.usher.config.PoolConfig;
import dev.usher.config.ServerConnectionLimit;
import dev.usher.config.ServerTls;
import dev.usher.config.UsherConfig;
import dev.usher.pool.Accounts;
import dev.usher.pool.Clock;
import dev.usher.pool.ConnectionBudget;
import dev.usher.pool.PoolCounters;
import dev.usher.pool.Server;
import dev.usher.pool.ServerProbe;
import dev.usher.pool.TlsToServer;
import dev.usher.pool.Transport;
import dev.usher.pool.Worker;
import dev.usher.proxy.ClientConnection;
import dev.usher.proxy.Frontend;
import dev.usher.proxy.Listener;
import dev.usher.tls.ServerCertificate;
import dev.usher.tls.SessionTickets;
import dev.usher.tls.SslContexts;
import dev.usher.tls.TlsContext;
import dev.usher.wire.HandshakeV10;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A whole pooler: its workers, listeners and admin server. */
public final class Usher implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Usher.class);
    /** An {@code auto} budget before the server has been asked: enough for the first login. */
    private static final int BEFORE_THE_FIRST_LOOK = 4;

    private static final Duration TICKET_KEY_LIFE = Duration.ofHours(6);

    private final UsherConfig config;
    private final ServerCertificate certificate;
    private final MultiThreadIoEventLoopGroup loops;
    private final List<Worker> workers = new ArrayList<>();
    private final List<List<Listener>> listeners = new ArrayList<>();
    private final Frontend frontend;
    private final Server server = new Server();
    private final Snapshots snapshots;
    private final SessionTickets tickets;
    /** {@link System#nanoTime} of the last renewal; on the first worker's loop. */
    private long ticketKeySince = System.nanoTime();
    private final List<TlsContext> contexts = new ArrayList<>();
    private @Nullable AdminServer admin;
    private volatile boolean closed;

    private Usher(UsherConfig config) {
        this.config = config;
        this.certificate = ServerCertificate.from(config.tls());
        this.tickets = new SessionTickets(new SecureRandom());
        TlsContext towardsClients = new TlsContext(() -> tickets.on(SslContexts.towardsClients(certificate)));
        contexts.add(towardsClients);
        if (config.tls().cert().isPresent()) {
            towardsClients.get(); // what is wrong with it is said now
        }
        RsaKeyPair rsa = new RsaKeyPair(command -> Thread.ofVirtual().name("rsa-key").start(command));
        this.frontend = new Frontend(config, towardsClients, certificate, rsa);
        TlsToServer towardsServer = towardsServer(config, contexts);
        PoolConfig pool = config.pool();
        int limit = pool.maxServerConnections() instanceof ServerConnectionLimit.Fixed fixed ? fixed.connections() : BEFORE_THE_FIRST_LOOK;
        ConnectionBudget budget = new ConnectionBudget(limit);
        Accounts accounts = new Accounts(config.accounts());
        PoolCounters counters = new PoolCounters();
        int count = workerCount(pool);
        this.loops = new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("usher-worker"), Transport.CHOSEN.ioHandlers());
        for (int i = 0; i < count; i++) {
            workers.add(new Worker((EventLoop) loops.next(), config, budget, server, accounts, towardsServer, counters));
        }
        for (Worker worker : workers) {
            Clock.after(1000, worker.loop(), () -> everySecond(worker));
        }
        this.snapshots = new Snapshots(workers, frontend, budget, counters, server);
    }

    /**
     * Starts and returns when clients can connect.
     *
     * @throws ConfigException if something in the settings can not be used: an address, a file
     */
    public static Usher start(UsherConfig config) {
        Usher usher = new Usher(config);
        try {
            usher.probe();
            usher.listen();
            usher.startAdmin();
            usher.logReady();
            return usher;
        } catch (RuntimeException e) {
            usher.close();
            throw e;
        }
    }

    private void everySecond(Worker worker) {
        Clock.after(1000, worker.loop(), () -> everySecond(worker));
        long now = System.nanoTime();
        if (worker == workers.getFirst() && now - ticketKeySince > TICKET_KEY_LIFE.toNanos()) {
            ticketKeySince = now;
            tickets.renew();
        }
        for (ClientConnection client : frontend.clients().values()) {
            if (client.worker() == worker) {
                client.closeIfIdleTooLong(now);
            }
        }
    }

    private static int workerCount(PoolConfig pool) {
        if (pool.workers() > 0) {
            return pool.workers();
        }
        int cores = Runtime.getRuntime().availableProcessors();
        int byBudget = pool.maxServerConnections() instanceof ServerConnectionLimit.Fixed fixed ? fixed.connections() / 8 : 1;
        return Math.max(1, Math.min(cores, byBudget));
    }

    private static TlsToServer towardsServer(UsherConfig config, List<TlsContext> contexts) {
        ServerTls mode = config.server().tls();
        if (mode == ServerTls.DISABLED) {
            return TlsToServer.NONE;
        }
        TlsContext context = new TlsContext(() -> SslContexts.towardsServer(mode, config.server().tlsCa()));
        contexts.add(context);
        if (mode == ServerTls.VERIFY_CA || mode == ServerTls.VERIFY_IDENTITY) {
            context.get();
        }
        return TlsToServer.with(mode, context, config.server().address());
    }

    /** Asks the server for its greeting, and goes on asking in the background if it does not answer. */
    private void probe() {
        CountDownLatch first = new CountDownLatch(1);
        probe(first, Duration.ofSeconds(1));
        try {
            if (!first.await(5, TimeUnit.SECONDS)) {
                log.warn("the server {} has not answered yet; clients wait for it", config.server().address());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void probe(CountDownLatch first, Duration again) {
        EventLoop loop = workers.getFirst().loop();
        loop.execute(() -> ServerProbe.probe(loop, config.server(), server, why -> {
            if (!why.isEmpty() && first.getCount() > 0) {
                log.warn("the server {} can not be reached yet: {}; clients wait for it", config.server().address(), why);
            }
            first.countDown();
            if (server.greeting() == null && !closed) {
                server.troubled(why);
                loop.schedule(() -> probe(first, again), again.toMillis(), TimeUnit.MILLISECONDS);
            }
        }));
    }

    private void listen() {
        for (ListenAddress address : config.listen()) {
            Listener.refuseIfTaken(address);
            List<Listener> bound = new ArrayList<>();
            listeners.add(bound);
            for (Worker worker : address instanceof ListenAddress.Unix ? workers.subList(0, 1) : workers) {
                ListenAddress actual = bound.isEmpty() ? address : samePort(address, bound.getFirst());
                bound.add(Listener.bind(actual, frontend, worker));
            }
        }
    }

    private static ListenAddress samePort(ListenAddress address, Listener first) {
        return address instanceof ListenAddress.Tcp tcp && first.address() instanceof java.net.InetSocketAddress at
                ? new ListenAddress.Tcp(tcp.host(), at.getPort())
                : address;
    }

    private void startAdmin() {
        if (config.admin().listen().isEmpty()) {
            return;
        }
        try {
            admin = AdminServer.start(
                    config.admin(), AdminPassword.of(config.admin(), config.tls().stateDirectory()), certificate, snapshots,
                    Version.current());
        } catch (IOException e) {
            throw new ConfigException("admin: " + e.getMessage());
        }
    }

    private void logReady() {
        HandshakeV10 greeting = server.greeting();
        String to = greeting == null ? "not reached yet" : (greeting.mariaDb() ? "MariaDB " : "MySQL ") + greeting.version();
        String budget = config.pool().maxServerConnections() instanceof ServerConnectionLimit.Fixed fixed
                ? fixed.connections() + " server connections"
                : "server connections as max_connections allows (auto)";
        log.info("ready on {} for {} ({}), {}, {} worker{}, {}", addresses(), config.server().address(), to, budget, workers.size(),
                workers.size() == 1 ? "" : "s", Transport.CHOSEN);
    }

    /** Where clients connect, in the order of the configuration, with the ports that were chosen for port 0. */
    public List<SocketAddress> addresses() {
        return listeners.stream().map(bound -> bound.getFirst().address()).toList();
    }

    public Optional<SocketAddress> adminAddress() {
        AdminServer running = admin;
        return running == null ? Optional.empty() : Optional.of(running.address());
    }

    /** What SHOW says, for tests and other surfaces. */
    public Snapshots snapshots() {
        return snapshots;
    }

    /**
     * Takes no new clients and lets running statements and transactions finish.
     *
     * @return whether all did within {@code drain-limit}
     */
    public boolean drain() {
        log.info("draining: {} clients, up to {}", frontend.connected(), config.client().drainLimit());
        frontend.drain();
        listeners.forEach(bound -> bound.forEach(Listener::close));
        listeners.clear();
        for (ClientConnection client : frontend.clients().values()) {
            client.worker().loop().execute(client::drain);
        }
        for (Worker worker : workers) {
            worker.loop().execute(worker::drain);
        }
        long end = System.nanoTime() + config.client().drainLimit().toNanos();
        while (frontend.connected() > 0 && System.nanoTime() - end < 0 && !closed) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        int left = frontend.connected();
        if (left > 0) {
            log.warn("drain-limit is over: {} clients are cut off", left);
        }
        return left == 0;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        listeners.forEach(bound -> bound.forEach(Listener::close));
        AdminServer running = admin;
        if (running != null) {
            running.close();
        }
        CountDownLatch done = new CountDownLatch(workers.size());
        for (ClientConnection client : frontend.clients().values()) {
            client.worker().loop().execute(client::drain);
        }
        for (Worker worker : workers) {
            worker.loop().execute(() -> {
                worker.close();
                done.countDown();
            });
        }
        try {
            done.await(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loops.shutdownGracefully(20, 2000, TimeUnit.MILLISECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
        contexts.forEach(TlsContext::close);
    }
}
