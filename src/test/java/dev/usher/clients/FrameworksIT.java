package dev.usher.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.usher.admin.PinTotalRow;
import dev.usher.app.Snapshots;
import dev.usher.app.Usher;
import dev.usher.config.HandOver;
import dev.usher.config.HostAndPort;
import dev.usher.config.ListenAddress;
import dev.usher.config.UsherConfig;
import dev.usher.testing.Flavour;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestCertificate;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Frameworks as applications use them, with what they send on a new connection, their transactions, savepoints and errors: none keeps a server connection outside
 * of a transaction. Each has more clients than there are server connections, in {@code shuffle}, and sees what it sees directly.
 */
class FrameworksIT {
    private static final String SCHEMA = "frameworks";
    private static final String PASSWORD = "frameworks-secret";
    /** Three can be lent; the fourth is the lane for logins. */
    private static final int SERVER_CONNECTIONS = 4;
    /** {@code SET TRANSACTION}, which some send in front of the statement that begins it, is a part of the transaction. */
    private static final Set<String> TRANSACTION = Set.of("transaction", "savepoint", "one-shot-setting");

    @TempDir
    private Path state;

    @TestFactory
    Stream<DynamicNode> aFrameworkDoesNotPin() {
        return Stream.of(ServerKind.EMBEDDED, ServerKind.MYSQL).flatMap(kind -> TestServers.find(kind).stream()).map(server -> {
            Endpoint direct = prepare(server);
            return dynamicContainer(server.name(), programs(server).stream().map(program -> on(server, direct, program)));
        });
    }

    private DynamicNode on(TestServer server, Endpoint direct, ClientProgram program) {
        Comparison comparison = new Comparison(program, direct);
        return dynamicContainer(program.name(), List.of(
                dynamicTest("direct", comparison::directly),
                dynamicTest("through Usher, in a busy pool", () -> {
                    try (Usher usher = usher(server)) {
                        comparison.through(((InetSocketAddress) usher.addresses().getFirst()).getPort(), false);
                        long pins = transactionsAlone(usher.snapshots());
                        // .ci/run looks for these lines.
                        System.out.printf("TESTED CLIENT: %s × %s: %d leases of %d server connections, %d transactions, no other pin%n",
                                program.name(),
                                server.name(), status(usher, "leases_total"), SERVER_CONNECTIONS - 1, pins);
                    }
                })));
    }

    /** @return how many pins there were */
    private static long transactionsAlone(Snapshots seen) {
        Awaitility.await().untilAsserted(() -> assertThat(seen.clients()).as("clients").isEmpty());
        assertThat(seen.status().get("lease_waits_total")).as("statements that waited").asInstanceOf(InstanceOfAssertFactories.LONG)
                .isGreaterThan(100);
        List<PinTotalRow> totals = seen.pinTotals();
        assertThat(totals).as("pins").isNotEmpty().allSatisfy(total -> assertThat(TRANSACTION).contains(total.reason().split(",")));
        assertThat(totals).filteredOn(total -> total.reason().equals("one-shot-setting")).extracting(PinTotalRow::statement)
                .isSubsetOf("SET …");
        // The ledger has the reason of the first pin of each statement; these count every text that takes something.
        assertThat(seen.status()).as("pins by statements' texts").allSatisfy((name, value) -> {
            if (name.startsWith("pins_") && !name.equals("pins_transaction_total") && !name.equals("pins_savepoint_total")) {
                assertThat(value).as(name).isEqualTo(0L);
            }
        });
        return totals.stream().mapToLong(PinTotalRow::pins).sum();
    }

    /** What the others rely on: a pin in between is in the ledger when its client has gone. */
    @Test
    void aPinWouldBeSeen() throws SQLException {
        TestServer server = TestServers.find(ServerKind.EMBEDDED).orElseThrow();
        Endpoint direct = prepare(server);
        try (Usher usher = usher(server)) {
            int port = ((InetSocketAddress) usher.addresses().getFirst()).getPort();
            try (var connection = DriverManager.getConnection(
                    JdbcDriver.MARIADB.url(new Endpoint(direct.host(), port, SCHEMA, PASSWORD, SCHEMA, false), Map.of()), SCHEMA, PASSWORD);
                    var statement = connection.createStatement()) {
                statement.execute("DO GET_LOCK('frameworks', 0)");
            }
            Awaitility.await().untilAsserted(() -> assertThat(usher.snapshots().pinTotals()).extracting(PinTotalRow::reason)
                    .containsExactly("named-lock"));
            assertThat(status(usher, "pins_named_lock_total")).isEqualTo(1);
        }
    }

    private static long status(Usher usher, String name) {
        return (Long) usher.snapshots().status().get(name);
    }

    private static List<ClientProgram> programs(TestServer server) {
        List<ClientProgram> all = new ArrayList<>();
        all.add(ClientPrograms.find("Laravel's Eloquent %s", packageVersion("php-illuminate-database"), script("php", "laravel.php"),
                List.of()));
        all.add(ClientPrograms.find("Doctrine DBAL %s", packageVersion("php-doctrine-dbal"), script("php", "doctrine.php"), List.of()));
        all.add(ClientPrograms.find("PDO of PHP %s as Laravel 10, 12, Yii and WordPress connect",
                List.of("php", "-r", "extension_loaded('pcntl') && extension_loaded('pdo_mysql') || exit(1); echo PHP_VERSION;"),
                script("php", "preambles.php"), List.of()));
        for (String driver : List.of("pymysql", "MySQLdb")) {
            all.add(ClientPrograms.find("Django %s with " + driver,
                    List.of("/usr/bin/python3", "-c", "import cryptography, django, " + driver + "; print(django.__version__)"),
                    script("/usr/bin/python3", "django_app.py"), List.of(driver)));
        }
        for (String framework : List.of("sequelize", "knex")) {
            all.add(ClientPrograms.find(framework.substring(0, 1).toUpperCase(Locale.ROOT) + framework.substring(1) + " %s",
                    List.of("node", "-p", "require('" + ClientPrograms.NODE + "/node_modules/" + framework + "/package.json').version"),
                    script("node", "node.mjs"), List.of(framework)));
        }
        all.add(new HibernateProgram(server.flavour() == Flavour.MYSQL ? JdbcDriver.MYSQL : JdbcDriver.MARIADB));
        return all;
    }

    private static List<String> packageVersion(String name) {
        return List.of("sh", "-c", "version=$(dpkg-query -W -f '${source:Upstream-Version}' \"$0\") && echo \"${version%+dfsg}\"", name);
    }

    private static List<String> script(String interpreter, String name) {
        return List.of(interpreter, ClientPrograms.script("frameworks/" + name));
    }

    private Usher usher(TestServer server) {
        UsherConfig config = UsherConfig.forServer(new HostAndPort(server.host(), server.port()));
        return Usher.start(config.withListen(new ListenAddress.Tcp("127.0.0.1", 0))
                .withAdmin(config.admin().withListen(Optional.empty()))
                .withTls(TestCertificate.in(state, config.tls()))
                .withPool(config.pool().withHandOver(HandOver.SHUFFLE).withMaxServerConnections(SERVER_CONNECTIONS).withWorkers(1)
                        .withWaitLimit(Duration.ofSeconds(60))));
    }

    private static Endpoint prepare(TestServer server) {
        try (var connection = server.connect();
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE IF NOT EXISTS " + SCHEMA + " CHARACTER SET utf8mb4");
            statement.execute("CREATE USER IF NOT EXISTS '" + SCHEMA + "'@'%' IDENTIFIED BY '" + PASSWORD + "'");
            statement.execute("GRANT ALL ON " + SCHEMA + ".* TO '" + SCHEMA + "'@'%'");
        } catch (SQLException e) {
            throw new AssertionError("cannot prepare " + server.name(), e);
        }
        return new Endpoint(server.host(), server.port(), SCHEMA, PASSWORD, SCHEMA, false);
    }
}
