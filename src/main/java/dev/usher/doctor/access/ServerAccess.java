package dev.usher.doctor.access;

import dev.usher.config.HostAndPort;
import dev.usher.doctor.facts.Machine;
import dev.usher.doctor.machine.LocalServer;
import dev.usher.doctor.machine.MachineWatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Gets in, also when the server is full: the address that was given (where the server may have kept one connection for an administrator), the
 * administrative address, the extra port, the Unix socket.
 */
public final class ServerAccess {
    /** MySQL's default for {@code admin_port}. MariaDB's {@code extra_port} has none. */
    private static final int ADMIN_PORT = 33062;

    private static final List<Path> USUAL_SOCKETS = List.of(
            Path.of("/run/mysqld/mysqld.sock"), Path.of("/var/lib/mysql/mysql.sock"), Path.of("/tmp/mysql.sock"));

    /** Descriptors without which no connection comes about. */
    private static final int FEW_LEFT = 2;
    private static final int MORE_ATTEMPTS = 40;
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(75);

    private final Target target;
    private final Login login;
    private final List<Attempt> attempts = new ArrayList<>();

    private ServerAccess(Target target) {
        this.target = target;
        this.login = new Login(target);
    }

    /** Opens a connection by the first way that works. The way is the caller's to close. */
    public static Entry open(Target target) throws NoAccessException {
        return new ServerAccess(target).open();
    }

    /** Opens one as any client would: by the first way alone. */
    public static Connection openOrdinary(Target target) throws NoAccessException {
        return new Login(target).at(target.endpoint()).connection();
    }

    private Entry open() throws NoAccessException {
        try {
            return enter(target.endpoint());
        } catch (NoAccessException refused) {
            if (!refused.mayPass()) {
                throw explained(refused); // the other ways lead to the same server and would only hide what is wrong
            }
        }
        for (Endpoint other : otherWays()) {
            try {
                return enter(other);
            } catch (NoAccessException noWay) {
                // it is among the attempts
            }
        }
        return insist();
    }

    /** The reserved connection is lent to everybody who is about to be refused, for as long as that takes: in a rush it comes free for moments. So do threads. */
    private Entry insist() throws NoAccessException {
        NoAccessException last = new NoAccessException(withoutAnyWay(), 1040, "Too many connections");
        for (int attempt = 0; attempt < MORE_ATTEMPTS; attempt++) {
            LockSupport.parkNanos(BETWEEN_ATTEMPTS.toNanos());
            try {
                Login.Result result = login.at(target.endpoint());
                attempts.add(new Attempt(target.endpoint(), Attempt.IN));
                return new Entry(result.connection(), way(target.endpoint(), result), target.endpoint(), result.version(),
                        List.copyOf(attempts));
            } catch (NoAccessException refused) {
                if (!refused.mayPass()) {
                    throw refused;
                }
                last = new NoAccessException(refused.isWithoutThread() ? withoutThread() : withoutAnyWay(), refused.serverError(),
                        refused.serverMessage());
            }
        }
        throw last;
    }

    /** A server that has no descriptor left lets the system take the connection, and says nothing itself. /proc knows why. */
    private NoAccessException explained(NoAccessException refused) {
        Optional<Machine> machine = refused.serverError() == 0 ? local().map(server -> MachineWatch.begin(server).end()) : Optional.empty();
        return machine.filter(one -> one.descriptorLimit().isPresent() && one.descriptors() + FEW_LEFT >= one.descriptorLimit().getAsLong())
                .map(one -> new NoAccessException(refused.getMessage() + "; its process " + one.pid() + " has " + one.descriptors()
                        + " of the " + one.descriptorLimit().getAsLong()
                        + " file descriptors that it may have (descriptor_or_thread_limit): raise LimitNOFILE and open_files_limit"))
                .orElse(refused);
    }

    private Entry enter(Endpoint endpoint) throws NoAccessException {
        try {
            Login.Result result = login.at(endpoint);
            attempts.add(new Attempt(endpoint, Attempt.IN));
            return new Entry(result.connection(), way(endpoint, result), endpoint, result.version(), List.copyOf(attempts));
        } catch (NoAccessException e) {
            attempts.add(new Attempt(endpoint, e.getMessage()));
            throw e;
        }
    }

    private Way way(Endpoint endpoint, Login.Result result) {
        if (isAboveTheLimit(result.connection()) && endpoint.equals(target.endpoint())) {
            return Way.RESERVED;
        }
        if (endpoint instanceof Endpoint.UnixSocket) {
            return Way.UNIX_SOCKET;
        }
        if (endpoint.equals(target.endpoint())) {
            return Way.ORDINARY;
        }
        return result.version().contains("MariaDB") ? Way.EXTRA_PORT : Way.ADMIN_ADDRESS;
    }

    private static boolean isAboveTheLimit(Connection connection) {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'Threads_connected'")) {
            row.next();
            long connected = row.getLong(2);
            try (ResultSet limit = statement.executeQuery("SELECT @@global.max_connections")) {
                return limit.next() && connected > limit.getLong(1);
            }
        } catch (SQLException unanswered) {
            return false; // whoever uses the connection next will say so
        }
    }

    private Set<Endpoint> otherWays() {
        Set<Endpoint> ways = new LinkedHashSet<>();
        target.adminAddress().ifPresent(address -> ways.add(new Endpoint.Tcp(address)));
        Optional<LocalServer> local = local();
        if (target.endpoint() instanceof Endpoint.Tcp tcp) {
            String host = tcp.address().host();
            local.ifPresent(server -> server.ports().stream()
                    .filter(port -> port != tcp.address().port() && port != LocalServer.X_PROTOCOL_PORT)
                    .forEach(port -> ways.add(new Endpoint.Tcp(new HostAndPort(host, port)))));
            if (local.isEmpty()) {
                ways.add(new Endpoint.Tcp(new HostAndPort(host, ADMIN_PORT)));
            }
        }
        target.socket().ifPresent(path -> ways.add(new Endpoint.UnixSocket(path)));
        local.ifPresent(server -> server.sockets().forEach(path -> ways.add(new Endpoint.UnixSocket(path))));
        if (local.isEmpty() && target.endpoint().isLocal()) {
            USUAL_SOCKETS.stream().filter(Files::exists).findFirst().ifPresent(path -> ways.add(new Endpoint.UnixSocket(path)));
        }
        ways.remove(target.endpoint());
        return ways;
    }

    private Optional<LocalServer> local() {
        return processOf(target.endpoint());
    }

    /** The server's process, if it runs on this machine and /proc shows it. */
    public static Optional<LocalServer> processOf(Endpoint endpoint) {
        if (!endpoint.isLocal()) {
            return Optional.empty();
        }
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> LocalServer.atPort(tcp.address().port());
            case Endpoint.UnixSocket socket -> LocalServer.atSocket(socket.path());
        };
    }

    private String outcomes() {
        return attempts.stream().map(Attempt::outcome).collect(Collectors.joining("; also tried: ", "no way in: ", ""));
    }

    private String withoutThread() {
        return outcomes()
                + ". The server may have no more threads (descriptor_or_thread_limit): raise TasksMax of its systemd unit, pids.max of its"
                + " control group, or nproc of its user";
    }

    private String withoutAnyWay() {
        return outcomes()
                + ". For the next time, one of: on MySQL admin_address = 127.0.0.1 under [mysqld] and an account with SERVICE_CONNECTION_ADMIN;"
                + " on MariaDB extra_port = 3307 and extra_max_connections = 2; an account with CONNECTION_ADMIN (MySQL), CONNECTION ADMIN (MariaDB 10.5+) or SUPER"
                + " that no application uses";
    }
}
