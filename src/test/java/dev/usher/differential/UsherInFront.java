package dev.usher.differential;

import dev.usher.app.Usher;
import dev.usher.config.AccountConfig;
import dev.usher.config.HandOver;
import dev.usher.config.HostAndPort;
import dev.usher.config.ListenAddress;
import dev.usher.config.Secret;
import dev.usher.config.UsherConfig;
import dev.usher.testing.TestCertificate;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/** An Usher that gives every statement another server connection than the one before had. */
public final class UsherInFront implements AutoCloseable, IntSupplier {
    private static final Duration WAIT_LIMIT = Duration.ofSeconds(2);

    private final Usher usher;

    /** @param state a folder for what Usher keeps */
    public UsherInFront(int serverPort, Path state, String user, String password) {
        UsherConfig plain = UsherConfig.forServer(new HostAndPort("127.0.0.1", serverPort));
        usher = Usher.start(plain.withListen(new ListenAddress.Tcp("127.0.0.1", 0))
                .withAdmin(plain.admin().withListen(Optional.empty()))
                .withTls(TestCertificate.in(state, plain.tls()))
                .withAccounts(new AccountConfig(user, Optional.of(Secret.of(password)), List.of()))
                .withPool(
                        plain.pool().withHandOver(HandOver.SHUFFLE).withMaxServerConnections(8).withWorkers(1).withWaitLimit(WAIT_LIMIT)));
    }

    /** The port that it listens on. */
    @Override
    public int getAsInt() {
        return ((InetSocketAddress) usher.addresses().getFirst()).getPort();
    }

    @Override
    public void close() {
        usher.close();
    }
}
