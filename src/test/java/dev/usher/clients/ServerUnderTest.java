package dev.usher.clients;

import dev.usher.app.Usher;
import dev.usher.config.HandOver;
import dev.usher.config.HostAndPort;
import dev.usher.config.ListenAddress;
import dev.usher.config.PoolConfig;
import dev.usher.config.UsherConfig;
import dev.usher.testing.TestCertificate;
import dev.usher.testing.TestServer;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A server with the schema and the accounts that the cases use, and two Ushers in front of it. */
final class ServerUnderTest implements AutoCloseable {
    private static final String USER = "clients";
    private static final String PASSWORD = "clients-secret";

    private final TestServer server;
    private final Usher byDefault;
    private final Usher shuffled;

    /** @param state a folder for what Usher keeps */
    ServerUnderTest(TestServer server, Path state) {
        this.server = server;
        prepare();
        byDefault = usher(state, pool -> pool);
        shuffled = usher(state, pool -> pool.withHandOver(HandOver.SHUFFLE).withMaxServerConnections(3));
    }

    String name() {
        return server.name();
    }

    Endpoint direct() {
        return new Endpoint(server.host(), server.port(), USER, PASSWORD, USER, false);
    }

    /** The port of an Usher with nothing set but the server. */
    int usherPort() {
        return port(byDefault);
    }

    /** The port of an Usher where every statement that may goes to another one of three server connections. */
    int shufflingUsherPort() {
        return port(shuffled);
    }

    private static int port(Usher usher) {
        return ((InetSocketAddress) usher.addresses().getFirst()).getPort();
    }

    private Usher usher(Path state, UnaryOperator<PoolConfig> change) {
        UsherConfig config = UsherConfig.forServer(new HostAndPort(server.host(), server.port()));
        return Usher.start(config.withListen(new ListenAddress.Tcp("127.0.0.1", 0))
                .withAdmin(config.admin().withListen(Optional.empty()))
                .withTls(TestCertificate.in(state, config.tls()))
                .withPool(change.apply(config.pool())));
    }

    private void prepare() {
        List<String> sql = new ArrayList<>(List.of("CREATE DATABASE IF NOT EXISTS " + USER));
        for (String user : List.of(USER, USER + "_other", USER + "_empty")) {
            String password = user.endsWith("_empty") ? "" : PASSWORD;
            sql.add("CREATE USER IF NOT EXISTS '%s'@'%%' IDENTIFIED BY '%s'".formatted(user, password));
            sql.add("GRANT ALL ON %s.* TO '%s'@'%%'".formatted(USER, user));
        }
        try (var connection = server.connect();
                var statement = connection.createStatement()) {
            for (String each : sql) {
                statement.execute(each);
            }
        } catch (SQLException e) {
            throw new AssertionError("cannot prepare " + server.name(), e);
        }
    }

    @Override
    public void close() {
        shuffled.close();
        byDefault.close();
    }
}
