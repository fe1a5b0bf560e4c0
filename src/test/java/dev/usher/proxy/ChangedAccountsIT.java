package dev.usher.proxy;

import static dev.usher.proxy.UsherBefore.onServer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.config.HandOver;
import dev.usher.config.UsherConfig;
import dev.usher.testing.Flavour;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import dev.usher.wire.Command;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nobody gets in, or gets rights, whom the server would not give them: accounts that change, roles, and accounts side by side. */
class ChangedAccountsIT {
    @TempDir
    private static Path state;

    static Stream<TestServer> servers() {
        return TestServers.all().stream();
    }

    static Stream<TestServer> mariaDbs() {
        return servers().filter(server -> server.flavour() == Flavour.MARIADB);
    }

    private static void account(TestServer server, String user, String password) throws Exception {
        onServer(server, "DROP USER IF EXISTS '" + user + "'@'%'", "CREATE USER '" + user + "'@'%' IDENTIFIED BY '" + password + "'",
                "GRANT SELECT ON test.* TO '" + user + "'@'%'");
    }

    private static UsherConfig impatient(UsherConfig config) {
        return config.withPool(config.pool().withCredentialTtl(Duration.ofMillis(300)));
    }

    private static int refusal(Callable<WireClient> login) throws Exception {
        try (WireClient in = login.call()) {
            assertThat(in.first()).isNotNull();
            return 0;
        } catch (WireClient.Refused refused) {
            return refused.code();
        }
    }

    /** Logs in so that Usher knows the password afterwards, whatever the plugin. */
    private static void teach(UsherBefore usher, String user, String password) throws Exception {
        try (var client = usher.client().tls()) {
            assertThat(client.login(user, password).ok()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aPasswordChangedElsewhereIsAcceptedAtOnceAndTheOldOneSoonIsNot(TestServer server) throws Exception {
        account(server, "changes", "old");
        try (var usher = UsherBefore.server(server, state, ChangedAccountsIT::impatient)) {
            teach(usher, "changes", "old");
            onServer(server, "ALTER USER 'changes'@'%' IDENTIFIED BY 'new'");
            usher.session("changes", "new").close();
            Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> refusal(() -> usher.session("changes", "old")) == 1045);
            usher.session("changes", "new").close();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void anAccountLockedOrDroppedElsewhereIsSoonRefusedAsTheServerDoes(TestServer server) throws Exception {
        for (String change : List.of("ALTER USER 'ends'@'%' ACCOUNT LOCK", "DROP USER 'ends'@'%'")) {
            account(server, "ends", "secret");
            try (var usher = UsherBefore.server(server, state, ChangedAccountsIT::impatient)) {
                teach(usher, "ends", "secret");
                onServer(server, change);
                Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> refusal(() -> usher.session("ends", "secret")) != 0);
                try (var client = usher.client();
                        var direct = usher.directClient()) {
                    assertThat(client.login("ends", "secret").bytes()).isEqualTo(direct.login("ends", "secret").bytes());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void anAccountDroppedThroughUsherIsRefusedAtOnce(TestServer server) throws Exception {
        account(server, "drops", "secret");
        try (var usher = UsherBefore.server(server, state, config -> config)) {
            teach(usher, "drops", "secret");
            try (var root = usher.session("root", "")) {
                root.query("DROP USER 'drops'@'%'");
            }
            assertThat(refusal(() -> usher.session("drops", "secret"))).isEqualTo(1045);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aSessionThatChangesItsOwnPasswordGoesOn(TestServer server) throws Exception {
        account(server, "own", "old");
        try (var usher = UsherBefore.server(server, state, config -> config.withPool(config.pool().withHandOver(HandOver.EAGER)))) {
            teach(usher, "own", "old");
            try (var session = usher.session("own", "old")) {
                session.query("SET PASSWORD = " + (server.flavour() == Flavour.MYSQL ? "'new'" : "PASSWORD('new')"));
                assertThat(session.value("SELECT 1")).isEqualTo("1");
                teach(usher, "own", "new");
                assertThat(session.value("SELECT 2")).isEqualTo("2");
                assertThat(refusal(() -> usher.session("own", "old"))).isEqualTo(1045);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aWrongPasswordTakesNothingFromWhoIsIn(TestServer server) throws Exception {
        account(server, "stays", "secret");
        try (var usher = UsherBefore.server(server, state, config -> config)) {
            teach(usher, "stays", "secret");
            assertThat(refusal(() -> usher.session("stays", "wrong"))).isEqualTo(1045);
            long relayed = usher.count("logins_relayed_total");
            usher.session("stays", "secret").close();
            assertThat(usher.count("logins_relayed_total")).isEqualTo(relayed);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whoLogsInAfterARevokeHasNotTheRightAnyMore(TestServer server) throws Exception {
        // A global right is read at login, so the server connection itself would still have it.
        account(server, "revoked", "secret");
        onServer(server, "GRANT SELECT ON *.* TO 'revoked'@'%'");
        try (var usher = UsherBefore.server(server, state, config -> config.withPool(config.pool().withHandOver(HandOver.EAGER)))) {
            teach(usher, "revoked", "secret");
            try (var before = usher.session("revoked", "secret");
                    var root = usher.session("root", "")) {
                assertThat(before.value("SELECT COUNT(*) > 0 FROM mysql.user")).isEqualTo("1");
                root.query("REVOKE SELECT ON *.* FROM 'revoked'@'%'");
                try (var after = usher.session("revoked", "secret")) {
                    assertThatThrownBy(() -> after.query("SELECT COUNT(*) > 0 FROM mysql.user")).hasMessageContaining("1142");
                    assertThat(before.value("SELECT 1")).isEqualTo("1");
                    assertThatThrownBy(() -> after.query("SELECT COUNT(*) > 0 FROM mysql.user")).hasMessageContaining("1142");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whoChoosesASchemaAfterAGrantHasTheRightToItOnEveryConnection(TestServer server) throws Exception {
        account(server, "chooses", "secret");
        onServer(server, "DROP TABLE IF EXISTS test.chosen", "CREATE TABLE test.chosen (a INT)");
        try (var usher = UsherBefore.server(server, state, config -> config.withPool(config.pool().withHandOver(HandOver.SHUFFLE)))) {
            teach(usher, "chooses", "secret");
            try (var one = usher.session("chooses", "secret");
                    var two = usher.session("chooses", "secret");
                    var root = usher.session("root", "")) {
                for (String both : List.of("USE test", "BEGIN", "SELECT COUNT(*) FROM chosen", "COMMIT")) {
                    one.query(both);
                    two.query(both);
                }
                root.query("GRANT INSERT ON test.* TO 'chooses'@'%'");
                one.query("USE test");
                for (int i = 0; i < 6; i++) {
                    one.query("INSERT INTO chosen VALUES (1)");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aRevokeElsewhereHoldsForLoginsAfterThePrivilegeTtl(TestServer server) throws Exception {
        account(server, "ttl", "secret");
        onServer(server, "GRANT SELECT ON *.* TO 'ttl'@'%'");
        try (var usher =
                UsherBefore.server(server, state, config -> config.withPool(config.pool().withPrivilegeTtl(Duration.ofMillis(200))))) {
            teach(usher, "ttl", "secret");
            onServer(server, "REVOKE SELECT ON *.* FROM 'ttl'@'%'");
            Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> {
                try (var session = usher.session("ttl", "secret")) {
                    session.query("SELECT COUNT(*) FROM mysql.user");
                    return false;
                } catch (WireClient.Refused refused) {
                    return refused.code() == 1142;
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aRoleEndsWithItsSessionHoweverItWasSet(TestServer server) throws Exception {
        account(server, "roles", "secret");
        onServer(server, "DROP ROLE IF EXISTS powerful", "CREATE ROLE powerful", "GRANT SELECT ON *.* TO powerful",
                "GRANT powerful TO 'roles'@'%'",
                "DROP PROCEDURE IF EXISTS test.become", "CREATE PROCEDURE test.become() SQL SECURITY INVOKER SET ROLE powerful",
                "GRANT EXECUTE ON test.* TO 'roles'@'%'");
        List<List<String>> ways = new ArrayList<>(List.of(
                List.of("SET ROLE powerful"),
                List.of("PREPARE s FROM 'SET ROLE powerful'", "EXECUTE s", "DEALLOCATE PREPARE s"),
                List.of("CALL test.become()")));
        if (server.flavour() == Flavour.MARIADB) {
            ways.add(List.of("EXECUTE IMMEDIATE 'SET ROLE powerful'"));
        }
        for (HandOver handOver : List.of(HandOver.EAGER, HandOver.SHUFFLE)) {
            try (var usher = UsherBefore.server(server, state,
                    config -> config.withPool(config.pool().withHandOver(handOver).withMaxServerConnections(3)))) {
                teach(usher, "roles", "secret");
                for (List<String> way : ways) {
                    for (String end : List.of("quit", "reset", "change")) {
                        try (var with = usher.session("roles", "secret")) {
                            String none = with.value("SELECT CURRENT_ROLE()");
                            for (String sql : way) {
                                try {
                                    with.query(sql);
                                } catch (WireClient.Refused notPreparable) {
                                    assertThat(notPreparable.code()).isEqualTo(1295);
                                }
                            }
                            if (end.equals("reset")) {
                                assertThat(with.command(Command.RESET_CONNECTION).ok()).isTrue();
                            } else if (end.equals("change")) {
                                assertThat(with.changeUser("roles", "secret", null).ok()).isTrue();
                                assertThat(with.value("SELECT CURRENT_ROLE()")).as("%s, %s", way, end).isEqualTo(none);
                            }
                            for (int other = 0; other < 3; other++) {
                                try (var next = usher.session("roles", "secret")) {
                                    assertThat(next.value("SELECT CURRENT_ROLE()")).as("%s, %s", way, end).isEqualTo(none);
                                }
                            }
                        }
                        try (var next = usher.session("roles", "secret")) {
                            assertThat(next.value("SELECT CURRENT_ROLE()")).as("%s, %s", way, end).doesNotContain("powerful");
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aChangeOfAccountIsDecidedByTheServer(TestServer server) throws Exception {
        account(server, "first", "one");
        account(server, "second", "two");
        try (var usher = UsherBefore.server(server, state, config -> config)) {
            for (int time = 0; time < 2; time++) {
                try (var client = usher.client().named("libmariadb")) {
                    assertThat(client.login("first", "one").ok()).isTrue();
                    client.query("SET @mine = 1");
                    assertThat(client.changeUser("second", "two", "test").ok()).isTrue();
                    assertThat(client.value("SELECT CURRENT_USER()")).isEqualTo("second@%");
                    assertThat(client.value("SELECT DATABASE()")).isEqualTo("test");
                    assertThat(client.value("SELECT @mine")).isEqualTo("NULL");
                    assertThat(client.changeUser("first", "wrong", null).error().code()).isEqualTo(1045);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aSessionNeverRunsAsSomebodyElse(TestServer server) throws Exception {
        for (String user : List.of("side0", "side1", "side2")) {
            account(server, user, user);
        }
        for (HandOver handOver : List.of(HandOver.EAGER, HandOver.SHUFFLE)) {
            try (var usher = UsherBefore.server(server, state,
                    config -> config.withPool(config.pool().withHandOver(handOver).withMaxServerConnections(6)));
                    var crowd = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Void>> all = new ArrayList<>();
                for (int i = 0; i < 24; i++) {
                    String user = "side" + i % 3;
                    all.add(crowd.submit(() -> {
                        try (var session = usher.client().tls()) {
                            assertThat(session.login(user, user).ok()).isTrue();
                            for (int n = 0; n < 10; n++) {
                                assertThat(session.value("SELECT CURRENT_USER()")).isEqualTo(user + "@%");
                            }
                            return null;
                        }
                    }));
                }
                for (Future<Void> each : all) {
                    each.get();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("mariaDbs")
    void theSystemUsersAccountIsNotForWhoeverReachesUsher(TestServer server) throws Exception {
        String system = System.getProperty("user.name");
        onServer(server, "DROP USER IF EXISTS '" + system + "'@'localhost'",
                "CREATE USER '" + system + "'@'localhost' IDENTIFIED VIA unix_socket",
                "GRANT ALL ON *.* TO '" + system + "'@'localhost' WITH GRANT OPTION", "DROP USER IF EXISTS 'peer'@'%', 'peer'@'localhost'",
                "CREATE USER 'peer'@'%' IDENTIFIED BY 'secret'", "CREATE USER 'peer'@'localhost' IDENTIFIED BY 'secret'",
                "GRANT ALL ON *.* TO 'peer'@'localhost'");
        for (boolean socket : List.of(false, true)) {
            try (var usher = UsherBefore.server(server, state,
                    config -> (socket ? config.withServer(config.server().withSocket(server.socket())) : config)
                            .withPool(config.pool().withHandOver(HandOver.SHUFFLE)))) {
                for (boolean tls : List.of(false, true)) {
                    try (var client = tls ? usher.client().tls() : usher.client();
                            var direct = usher.directClient()) {
                        assertThat(client.login(system, "guess").bytes()).isEqualTo(direct.login(system, "guess").bytes());
                    }
                }
                // One that tells Usher its password of its own accord.
                try (var client = usher.client().tls().answeringBy("caching_sha2_password")) {
                    WireClient.Packet last = client.login(system, "guess");
                    assertThat(client.asked()).contains("full");
                    assertThat(last.ok()).isFalse();
                }
                // Over the socket this name and password are another account, with more rights.
                for (int time = 0; time < 3; time++) {
                    try (var one = usher.session("peer", "secret");
                            var two = usher.session("peer", "secret")) {
                        one.query("BEGIN");
                        assertThat(one.value("SELECT CURRENT_USER()")).isEqualTo("peer@%");
                        assertThat(two.value("SELECT CURRENT_USER()")).isEqualTo("peer@%");
                    }
                }
            }
        }
        // As it was, for the tests that follow.
        onServer(server, "CREATE OR REPLACE USER '" + system + "'@'localhost' IDENTIFIED BY ''",
                "GRANT ALL ON *.* TO '" + system + "'@'localhost' WITH GRANT OPTION");
    }
}
