package dev.usher.app;

import dev.usher.admin.ClientRow;
import dev.usher.admin.PinRow;
import dev.usher.admin.PinTotalRow;
import dev.usher.admin.PoolerView.KillOutcome;
import dev.usher.admin.ServerRow;
import dev.usher.config.AccountConfig;
import dev.usher.config.AdminConfig;
import dev.usher.config.HostAndPort;
import dev.usher.config.ListenAddress;
import dev.usher.config.Secret;
import dev.usher.config.UsherConfig;
import dev.usher.testing.FakeClient;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestCertificate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** An Usher in the test's own JVM, with one worker and a small budget, on a port of its own. */
final class RunningUsher implements AutoCloseable {
    private final Usher usher;

    private RunningUsher(Usher usher) {
        this.usher = usher;
    }

    static RunningUsher before(int serverPort, Path state, UnaryOperator<UsherConfig> change) {
        UsherConfig plain = UsherConfig.forServer(new HostAndPort("127.0.0.1", serverPort));
        UsherConfig config = plain.withListen(new ListenAddress.Tcp("127.0.0.1", 0))
                .withAdmin(new AdminConfig(Optional.empty(), "usher", Optional.empty()))
                .withTls(TestCertificate.in(state, plain.tls()))
                .withServer(plain.server().withConnectTimeout(Duration.ofSeconds(2)))
                .withPool(plain.pool().withMaxServerConnections(6).withWorkers(1).withWaitLimit(Duration.ofSeconds(15)));
        return new RunningUsher(Usher.start(change.apply(config)));
    }

    /** With this account told, so that no login has to be relayed. */
    static RunningUsher knowing(TestAccount account, int serverPort, Path state, UnaryOperator<UsherConfig> change) {
        AccountConfig told = new AccountConfig(account.user(), Optional.of(Secret.of(account.password())), List.of());
        return before(serverPort, state, config -> change.apply(config.withAccounts(told)));
    }

    InetSocketAddress address() {
        return (InetSocketAddress) usher.addresses().getFirst();
    }

    FakeClient client(TestAccount account) throws IOException {
        return FakeClient.loggedIn(address(), account);
    }

    /** A number of SHOW STATUS. */
    long status(String name) {
        return (Long) usher.snapshots().status().get(name);
    }

    /** As the administrator's KILL. */
    KillOutcome kill(long clientId, boolean queryOnly) {
        return usher.snapshots().kill(clientId, queryOnly);
    }

    List<PinRow> pins() {
        return usher.snapshots().pins();
    }

    List<PinTotalRow> pinTotals() {
        return usher.snapshots().pinTotals();
    }

    List<ClientRow> clients() {
        return usher.snapshots().clients();
    }

    /** Those in the pools, as SHOW SERVERS lists them. */
    long serverConnections() {
        return usher.snapshots().servers().size();
    }

    /** The same, by the ids that the server's process list has. */
    List<Long> serverThreads() {
        return usher.snapshots().servers().stream().map(ServerRow::threadId).toList();
    }

    @Override
    public void close() {
        usher.close();
    }
}
