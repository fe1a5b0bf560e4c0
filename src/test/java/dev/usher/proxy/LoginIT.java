package dev.usher.proxy;

import static dev.usher.proxy.UsherBefore.onServer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.usher.config.AccountConfig;
import dev.usher.config.Secret;
import dev.usher.testing.Flavour;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in, on every server: who is let in, what is learned, and what the refused are told. */
class LoginIT {
    @TempDir
    private static Path state;

    static Stream<TestServer> servers() {
        return TestServers.all().stream();
    }

    static Stream<Arguments> accounts() {
        return servers().flatMap(server -> server.accounts().stream()
                .flatMap(account -> Stream.of(arguments(server, account, false), arguments(server, account, true))));
    }

    private static WireClient client(UsherBefore usher, boolean tls) throws Exception {
        return tls ? usher.client().tls() : usher.client();
    }

    @ParameterizedTest
    @MethodSource("accounts")
    void everyAccountOfTheServerLogsInAgainAndAgain(TestServer server, TestAccount account, boolean tls) throws Exception {
        try (var usher = UsherBefore.server(server, state, config -> config)) {
            for (int time = 0; time < 3; time++) {
                try (var client = client(usher, tls)) {
                    assertThat(client.login(account.user(), account.password(), "test").ok()).isTrue();
                    assertThat(client.value("SELECT CURRENT_USER()")).isEqualTo(account.user() + "@%");
                    assertThat(client.value("SELECT DATABASE()")).isEqualTo("test");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("accounts")
    void aWrongPasswordGetsTheServersOwnWords(TestServer server, TestAccount account, boolean tls) throws Exception {
        try (var usher = UsherBefore.server(server, state, config -> config)) {
            for (int time = 0; time < 2; time++) {
                String direct;
                try (var client = tls ? usher.directClient().tls() : usher.directClient()) {
                    direct = client.login(account.user(), "wrong").bytes();
                }
                try (var client = client(usher, tls)) {
                    assertThat(client.login(account.user(), "wrong").bytes()).isEqualTo(direct);
                    assertThat(client.atEnd()).isTrue();
                }
                // The second time Usher knows the right one.
                try (var client = client(usher, tls)) {
                    assertThat(client.login(account.user(), account.password()).ok()).isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void anUnknownUserGetsTheServersOwnWords(TestServer server) throws Exception {
        try (var usher = UsherBefore.server(server, state, config -> config);
                var direct = usher.directClient();
                var client = usher.client();
                var withoutPassword = usher.client();
                var directWithoutPassword = usher.directClient()) {
            assertThat(client.login("nobody", "wrong").bytes()).isEqualTo(direct.login("nobody", "wrong").bytes());
            assertThat(withoutPassword.login("nobody", "").bytes()).isEqualTo(directWithoutPassword.login("nobody", "").bytes());
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void anEmptyPasswordIsLearnedAndNoOtherIsTakenForIt(TestServer server) throws Exception {
        onServer(server,
                "CREATE OR REPLACE USER nopass IDENTIFIED BY ''".replace(server.flavour() == Flavour.MYSQL ? "OR REPLACE " : "~", ""));
        try (var usher = UsherBefore.server(server, state, config -> config)) {
            usher.session("nopass", "").close();
            long relayed = usher.count("logins_relayed_total");
            usher.session("nopass", "").close();
            assertThat(usher.count("logins_relayed_total")).isEqualTo(relayed);
            try (var client = usher.client()) {
                assertThat(client.login("nopass", "something").error().code()).isEqualTo(1045);
            }
        } finally {
            onServer(server, "DROP USER nopass");
        }
    }

    static Stream<Arguments> learning() {
        return accounts().filter(each -> {
            String plugin = ((TestAccount) each.get()[1]).plugin();
            return plugin.equals("mysql_native_password") || plugin.equals("caching_sha2_password");
        });
    }

    @ParameterizedTest
    @MethodSource("learning")
    void whatALoginTaughtServesTheNextWithoutTheServer(TestServer server, TestAccount account, boolean tls) throws Exception {
        try (var usher = UsherBefore.server(server, state, config -> config)) {
            try (var client = client(usher, tls).named("pymysql")) {
                assertThat(client.login(account.user(), account.password()).ok()).isTrue();
            }
            long relayed = usher.count("logins_relayed_total");
            long opened = usher.count("server_connections_opened_total");
            for (int time = 0; time < 5; time++) {
                try (var client = client(usher, tls)) {
                    assertThat(client.login(account.user(), account.password()).ok()).isTrue();
                }
            }
            assertThat(usher.count("logins_relayed_total")).isEqualTo(relayed);
            assertThat(usher.count("server_connections_opened_total")).isEqualTo(opened);
        }
    }

    @ParameterizedTest
    @MethodSource("accounts")
    void aToldAccountNeedsNoRelayAndTheServerStillDecides(TestServer server, TestAccount account, boolean tls) throws Exception {
        AccountConfig told = new AccountConfig(account.user(), Optional.of(Secret.of(account.password())), List.of());
        AccountConfig wrong = new AccountConfig("gone", Optional.of(Secret.of("right here")), List.of());
        try (var usher = UsherBefore.server(server, state, config -> config.withAccounts(told, wrong))) {
            for (int time = 0; time < 2; time++) {
                try (var client = client(usher, tls)) {
                    assertThat(client.login(account.user(), account.password()).ok()).isTrue();
                }
            }
            assertThat(usher.count("logins_relayed_total")).isZero();
            try (var client = client(usher, tls);
                    var direct = tls ? usher.directClient().tls() : usher.directClient()) {
                // For a name that it does not know a server pretends a plugin, and the code follows from that.
                assertThat(client.login("gone", "right here").error().code()).isEqualTo(direct.login("gone", "right here").error().code());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void theSchemaOfALoginIsCheckedByTheServer(TestServer server) throws Exception {
        TestAccount account = server.accounts().getFirst();
        onServer(server, "CREATE DATABASE IF NOT EXISTS forbidden");
        try (var usher = UsherBefore.server(server, state, config -> config)) {
            for (String schema : List.of("forbidden", "absent", "forbidden", "absent")) {
                try (var client = usher.client();
                        var direct = usher.directClient()) {
                    assertThat(client.login(account.user(), account.password(), schema).bytes())
                            .as(schema)
                            .isEqualTo(direct.login(account.user(), account.password(), schema).bytes());
                    assertThat(client.atEnd()).isTrue();
                }
            }
        } finally {
            onServer(server, "DROP DATABASE forbidden");
        }
    }

    /** Usher's own link has TLS, so the server would let in anybody. */
    @ParameterizedTest
    @MethodSource("servers")
    void anAccountThatRequiresTlsIsRefusedWithoutItInTheServersOwnWords(TestServer server) throws Exception {
        onServer(server, "DROP USER IF EXISTS careful", "CREATE USER careful IDENTIFIED BY 'secret' REQUIRE SSL",
                "GRANT SELECT ON test.* TO careful");
        try (var usher = UsherBefore.server(server, state, config -> config)) {
            String direct;
            try (var client = usher.directClient()) {
                direct = client.login("careful", "secret").bytes();
            }
            for (int time = 0; time < 2; time++) {
                try (var plain = usher.client();
                        var tls = usher.client().tls()) {
                    assertThat(plain.login("careful", "secret").bytes()).isEqualTo(direct);
                    assertThat(plain.atEnd()).isTrue();
                    assertThat(tls.login("careful", "secret").ok()).isTrue();
                    assertThat(tls.value("SELECT CURRENT_USER()")).isEqualTo("careful@%");
                }
            }
        }
        onServer(server, "DROP USER careful");
    }

    @ParameterizedTest
    @EnumSource(value = ServerKind.class, names = {"EMBEDDED", "MYSQL"})
    void aServerThatRequiresASecureTransportRequiresItOfClients(ServerKind kind) throws Exception {
        assumeThat(TestServers.installed()).contains(kind);
        try (TestServer server = TestServers.start(kind)) {
            TestAccount account = server.accounts().getFirst();
            onServer(server, "SET GLOBAL require_secure_transport = ON");
            try (var usher = UsherBefore.server(server, state, config -> config);
                    var direct = usher.directClient();
                    var plain = usher.client();
                    var tls = usher.client().tls()) {
                assertThat(plain.login(account.user(), account.password()).error())
                        .isEqualTo(direct.login(account.user(), account.password()).error());
                assertThat(tls.login(account.user(), account.password()).ok()).isTrue();
            }
        }
    }
}
