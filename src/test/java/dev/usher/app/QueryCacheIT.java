package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.admin.ClientRow;
import dev.usher.config.HandOver;
import dev.usher.testing.FakeClient;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** MariaDB's query cache, which does not go together with a session whose transactions are tracked. */
class QueryCacheIT {
    private static final TestAccount ROOT = new TestAccount("root", "", "");

    @TempDir
    private Path state;

    static List<ServerKind> mariaDbs() {
        return TestServers.installed().stream().filter(kind -> kind != ServerKind.MYSQL).toList();
    }

    @ParameterizedTest
    @MethodSource("mariaDbs")
    void isUsedThroughUsherAndASetTransactionStaysWithItsTransaction(ServerKind kind) throws IOException {
        try (TestServer server = TestServers.start(kind, "--query-cache-type=1", "--query-cache-size=1M");
                RunningUsher usher = RunningUsher.knowing(ROOT, server.port(), state,
                        config -> config.withPool(config.pool().withMaxServerConnections(3).withHandOver(HandOver.SHUFFLE)));
                FakeClient one = usher.client(ROOT);
                FakeClient two = usher.client(ROOT)) {
            one.query("CREATE DATABASE cached");
            one.query("CREATE TABLE cached.t (a INT) ENGINE=InnoDB");
            for (int i = 0; i < 5; i++) {
                one.query("SELECT a FROM cached.t");
            }
            assertThat(hits(one)).isPositive();

            // The next transaction alone can read what the other one has not committed.
            two.query("BEGIN");
            two.query("INSERT INTO cached.t VALUES (1)");
            one.query("SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED");
            assertThat(pins(usher)).contains("one-shot-setting");
            one.query("BEGIN");
            assertThat(one.query("SELECT COUNT(*) FROM cached.t").rows()).containsExactly(List.of("1"));
            one.query("COMMIT");
            assertThat(pins(usher)).containsExactly("transaction");
            one.query("BEGIN");
            assertThat(one.query("SELECT COUNT(*) FROM cached.t").rows()).containsExactly(List.of("0"));
            one.query("COMMIT");
            two.query("ROLLBACK");
        }
    }

    private static int hits(FakeClient client) throws IOException {
        return Integer.parseInt(client.query("SHOW GLOBAL STATUS LIKE 'Qcache_hits'").rows().getFirst().get(1));
    }

    private static List<String> pins(RunningUsher usher) {
        return usher.clients().stream().map(ClientRow::pinReason).filter(Objects::nonNull).toList();
    }
}
