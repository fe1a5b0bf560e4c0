package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.config.ServerConnectionLimit;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import dev.usher.testing.WireClient;
import dev.usher.wire.ErrPacket;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients see that want a server connection while open transactions hold them all. */
class WaitQueueIT {
    /** One of them is the lane for logins. */
    private static final int BUDGET = 3;

    private static final int LENDABLE = 2;
    private static final long PATIENCE_SECONDS = 20;

    private static TestServer server;

    @TempDir
    static Path state;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<WireClient> open = new ArrayList<>();

    @BeforeAll
    static void start() throws SQLException {
        server = TestServers.start(ServerKind.EMBEDDED, "--max-connections=12");
        try (var connection = server.connect(); var statement = connection.createStatement()) {
            statement.execute("CREATE USER other@'%' IDENTIFIED BY 'app-secret'");
            statement.execute("GRANT ALL ON test.* TO other@'%'");
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void closeConnections() throws IOException {
        for (WireClient each : open) {
            each.close();
        }
        threads.shutdownNow();
    }

    @Test
    void refusesWith1040ThatSaysWhatHeldTheConnectionsWhenTheWaitLimitIsOver() throws Exception {
        try (Usher usher = start(Duration.ofSeconds(1), 100)) {
            WireClient waiting = connect(usher, "app");
            List<WireClient> holders = holdAll(usher);

            assertThatThrownBy(() -> select(waiting)).isInstanceOfSatisfying(WireClient.ServerError.class, refused -> {
                ErrPacket error = refused.error();
                assertThat(error.code()).isEqualTo(1040);
                assertThat(error.sqlState()).isEqualTo("08004");
                assertThat(error.message()).containsPattern("Too many connections: waited 1\\.\\d s .*of " + BUDGET + " server connections")
                        .contains("0 run statements", LENDABLE + " are held by open transactions");
            });
            commit(holders.getFirst());
            assertThat(select(waiting)).as("served, on the connection that was refused").isEqualTo(1);
        }
    }

    @Test
    void aStatementThatIsRefusedDoesNotPinItsSession() throws Exception {
        try (Usher usher = start(Duration.ofSeconds(1), 100)) {
            WireClient waiting = connect(usher, "app");
            List<WireClient> holders = holdAll(usher);
            for (String refused : List.of("CREATE TEMPORARY TABLE held (i INT)", "CALL nothing()", "SET @@unknown_here = 1")) {
                assertThatThrownBy(() -> waiting.query(refused)).isInstanceOfSatisfying(WireClient.ServerError.class,
                        error -> assertThat(error.error().code()).isEqualTo(1040));
                assertThat(pins(usher, waiting)).as(refused).isNull();
            }
            commit(holders.getFirst());
            assertThat(select(waiting)).isEqualTo(1);
            assertThat(pins(usher, waiting)).isNull();
        }
    }

    private static String pins(Usher usher, WireClient client) {
        return usher.snapshots().clients().stream().filter(row -> row.id() == client.connectionId()).findFirst().orElseThrow().pinReason();
    }

    @Test
    void servesWhoeverWaitsWhenATransactionEnds() throws Exception {
        try (Usher usher = start(Duration.ofSeconds(PATIENCE_SECONDS), 100)) {
            WireClient waiting = connect(usher, "app");
            List<WireClient> holders = holdAll(usher);
            CompletableFuture<Integer> answer = later(() -> select(waiting));
            awaitWaiting(usher, 1);
            assertThat(answer).isNotDone();

            commit(holders.getFirst());

            assertThat(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    @Test
    void whoNeedsNoRestoreGoesAheadButNotForEver() throws Exception {
        try (Usher usher = start(Duration.ofSeconds(PATIENCE_SECONDS), 100)) {
            WireClient first = connect(usher, "app");
            first.query("CREATE OR REPLACE TABLE served (place INT AUTO_INCREMENT PRIMARY KEY, who VARCHAR(9))");
            List<WireClient> alike = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                alike.add(connect(usher, "app"));
                alike.get(i).query("SET time_zone = '+05:00', @group = 'alike'");
            }
            List<WireClient> holders = holdAll(usher);
            holders.getFirst().query("SET time_zone = '+05:00', @group = 'alike'");
            List<CompletableFuture<Integer>> answers = new ArrayList<>();
            answers.add(later(() -> served(first, "first")));
            awaitWaiting(usher, 1);
            for (WireClient each : alike) {
                answers.add(later(() -> served(each, "alike")));
                awaitWaiting(usher, answers.size());
            }

            commit(holders.getFirst());

            for (CompletableFuture<Integer> answer : answers) {
                answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            assertThat(first.query("SELECT GROUP_CONCAT(who ORDER BY place) FROM served")).isEqualTo(
                    "alike,alike,alike,alike,first,alike,alike");
        }
    }

    private static int served(WireClient client, String who) throws IOException {
        client.query("INSERT INTO served (who) VALUES ('" + who + "')");
        return 1;
    }

    @Test
    void servesAnotherAccountThoughTheFirstOnesClientsWaitInAnEndlessRow() throws Exception {
        try (Usher usher = start(Duration.ofSeconds(PATIENCE_SECONDS), 100)) {
            List<WireClient> row = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                row.add(connect(usher, "app"));
            }
            WireClient other = connect(usher, "other");
            List<WireClient> holders = holdAll(usher);
            List<CompletableFuture<Integer>> before = new ArrayList<>();
            for (WireClient each : row) {
                before.add(later(() -> begin(each)));
            }
            awaitWaiting(usher, row.size());
            CompletableFuture<Integer> answer = later(() -> select(other));
            awaitWaiting(usher, row.size() + 1);

            commit(holders.getFirst());

            assertThat(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(before.stream().filter(CompletableFuture::isDone).count()).as("of the account that waited first")
                    .isLessThan(row.size());
            commit(holders.get(1));
            for (int i = 0; i < row.size(); i++) {
                CompletableFuture.anyOf(before.toArray(CompletableFuture[]::new)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                int served = firstDone(before);
                before.remove(served);
                commit(row.remove(served));
            }
        }
    }

    @Test
    void refusesAtOnceWhenTheQueueIsFull() throws Exception {
        try (Usher usher = start(Duration.ofSeconds(PATIENCE_SECONDS), 1)) {
            WireClient waiting = connect(usher, "app");
            WireClient tooMany = connect(usher, "app");
            List<WireClient> holders = holdAll(usher);
            CompletableFuture<Integer> answer = later(() -> select(waiting));
            awaitWaiting(usher, 1);

            assertThatThrownBy(() -> select(tooMany)).isInstanceOfSatisfying(WireClient.ServerError.class, refused -> {
                ErrPacket error = refused.error();
                assertThat(error.code()).isEqualTo(1040);
                assertThat(error.message()).contains("1 clients already wait (max-waiting)");
            });
            commit(holders.getFirst());
            assertThat(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    @Test
    void nobodySeesThe1040OfAServerThatOthersFill() throws Exception {
        try (Usher usher = Poolers.start(server, state, pool -> pool.withMaxServerConnections(new ServerConnectionLimit.Auto()))) {
            WireClient first = connect(usher, "app");
            WireClient second = connect(usher, "app");
            begin(first);
            Awaitility.await().untilAsserted(() -> assertThat(Poolers.status(usher, "budget")).isGreaterThan(4));
            List<Connection> others = fill();
            CompletableFuture<Integer> answer = later(() -> select(second));
            Awaitility.await().untilAsserted(() -> assertThat(Poolers.status(usher, "budget")).isLessThanOrEqualTo(2));
            assertThat(answer).isNotDone();

            for (Connection each : others) {
                each.close();
            }

            assertThat(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    private static Usher start(Duration waitLimit, int maxWaiting) {
        return Poolers.start(server, state,
                pool -> pool.withMaxServerConnections(BUDGET).withWaitLimit(waitLimit).withMaxWaiting(maxWaiting));
    }

    private WireClient connect(Usher usher, String account) throws IOException {
        WireClient connection = WireClient.connect(Poolers.address(usher), account, "app-secret", "test");
        open.add(connection);
        return connection;
    }

    /** Transactions on every server connection that is lent. */
    private List<WireClient> holdAll(Usher usher) throws IOException {
        List<WireClient> holders = new ArrayList<>();
        for (int i = 0; i < LENDABLE; i++) {
            WireClient holder = connect(usher, "app");
            holders.add(holder);
            begin(holder);
        }
        return holders;
    }

    /** WireClients of somebody else until the server has none left, not even the one it keeps for administrators. */
    private static List<Connection> fill() {
        List<Connection> others = new ArrayList<>();
        try {
            while (others.size() < 50) {
                others.add(server.connect());
            }
            throw new AssertionError("the server has no limit");
        } catch (SQLException full) {
            assertThat(full.getErrorCode()).isEqualTo(1040);
            return others;
        }
    }

    private static void commit(WireClient connection) throws IOException {
        connection.query("COMMIT");
    }

    private static int begin(WireClient connection) throws IOException {
        connection.query("BEGIN");
        return select(connection);
    }

    private static int select(WireClient connection) throws IOException {
        return Integer.parseInt(connection.query("SELECT 1"));
    }

    private CompletableFuture<Integer> later(Callable<Integer> task) {
        var answer = new CompletableFuture<Integer>();
        threads.execute(() -> {
            try {
                answer.complete(task.call());
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    private static int firstDone(List<CompletableFuture<Integer>> answers) {
        for (int i = 0; i < answers.size(); i++) {
            if (answers.get(i).isDone()) {
                return i;
            }
        }
        throw new AssertionError("nobody was served");
    }

    private static void awaitWaiting(Usher usher, int clients) {
        Awaitility.await().untilAsserted(() -> assertThat(Poolers.status(usher, "clients_waiting")).isEqualTo(clients));
    }
}
