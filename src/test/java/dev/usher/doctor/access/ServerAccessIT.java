package dev.usher.doctor.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.config.HostAndPort;
import dev.usher.config.Secret;
import dev.usher.config.ServerTls;
import dev.usher.testing.Flavour;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Ways into real servers, empty and full. */
class ServerAccessIT {
    private static final int LIMIT = 10;

    @ParameterizedTest
    @MethodSource("dev.usher.testing.TestServers#all")
    void logsInWithEveryPluginWithTlsAndWithout(TestServer server) throws Exception {
        for (TestAccount account : server.accounts()) {
            for (ServerTls tls : List.of(ServerTls.DISABLED, ServerTls.PREFERRED)) {
                Target target = target(server, account.user(), account.password(), tls);
                try (Entry entry = ServerAccess.open(target)) {
                    assertThat(text(entry.connection(), "SELECT CURRENT_USER()")).isEqualTo(account.user() + "@%");
                    assertThat(text(entry.connection(), "SHOW STATUS LIKE 'Ssl_cipher'").isEmpty())
                            .isEqualTo(tls == ServerTls.DISABLED || !server.certificateAuthority().toFile().exists());
                    assertThat(entry.way()).isEqualTo(Way.ORDINARY);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whenTheServerIsFullTakesTheReservedConnectionThenTheAdministrativePort(ServerKind kind) throws Exception {
        Assumptions.assumeTrue(TestServers.installed().contains(kind));
        int adminPort = freePort();
        String[] arguments = kind == ServerKind.MYSQL
                ? new String[]{"--max-connections=" + LIMIT, "--admin-address=127.0.0.1", "--admin-port=" + adminPort}
                : new String[]{"--max-connections=" + LIMIT, "--extra-port=" + adminPort, "--extra-max-connections=2"};
        List<Connection> held = new ArrayList<>();
        try (TestServer server = TestServers.start(kind, arguments)) {
            Target target = target(server, "root", "", ServerTls.PREFERRED);
            fill(server, held);
            try (Entry reserved = ServerAccess.open(target)) {
                assertThat(reserved.way()).isEqualTo(Way.RESERVED);
                try (Entry administrative = ServerAccess.open(target)) {
                    assertThat(administrative.way())
                            .isEqualTo(server.flavour() == Flavour.MYSQL ? Way.ADMIN_ADDRESS : Way.EXTRA_PORT);
                    assertThat(administrative.endpoint()).hasToString("127.0.0.1:" + adminPort);
                    assertThat(administrative.description()).contains("after 127.0.0.1:" + server.port() + ": Too many connections (1040)");
                }
            }
            Target application = target(server, "app", "app-secret", ServerTls.PREFERRED);
            if (server.flavour() == Flavour.MYSQL) { // MariaDB's extra port is for everybody
                assertThatThrownBy(() -> ServerAccess.open(application).close()).isInstanceOf(NoAccessException.class)
                        .hasMessageContaining("no way in").hasMessageContaining("1040").hasMessageContaining("admin_address")
                        .message().hasLineCount(1);
            }
        } finally {
            held.forEach(ServerAccessIT::close);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.usher.testing.TestServers#all")
    void logsInOverTheUnixSocket(TestServer server) throws Exception {
        Target target =
                new Target(new Endpoint.UnixSocket(server.socket()), Optional.empty(), Optional.empty(), "app", Secret.of("app-secret"),
                        ServerTls.PREFERRED, Optional.empty(), Target.TIMEOUT);

        try (Entry entry = ServerAccess.open(target)) {
            assertThat(text(entry.connection(), "SELECT REPEAT('x', 100000)")).hasSize(100_000);
            assertThat(entry.way()).isEqualTo(Way.UNIX_SOCKET);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.usher.testing.TestServers#all")
    void aWrongPasswordIsSaidInOneLineWithoutThePassword(TestServer server) {
        assertThatThrownBy(() -> ServerAccess.open(target(server, "app", "wrong-one", ServerTls.PREFERRED)).close())
                .isInstanceOf(NoAccessException.class).message().hasLineCount(1).contains("Access denied for user 'app'", "1045")
                .doesNotContain("wrong-one");
    }

    @Test
    void saysWhatElseListensThere() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread ssh = Thread.ofVirtual().start(() -> answer(listener, "SSH-2.0-OpenSSH_9.2p1\r\n"));
            assertThatThrownBy(() -> GreetedSocket.open(at(listener.getLocalPort()), Duration.ofSeconds(5)).close())
                    .hasMessageContaining("not a MySQL or MariaDB server").hasMessageContaining("SSH-2.0-OpenSSH");
            ssh.join();
            Thread mute = Thread.ofVirtual().start(() -> answer(listener, ""));
            assertThatThrownBy(() -> GreetedSocket.open(at(listener.getLocalPort()), Duration.ofSeconds(5)).close())
                    .hasMessageContaining("without a word");
            mute.join();
            // Nobody accepts any more: the system does, and says nothing.
            assertThatThrownBy(() -> GreetedSocket.open(at(listener.getLocalPort()), Duration.ofMillis(100)).close())
                    .hasMessageContaining("says nothing");
        }
    }

    @Test
    void saysThatNothingListens() {
        assertThatThrownBy(() -> GreetedSocket.open(at(1), Duration.ofSeconds(5)).close())
                .hasMessageContaining("nothing listens on 127.0.0.1:1");
        assertThatThrownBy(
                () -> GreetedSocket.open(new Endpoint.Tcp(new HostAndPort("no-such-host.invalid", 3306)), Duration.ofSeconds(5)).close())
                .hasMessageContaining("does not resolve");
    }

    private static Endpoint at(int port) {
        return new Endpoint.Tcp(new HostAndPort("127.0.0.1", port));
    }

    private static Target target(TestServer server, String user, String password, ServerTls tls) {
        return new Target(at(server.port()), Optional.empty(), Optional.empty(), user, Secret.of(password), tls, Optional.empty(),
                Target.TIMEOUT);
    }

    private static void answer(ServerSocket listener, String text) {
        try (var client = listener.accept()) {
            client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void fill(TestServer server, List<Connection> held) throws NoAccessException {
        Target application = target(server, "app", "app-secret", ServerTls.DISABLED);
        for (int i = 0; i < LIMIT; i++) {
            held.add(new Login(application).at(application.endpoint()).connection());
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (ResultSet rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getString(rows.getMetaData().getColumnCount());
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException serverIsGone) {
            // it was to be closed
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
