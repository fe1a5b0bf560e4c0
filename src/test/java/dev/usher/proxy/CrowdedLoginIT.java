package dev.usher.proxy;

import static dev.usher.proxy.UsherBefore.onServer;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.usher.auth.Credentials;
import dev.usher.config.AccountConfig;
import dev.usher.config.Cidr;
import dev.usher.config.ListenAddress;
import dev.usher.config.Secret;
import dev.usher.testing.Flavour;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Logins when there is no room, from where they are not welcome, and from those who fall silent. */
class CrowdedLoginIT {
    @TempDir
    private static Path state;

    static Stream<TestServer> servers() {
        return TestServers.all().stream();
    }

    private static void account(TestServer server, String user, String password) throws Exception {
        onServer(server, "DROP USER IF EXISTS '" + user + "'@'%'", "CREATE USER '" + user + "'@'%' IDENTIFIED BY '" + password + "'",
                "GRANT ALL ON test.* TO '" + user + "'@'%'");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void loginsSucceedWhileEveryServerConnectionIsInATransaction(TestServer server) throws Exception {
        account(server, "full", "secret");
        account(server, "late", "secret");
        try (var usher = UsherBefore.server(server, state, config -> config.withPool(config.pool().withMaxServerConnections(4)
                .withWaitLimit(Duration.ofSeconds(2))))) {
            List<WireClient> busy = new ArrayList<>();
            try {
                for (int i = 0; i < 3; i++) {
                    WireClient client = usher.client().tls();
                    busy.add(client);
                    assertThat(client.login("full", "secret").ok()).isTrue();
                    client.query("BEGIN");
                }
                for (String user : List.of("full", "late", "late")) {
                    try (var client = usher.client().tls()) {
                        assertThat(client.login(user, "secret", "test").ok()).isTrue();
                    }
                }
                assertThat(busy.getFirst().value("SELECT 1")).isEqualTo("1");
            } finally {
                for (WireClient client : busy) {
                    client.close();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aSilentClientIsClosedWhenItsTimeIsOver(TestServer server) throws Exception {
        account(server, "silent", "secret");
        account(server, "eager", "secret");
        try (var usher = UsherBefore.server(server, state, config -> config
                .withPool(config.pool().withMaxServerConnections(8).withWorkers(2))
                .withClient(config.client().withLoginTimeout(Duration.ofSeconds(1))))) {
            List<WireClient> silent = new ArrayList<>();
            try {
                for (int i = 0; i < 3; i++) {
                    // Without a word to the greeting; in the middle of a relayed login; in the middle of a full exchange.
                    silent.add(usher.client());
                    WireClient relayed = usher.client();
                    silent.add(relayed);
                    relayed.respond("silent", Credentials.ofPassword("secret".getBytes(US_ASCII)), null);
                    WireClient asked = usher.client().named("pymysql");
                    silent.add(asked);
                    asked.respond("silent", Credentials.ofPassword("secret".getBytes(US_ASCII)), null);
                }
                usher.session("eager", "secret").close();
                usher.session("silent", "secret").close();
                int closed = 0;
                for (WireClient client : silent) {
                    WireClient.Packet last = client.read();
                    while (!last.bytes().startsWith("ff") && !last.ok()) {
                        last = client.read();
                    }
                    if (last.ok()) {
                        continue; // it waited for what the login above has taught, and its answer was right
                    }
                    assertThat(last.error().code()).isEqualTo(1159);
                    assertThat(client.atEnd()).isTrue();
                    closed++;
                }
                assertThat(closed).as("those without a word among them").isGreaterThanOrEqualTo(3);
            } finally {
                for (WireClient client : silent) {
                    client.close();
                }
            }
            Awaitility.await().until(() -> usher.count("clients_connected") == 0);
            usher.session("eager", "secret").close();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void silentClientsDoNotKeepOthersOutForAsLongAsTheyMayBeSilent(TestServer server) throws Exception {
        account(server, "mute", "secret");
        account(server, "eager", "secret");
        try (var usher = UsherBefore.server(server, state, config -> config
                .withPool(config.pool().withMaxServerConnections(4).withWaitLimit(Duration.ofSeconds(5)))
                .withClient(config.client().withLoginTimeout(Duration.ofSeconds(60))));
                var one = usher.client();
                var two = usher.client()) {
            for (WireClient silent : List.of(one, two)) {
                silent.respond("mute", Credentials.ofPassword("secret".getBytes(US_ASCII)), null);
            }
            Awaitility.await().until(() -> usher.usher().snapshots().pools().stream()
                    .anyMatch(pool -> pool.account().equals("mute") && pool.serversLogin() > 0));
            usher.session("eager", "secret").close();
            usher.session("mute", "secret").close();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void clientsThatLeaveWhileTheyLogInTakeNothingWithThem(TestServer server) throws Exception {
        account(server, "leaves", "secret");
        try (var usher = UsherBefore.server(server, state, config -> config.withPool(config.pool().withMaxServerConnections(3)))) {
            for (int i = 0; i < 30; i++) {
                try (var client = usher.client()) {
                    client.respond("leaves", Credentials.ofPassword("secret".getBytes(US_ASCII)), null);
                }
            }
            usher.session("leaves", "secret").close();
            Awaitility.await().until(() -> usher.count("clients_connected") == 0 && usher.count("budget_used") <= 2);
        }
    }

    /** What only the client can log in: the server's fast way, which teaches nothing. */
    private static TestServer withRelayedAccounts(String... users) throws Exception {
        TestServer server = TestServers.find(ServerKind.MYSQL).orElseThrow();
        for (String user : users) {
            account(server, user, "secret");
            InetSocketAddress address = new InetSocketAddress(server.host(), server.port());
            try (var direct = WireClient.connect(address).tls()) {
                assertThat(direct.login(user, "secret").ok()).isTrue();
            }
        }
        return server;
    }

    @Test
    void relayedAccountsExceedTheBudgetByOneConnectionTogether() throws Exception {
        List<String> users = List.of("relayed1", "relayed2", "relayed3", "relayed4");
        TestServer server = withRelayedAccounts(users.toArray(String[]::new));
        try (var usher = UsherBefore.server(server, state, config -> config.withPool(config.pool().withMaxServerConnections(3)
                .withWorkers(1)))) {
            List<WireClient> sessions = new ArrayList<>();
            try {
                for (String user : users.subList(0, 3)) {
                    WireClient session = usher.session(user, "secret");
                    sessions.add(session);
                    assertThat(session.value("SELECT 1")).isEqualTo("1");
                }
                try (var client = usher.client()) {
                    assertThat(client.login("relayed4", "secret").error().code()).isEqualTo(1040);
                }
                Awaitility.await().until(() -> usher.count("clients_connected") == 3);
                assertThat(sessions.getFirst().value("SELECT 1")).isEqualTo("1");
                sessions.removeFirst().close();
                Awaitility.await().until(() -> {
                    try (var client = usher.client()) {
                        return client.login("relayed4", "secret").ok() && client.value("SELECT 1").equals("1");
                    }
                });
            } finally {
                for (WireClient session : sessions) {
                    session.close();
                }
            }
        }
    }

    @Test
    void aSessionWithoutASchemaDoesNotWaitForConnectionsThatNothingTakesOutOfTheirs() throws Exception {
        TestServer server = withRelayedAccounts("relayed1");
        try (var usher = UsherBefore.server(server, state, config -> config.withPool(config.pool().withMaxServerConnections(3)
                .withWorkers(1).withWaitLimit(Duration.ofSeconds(60))));
                var one = usher.client();
                var other = usher.session("relayed1", "secret");
                var without = usher.session("relayed1", "secret")) {
            assertThat(one.login("relayed1", "secret", "test").ok()).isTrue();
            other.query("USE test");
            one.query("USE test");
            one.query("BEGIN");
            one.query("SELECT 1");
            other.query("SELECT 1");
            one.query("COMMIT");

            assertThatThrownBy(() -> without.value("SELECT 1")).hasMessageContaining("it has no schema");

            assertThat(one.value("SELECT DATABASE()")).isEqualTo("test");
            assertThat(other.value("SELECT DATABASE()")).isEqualTo("test");
        }
    }

    /** What is said behind a handshake, and what instead of a greeting. */
    private record AtTheLimit(String behindHandshake, WireClient.Packet insteadOfGreeting) {}

    /** Connects until there is an ERR instead of the greeting, and only then logs in on the last connection that got one. */
    private static AtTheLimit atTheLimit(SocketAddress address) throws Exception {
        List<WireClient> all = new ArrayList<>();
        try {
            while (true) {
                WireClient next = WireClient.connect(address);
                all.add(next);
                if (next.first().bytes().startsWith("ff")) {
                    return new AtTheLimit(all.get(all.size() - 2).login("limited", "").bytes(), next.first());
                }
                assertThat(all).hasSizeLessThan(50);
            }
        } finally {
            all.forEach(UsherBefore::closeQuietly);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EMBEDDED", "MYSQL"})
    void atItsLimitUsherSaysWhatAServerSaysAtIts(ServerKind kind) throws Exception {
        assumeThat(TestServers.installed()).contains(kind);
        try (var server = TestServers.start(kind, "--max-connections=10")) {
            account(server, "limited", "");
            AtTheLimit direct = atTheLimit(new InetSocketAddress(server.host(), server.port()));
            try (var usher = UsherBefore.server(server, state, config -> config.withClient(config.client().withMaxClientConnections(1)))) {
                assertThat(atTheLimit(usher.address())).isEqualTo(direct);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void anAccountsOwnLimitIsSaidInTheServersWords(TestServer server) throws Exception {
        account(server, "few", "secret");
        onServer(server, "ALTER USER 'few'@'%' WITH MAX_USER_CONNECTIONS 1");
        try (var usher = UsherBefore.server(server, state, config -> config);
                var direct = usher.directClient();
                var second = usher.directClient();
                var through = usher.client()) {
            assertThat(direct.login("few", "secret").ok()).isTrue();
            assertThat(through.login("few", "secret").bytes()).isEqualTo(second.login("few", "secret").bytes());
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void allowFromHoldsForTheAddressThatATrustedBalancerTells(TestServer server) throws Exception {
        account(server, "inside", "secret");
        AccountConfig restricted = new AccountConfig("inside", Optional.of(Secret.of("secret")), List.of(Cidr.parse("10.0.0.0/8")));
        byte[] local = "PROXY TCP4 10.1.2.3 10.0.0.1 4000 3306\r\n".getBytes(US_ASCII);
        byte[] foreign = "PROXY TCP4 192.0.2.7 10.0.0.1 4000 3306\r\n".getBytes(US_ASCII);
        byte[] version2 = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0, 12, 10, 9, 9, 9, 10, 0, 0,
            1, 15, 0, 12, 0};
        try (var usher = UsherBefore.server(server, state, config -> config.withAccounts(restricted)
                .withClient(config.client().withProxyProtocolFrom(List.of(Cidr.parse("127.0.0.1/32")))
                        .withLoginTimeout(Duration.ofMillis(500))))) {
            for (byte[] header : List.of(local, version2)) {
                try (var client = WireClient.connect(usher.address(), header)) {
                    assertThat(client.login("inside", "secret").ok()).isTrue();
                }
            }
            try (var client = WireClient.connect(usher.address(), foreign)) {
                assertThat(client.login("inside", "secret").error().message())
                        .isEqualTo("Access denied for user 'inside'@'192.0.2.7' (using password: YES)");
            }
            // No header at all: the trusted address must send one, and has as long as for any answer.
            try (var client = WireClient.connect(usher.address())) {
                assertThat(client.first().error().code()).isEqualTo(1159);
            }
        }
        Path socket = state.resolve("clients-" + server.port());
        try (var usher = UsherBefore.server(server, state, config -> config.withAccounts(restricted)
                .withListen(new ListenAddress.Tcp("127.0.0.1", 0), new ListenAddress.Unix(socket)))) {
            // From an address that is not trusted the header is no more than bytes that make no sense.
            try (var client = WireClient.connect(usher.address(), local)) {
                assertThat(client.read().error().code()).isIn(1835, 1156);
            }
            try (var client = usher.client();
                    var onSocket = WireClient.connect(UnixDomainSocketAddress.of(socket))) {
                assertThat(client.login("inside", "secret").error().code()).isEqualTo(1045);
                assertThat(onSocket.login("inside", "secret").error().code()).isEqualTo(1045);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aUnixSocketIsAsGoodAsTlsForAPassword(TestServer server) throws Exception {
        account(server, "local", "secret");
        Path socket = state.resolve("local-" + server.port());
        try (var usher = UsherBefore.server(server, state, config -> config.withListen(new ListenAddress.Unix(socket)))) {
            for (int time = 0; time < 2; time++) {
                try (var client = WireClient.connect(UnixDomainSocketAddress.of(socket))) {
                    assertThat(client.login("local", "secret").ok()).isTrue();
                    assertThat(client.asked().contains("full")).isEqualTo(time == 0 && server.flavour() == Flavour.MYSQL);
                }
            }
            assertThat(usher.count("logins_relayed_total")).isEqualTo(server.flavour() == Flavour.MYSQL ? 0 : 1);
        }
    }
}
