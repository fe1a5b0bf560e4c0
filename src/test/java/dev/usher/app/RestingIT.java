package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.usher.config.PoolConfig;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of the server connections of clients that run nothing, where nobody waits for one. */
class RestingIT {
    private static final TestAccount ROOT = new TestAccount("root", "", "");

    @TempDir
    private Path state;

    static List<ServerKind> servers() {
        return TestServers.installed();
    }

    private RunningUsher lazy(TestServer server, UnaryOperator<PoolConfig> change) {
        return RunningUsher.knowing(ROOT, server.port(), state,
                config -> config.withPool(change.apply(config.pool().withMaxServerConnections(8))));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whoHasRunNothingForAWhileGivesItsConnectionUpBeforeAnotherOneIsOpened(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        try (RunningUsher usher = lazy(server, pool -> pool);
                RawSession one = RawSession.open(usher.address(), ROOT)) {
            // Known from their text, so that nothing has to be asked.
            one.run("SET @kept = 'the first one''s'");
            one.run("SET time_zone = '+03:00'");
            List<Long> threads = usher.serverThreads();

            // Longer than the second that it may keep it for.
            await().pollDelay(Duration.ofMillis(1500)).until(() -> true);
            try (RawSession two = RawSession.open(usher.address(), ROOT)) {
                two.run("SET @kept = 'the second one''s'");

                assertThat(usher.serverThreads()).isEqualTo(threads);
                assertThat(usher.status("leases_taken_back_total")).isPositive();
                assertThat(one.run("SELECT @kept, @@time_zone")).anyMatch(row -> row.contains("the first one's") && row.contains("+03:00"));
                assertThat(two.run("SELECT @kept, @@time_zone"))
                        .anyMatch(row -> row.contains("the second one's") && row.contains("SYSTEM"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void connectionsOfIdleClientsAreClosedButForOneAndTheirStateStays(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        try (RunningUsher usher = lazy(server, pool -> pool.withServerIdleLimit(Duration.ofSeconds(3)));
                RawSession one = RawSession.open(usher.address(), ROOT);
                RawSession two = RawSession.open(usher.address(), ROOT)) {
            one.run("BEGIN");
            for (RawSession each : List.of(one, two)) {
                each.run("SELECT " + each.id() + " INTO @kept");
            }
            assertThat(usher.serverConnections()).isEqualTo(2);
            one.run("COMMIT");

            await().atMost(Duration.ofSeconds(20)).until(() -> usher.serverConnections() == 1);

            for (RawSession each : List.of(one, two)) {
                assertThat(each.run("SELECT @kept")).anyMatch(row -> row.contains(String.valueOf(each.id())));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void oneThatASessionMayNotHaveGivesWayWhereTheAccountCanHaveNoMore(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        try (RunningUsher usher = lazy(server, pool -> pool.withPerAccountLimit(OptionalInt.of(1)).withWaitLimit(Duration.ofSeconds(5)));
                RawSession one = RawSession.open(usher.address(), ROOT)) {
            one.run("USE mysql");
            // No statement takes a server connection out of its schema.
            try (RawSession two = RawSession.open(usher.address(), ROOT)) {
                assertThat(two.run("SELECT COALESCE(DATABASE(), 'none')")).anyMatch(row -> row.contains("none"));
                assertThat(one.run("SELECT DATABASE()")).anyMatch(row -> row.contains("mysql"));
                assertThat(two.run("SELECT COALESCE(DATABASE(), 'none')")).anyMatch(row -> row.contains("none"));
                assertThat(usher.serverConnections()).isEqualTo(1);
            }
        }
    }
}
