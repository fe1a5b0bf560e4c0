package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.usher.config.HandOver;
import dev.usher.testing.Opened;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import dev.usher.testing.WireClient;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** COM_CHANGE_USER and COM_RESET_CONNECTION on real servers: what comes behind them finds nothing of the session before. */
class FreshSessionIT {
    private static final TestAccount ROOT = new TestAccount("root", "", "");
    private static final int ROUNDS = 30;
    private static final long CAPABILITIES = Capabilities.LONG_PASSWORD | Capabilities.PROTOCOL_41 | Capabilities.SECURE_CONNECTION
            | Capabilities.PLUGIN_AUTH | Capabilities.PLUGIN_AUTH_LENENC_DATA | Capabilities.TRANSACTIONS | Capabilities.DEPRECATE_EOF
            | Capabilities.SESSION_TRACK;
    private static final int UTF8MB4_GENERAL_CI = 45;
    private static final int UCS2_GENERAL_CI = 35;

    @TempDir
    private Path state;

    @RegisterExtension
    private final Opened open = new Opened();

    static List<ServerKind> servers() {
        return TestServers.installed();
    }

    private RunningUsher usher(TestServer server) {
        return open.add(RunningUsher.knowing(ROOT, server.port(), state,
                config -> config.withPool(config.pool().withHandOver(HandOver.SHUFFLE))));
    }

    private WireClient client(InetSocketAddress address) throws IOException {
        return open.add(WireClient.connect(address, ROOT.user(), ROOT.password(), "test", CAPABILITIES, UTF8MB4_GENERAL_CI));
    }

    private static void reset(WireClient client) throws IOException {
        client.command(Unpooled.buffer(1).writeByte(Command.RESET_CONNECTION.code()));
        client.read();
    }

    private static void changeUser(WireClient client) throws IOException {
        client.changeUser(ROOT.user(), ROOT.password(), "test");
    }

    private interface Fresh {
        void begin(WireClient client) throws IOException;
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whatASessionHasLockedIsFreeForTheOneBehindAChangeOfUser(ServerKind kind) throws IOException {
        freesLocks(TestServers.find(kind).orElseThrow(), FreshSessionIT::changeUser);
    }

    /** A server connection with init_connect is closed. */
    @ParameterizedTest
    @MethodSource("servers")
    void whatASessionHasLockedIsFreeWhereItsConnectionIsClosed(ServerKind kind) throws IOException {
        TestServer server = TestServers.start(kind, "--init-connect=SET @a = 1");
        open.add(server);
        freesLocks(server, FreshSessionIT::changeUser);
        freesLocks(server, FreshSessionIT::reset);
    }

    private void freesLocks(TestServer server, Fresh fresh) throws IOException {
        RunningUsher usher = usher(server);
        WireClient client = client(usher.address());
        WireClient other = client(usher.address());
        fillLocked(client);
        for (int round = 0; round < ROUNDS; round++) {
            client.query("BEGIN");
            client.query("UPDATE locked SET b = 1");
            client.query("SELECT GET_LOCK('fresh', 0)");
            other.query("BEGIN");
            fresh.begin(client);
            assertThat(other.query("SELECT b FROM locked WHERE a = 1 FOR UPDATE NOWAIT")).as("round %d", round).isEqualTo("0");
            other.query("COMMIT");
            assertThat(client.query("SELECT GET_LOCK('fresh', 0)")).isEqualTo("1");
            fresh.begin(client);
        }
    }

    /** Taking back a change of so many rows takes a moment. */
    private static void fillLocked(WireClient client) throws IOException {
        client.query("DROP TABLE IF EXISTS locked");
        client.query("CREATE TABLE locked (a INT AUTO_INCREMENT PRIMARY KEY, b INT) ENGINE=InnoDB");
        client.query("INSERT INTO locked (b) VALUES (0)" + ",(0)".repeat(1000));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whatAnXaTransactionHasLockedIsFree(ServerKind kind) throws IOException {
        RunningUsher usher = usher(TestServers.find(kind).orElseThrow());
        WireClient client = client(usher.address());
        WireClient other = client(usher.address());
        fillLocked(client);
        for (Fresh fresh : List.<Fresh>of(FreshSessionIT::changeUser, FreshSessionIT::reset)) {
            for (int round = 0; round < ROUNDS; round++) {
                client.query("XA START 'fresh'");
                client.query("UPDATE locked SET b = 1");
                other.query("BEGIN");
                fresh.begin(client);
                assertThat(other.query("SELECT b FROM locked WHERE a = 1 FOR UPDATE NOWAIT")).as("round %d", round).isEqualTo("0");
                other.query("COMMIT");
            }
        }
    }

    /** Such a transaction is nobody's, until somebody commits it. */
    @ParameterizedTest
    @MethodSource("servers")
    void anXaTransactionThatIsPreparedOutlivesItsSession(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        RunningUsher usher = usher(server);
        WireClient direct = client(new InetSocketAddress("127.0.0.1", server.port()));
        WireClient client = client(usher.address());
        fillLocked(direct);
        for (Fresh fresh : List.<Fresh>of(FreshSessionIT::changeUser, FreshSessionIT::reset, WireClient::quit)) {
            for (String sql : List.of("XA START 'outlives'", "UPDATE locked SET b = b + 1", "XA END 'outlives'", "XA PREPARE 'outlives'")) {
                client.query(sql);
            }
            fresh.begin(client);
            await().untilAsserted(() -> direct.query("XA COMMIT 'outlives'"));
        }
        assertThat(direct.query("SELECT SUM(b) DIV COUNT(*) FROM locked")).isEqualTo("3");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aChangeOfUserNamesAnyCollation(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        InetSocketAddress direct = new InetSocketAddress("127.0.0.1", server.port());
        RunningUsher usher = usher(server);
        for (int collation : List.of(UTF8MB4_GENERAL_CI, 8, UCS2_GENERAL_CI, 53, 192, 255, 256, 305, 309, 608, 2048, 2304, 2308, 2560,
                5000)) {
            String expected = afterChange(direct, collation);
            assertThat(afterChange(usher.address(), collation)).as("%d", collation).isEqualTo(expected);
        }
    }

    private String afterChange(InetSocketAddress address, int collation) throws IOException {
        WireClient client = client(address);
        try {
            client.changeUser(ROOT.user(), ROOT.password(), "test", collation);
        } catch (WireClient.ServerError refused) {
            return refused.getMessage();
        }
        return client.query("SELECT CONCAT_WS(' ', @@character_set_client, @@character_set_connection, @@character_set_results,"
                + " @@collation_connection)");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aLoginInUcs2IsRefused(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        for (InetSocketAddress address : List.of(new InetSocketAddress("127.0.0.1", server.port()), usher(server).address())) {
            assertThatThrownBy(() -> WireClient.connect(address, ROOT.user(), ROOT.password(), "test", CAPABILITIES, UCS2_GENERAL_CI))
                    .hasMessage("ERROR 1231 (42000): Variable 'character_set_client' can't be set to the value of 'ucs2'");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void trackersAreTheDefaultOnesBehindAReset(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        for (String chosen : List.of("session_track_schema=OFF", "session_track_system_variables='*'",
                "session_track_system_variables=''")) {
            List<String> direct = trackedBehindAReset(new InetSocketAddress("127.0.0.1", server.port()), chosen);
            assertThat(trackedBehindAReset(usher(server).address(), chosen)).as(chosen).isEqualTo(direct);
        }
    }

    private List<String> trackedBehindAReset(InetSocketAddress address, String chosen) throws IOException {
        WireClient client = client(address);
        client.query("SET " + chosen);
        reset(client);
        List<String> answers = new ArrayList<>();
        for (String sql : List.of("USE test", "SET time_zone='+01:00'", "SET sort_buffer_size=262144")) {
            client.send(sql);
            answers.add(ByteBufUtil.hexDump(client.read()));
        }
        return answers;
    }
}
