package dev.usher.app;

import dev.usher.config.HostAndPort;
import dev.usher.config.ListenAddress;
import dev.usher.config.PoolConfig;
import dev.usher.config.UsherConfig;
import dev.usher.testing.TestCertificate;
import dev.usher.testing.TestServer;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Ushers in the test's own process, on ports of their own. */
final class Poolers {
    private Poolers() {}

    static UsherConfig config(TestServer server, Path state) {
        UsherConfig defaults = UsherConfig.forServer(new HostAndPort(server.host(), server.port()));
        return defaults.withListen(new ListenAddress.Tcp("127.0.0.1", 0))
                .withAdmin(defaults.admin().withListen(Optional.empty()))
                .withTls(TestCertificate.in(state, defaults.tls()));
    }

    static Usher start(TestServer server, Path state, UnaryOperator<PoolConfig> pool) {
        UsherConfig config = config(server, state);
        return Usher.start(
                config.withClient(config.client().withLoginTimeout(java.time.Duration.ofSeconds(60))).withPool(pool.apply(config.pool())));
    }

    static InetSocketAddress address(Usher usher) {
        return (InetSocketAddress) usher.addresses().getFirst();
    }

    /** @param options further ones of MariaDB Connector/J, such as {@code &useCompression=true} */
    static Connection jdbc(Usher usher, String user, String password, String options) throws SQLException {
        return jdbc(address(usher), user, password, options);
    }

    static Connection jdbc(InetSocketAddress address, String user, String password, String options) throws SQLException {
        String host = address.getAddress() instanceof java.net.Inet6Address ? "[" + address.getHostString() + "]" : address.getHostString();
        return DriverManager.getConnection("jdbc:mariadb://%s:%d/test?user=%s&password=%s&allowPublicKeyRetrieval=true%s%s"
                .formatted(host, address.getPort(), user, password, options.contains("sslMode") ? "" : "&sslMode=disable", options));
    }

    /** As {@code app}, which every test server has. */
    static Connection jdbc(Usher usher) throws SQLException {
        return jdbc(usher, "app", "app-secret", "");
    }

    /** A number out of {@code SHOW STATUS}. */
    static long status(Usher usher, String name) {
        return (Long) usher.snapshots().status().get(name);
    }
}
