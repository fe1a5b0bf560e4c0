package dev.usher.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The differential test finds an Usher that forgets one kind of state, and finds nothing in the same script without the fault. */
class PlantedFaultsIT {
    private static final int STEPS = 500;
    private static final int SCRIPTS = 12;

    @TempDir
    private static Path state;

    private static TestServer server;
    private static UsherInFront healthy;

    static Stream<PlantedFault> faults() {
        Stream<PlantedFault> variables = Stream.of("time_zone", "sql_mode", "autocommit", "character_set_client", "character_set_results",
                "collation_connection", "lc_time_names", "auto_increment_increment", "sql_safe_updates")
                .map(name -> PlantedFault.in("forgets " + name, "session.Baseline", "isState").when(0, name));
        Stream<PlantedFault> pins = Stream.of("TRANSACTION", "TEMPORARY_TABLE", "TABLE_LOCK", "NAMED_LOCK", "HANDLER", "XA", "CURSOR",
                "LONG_DATA", "ONE_SHOT", "STORED_CODE", "SEQUENCE", "RESULTS_NOT_ASCII", "AUTO_IS_NULL", "SELECT_LIMIT")
                .map(name -> PlantedFault.in("does not pin for " + name, "session.Pin", "bit").when(0, name));
        Stream<PlantedFault> others = Stream.of(
                PlantedFault.in("forgets the schema", "session.SessionState", "schema"),
                PlantedFault.in("forgets user variables", "session.UserVariables", "differFrom"),
                PlantedFault.in("forgets statements prepared by name", "proxy.SqlPreparing", "missing"),
                PlantedFault.in("forgets the insert id", "session.Session", "lastInsertId()J"),
                PlantedFault.in("inserts with another session's insert id", "proxy.Restoring", "insertIdDue"),
                PlantedFault.in("forgets row counts", "session.Leftovers", "concerns"),
                PlantedFault.in("does not ask for FOUND_ROWS()", "session.Leftovers", "foundRowsUnread"),
                PlantedFault.in("forgets warnings", "session.Leftovers", "conditionsUnread"),
                PlantedFault.in("forgets the types of parameters", "session.PreparedStatement", "types()[B"),
                PlantedFault.in("prepares in the state of now", "session.SessionState", "toPrepare"),
                PlantedFault.in("does not read back what no tracker reports", "session.Session", "read"),
                PlantedFault.in("believes MariaDB's tracker", "pool.ServerConnection", "optionBitsChanged"));
        return Stream.of(variables, pins, others).flatMap(each -> each);
    }

    @BeforeAll
    static void start() throws Exception {
        // Locks that a fault leaves behind should not be waited for as long as usual.
        server = TestServers.start(ServerKind.EMBEDDED, "--innodb-lock-wait-timeout=1", "--lock-wait-timeout=2");
        TestAccount account = server.accounts().getFirst();
        new Fixture(server).create();
        healthy = new UsherInFront(server.port(), state, account.user(), account.password());
    }

    @AfterAll
    static void stop() {
        healthy.close();
        server.close();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void isFound(PlantedFault fault) throws Exception {
        TestAccount account = server.accounts().getFirst();
        Generator generator = new Generator(server.flavour(), topic -> true);
        Script script = null;
        Optional<Difference> found = Optional.empty();
        try (var usher = fault.start(server.port(), state, account.user(), account.password())) {
            Stage stage = new Stage(server, new InetSocketAddress("127.0.0.1", usher.getAsInt()));
            for (int seed = 1; seed <= SCRIPTS && found.isEmpty(); seed++) {
                script = generator.script(seed, STEPS);
                found = stage.play(script);
            }
        }
        if (script == null || found.isEmpty()) {
            fail("not found in %d statements", SCRIPTS * STEPS);
            return;
        }
        Script upToIt = script.withSteps(script.steps().subList(0, found.get().index() + 1));
        Stage stage = new Stage(server, new InetSocketAddress("127.0.0.1", healthy.getAsInt()));
        assertThat(stage.play(upToIt)).as("without the fault").isEmpty();
    }
}
