package dev.usher.proxy;

import dev.usher.app.Usher;
import dev.usher.config.HostAndPort;
import dev.usher.config.ListenAddress;
import dev.usher.config.UsherConfig;
import dev.usher.testing.TestCertificate;
import dev.usher.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** An Usher before a test server, and clients of both. */
final class UsherBefore implements AutoCloseable {
    private final TestServer server;
    private final Usher usher;

    private UsherBefore(TestServer server, Usher usher) {
        this.server = server;
        this.usher = usher;
    }

    /** @param state a folder for what Usher keeps */
    static UsherBefore server(TestServer server, Path state, UnaryOperator<UsherConfig> change) {
        UsherConfig config = UsherConfig.forServer(new HostAndPort(server.host(), server.port()));
        return new UsherBefore(server, Usher.start(change.apply(config.withListen(new ListenAddress.Tcp("127.0.0.1", 0))
                .withAdmin(config.admin().withListen(Optional.empty()))
                .withTls(TestCertificate.in(state, config.tls())))));
    }

    Usher usher() {
        return usher;
    }

    SocketAddress address() {
        return usher.addresses().getFirst();
    }

    /** Connected to Usher, greeting read. */
    WireClient client() throws IOException {
        return WireClient.connect(address());
    }

    /** Connected straight to the server. */
    WireClient directClient() throws IOException {
        return WireClient.connect(new InetSocketAddress(server.host(), server.port()));
    }

    /** Logged in through Usher. */
    WireClient session(String user, String password) throws IOException {
        WireClient client = client();
        WireClient.Packet last = client.login(user, password);
        if (!last.ok()) {
            client.close();
            throw new WireClient.Refused(last.error());
        }
        return client;
    }

    long count(String name) {
        return (Long) usher.snapshots().status().get(name);
    }

    /** As {@code root}, straight to the server. */
    static void onServer(TestServer server, String... statements) throws SQLException {
        try (var connection = server.connect();
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    static void closeQuietly(WireClient client) {
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        usher.close();
    }
}
