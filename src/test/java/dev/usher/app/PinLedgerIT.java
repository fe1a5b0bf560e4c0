package dev.usher.app;

import static dev.usher.testing.Sql.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.admin.PinRow;
import dev.usher.admin.PinTotalRow;
import dev.usher.config.PinConfig;
import dev.usher.config.PoolConfig;
import dev.usher.testing.Opened;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is told about pins, and how long they may last. */
class PinLedgerIT {
    @TempDir
    private Path state;

    @RegisterExtension
    private final Opened open = new Opened();

    private RunningUsher usher(UnaryOperator<PoolConfig> change) {
        return open.add(RunningUsher.before(TestServers.find(ServerKind.EMBEDDED).orElseThrow().port(), state,
                config -> config.withPool(change.apply(config.pool()))));
    }

    private Connection session(RunningUsher usher) throws SQLException {
        return open.add(DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + usher.address().getPort()
                + "/test?user=app&password=app-secret&sslMode=trust&connectionAttributes=program_name:ledger"));
    }

    @Test
    void tellsWhatPinsWithoutItsValuesAndWhatItCostsOthers() throws Exception {
        RunningUsher usher = usher(pool -> pool.withMaxServerConnections(2));
        Connection one = session(usher);
        Connection blocker = session(usher);
        Connection other = session(usher);
        run(one, "SELECT GET_LOCK('secret', 7)");
        run(blocker, "BEGIN");
        CompletableFuture<Void> waits = CompletableFuture.runAsync(() -> {
            try {
                run(other, "SELECT 1");
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        });
        Awaitility.await().untilAsserted(() -> assertThat(usher.pins()).filteredOn(pin -> pin.reason().equals("named-lock"))
                .singleElement().satisfies(pin -> {
                    assertThat(pin.statement()).isEqualTo("SELECT GET_LOCK(?, ?)");
                    assertThat(pin.account()).isEqualTo("app");
                    assertThat(pin.waited()).isPositive();
                }));
        run(one, "SELECT RELEASE_LOCK('secret')");
        waits.join();
        assertThat(usher.pins()).extracting(PinRow::statement).containsExactly("BEGIN");
        assertThat(usher.pinTotals()).filteredOn(total -> total.statement().equals("SELECT GET_LOCK(?, ?)")).singleElement()
                .satisfies(total -> assertThat(total.waited()).isPositive())
                .extracting(PinTotalRow::pins)
                .isEqualTo(1L);
    }

    @Test
    void endsASessionThatKeepsItsConnectionForTooLong() throws SQLException {
        RunningUsher usher = usher(pool -> pool.withPins(new PinConfig(Duration.ofMillis(1), Duration.ZERO, true)));
        Connection session = session(usher);
        run(session, "BEGIN");
        run(session, "COMMIT");
        run(session, "CREATE TEMPORARY TABLE kept (x INT)");
        Awaitility.await().untilAsserted(() -> assertThat(usher.clients()).isEmpty());
        assertThatThrownBy(() -> run(session, "SELECT 1")).isInstanceOf(SQLException.class);
    }

    @Test
    void endsASessionWhoseTransactionRunsNothing() throws SQLException {
        RunningUsher usher = usher(pool -> pool.withPins(new PinConfig(Duration.ZERO, Duration.ofMillis(1), false)));
        Connection session = session(usher);
        run(session, "BEGIN");
        Awaitility.await().untilAsserted(() -> assertThat(usher.clients()).isEmpty());
        assertThatThrownBy(() -> run(session, "SELECT 1")).hasMessageContaining("idle-transaction-limit");
    }

    /** A connection pool that keeps its connections alive keeps no transaction alive. */
    @Test
    void endsASessionWhoseTransactionRunsNothingButPings() throws SQLException {
        RunningUsher usher = usher(pool -> pool.withPins(new PinConfig(Duration.ZERO, Duration.ofSeconds(2), false)));
        Connection session = session(usher);
        run(session, "BEGIN");
        Awaitility.await().pollInterval(Duration.ofMillis(200)).until(() -> !session.isValid(5));
        assertThat(usher.clients()).isEmpty();
    }

    @Test
    void storedCodePinsUnlessItIsTrusted() throws SQLException {
        RunningUsher careful = usher(pool -> pool.withMaxServerConnections(2));
        Connection session = session(careful);
        run(session, "CREATE OR REPLACE FUNCTION test.trusted() RETURNS INT RETURN 1");
        run(session, "CREATE OR REPLACE PROCEDURE test.trusted_too() SET @seen = test.trusted()");
        for (String sql : List.of("SELECT test.trusted()", "CALL test.trusted_too()")) {
            Connection pinned = session(careful);
            run(pinned, sql);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(careful.pins()).extracting(PinRow::reason).containsExactly("server-side-code"));
            pinned.close();
            Awaitility.await().untilAsserted(() -> assertThat(careful.pins()).isEmpty());
        }

        RunningUsher trusting = usher(pool -> pool.withMaxServerConnections(1).withTrustServerSideCode(true));
        Connection one = session(trusting);
        Connection other = session(trusting);
        for (Connection each : List.of(one, other, one)) {
            // With one server connection, a session that is pinned to it would keep the other waiting until it is refused.
            run(each, "SELECT test.trusted()");
            run(each, "CALL test.trusted_too()");
        }
        assertThat(trusting.pins()).isEmpty();
        assertThat(trusting.pinTotals()).isEmpty();
    }
}
