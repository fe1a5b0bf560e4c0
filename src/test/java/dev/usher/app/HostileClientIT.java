package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.usher.testing.FakeClient;
import dev.usher.testing.FakeClientRefused;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.HandshakeResponse41;
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever a client sends, it gets an ERR or is closed, nothing of it stays behind, and a client that behaves works on all the while: one does so beside every
 * test here.
 */
class HostileClientIT {
    private static final TestServer SERVER = TestServers.find(ServerKind.EMBEDDED).orElseThrow();
    private static final TestAccount APP = SERVER.accounts().getFirst();

    @TempDir
    private static Path state;

    private static RunningUsher usher;

    private volatile boolean over;
    private final AtomicLong answers = new AtomicLong();
    private CompletableFuture<Void> bystander;

    @BeforeAll
    static void start() {
        usher = RunningUsher.before(SERVER.port(), state,
                config -> config.withClient(config.client().withLoginTimeout(Duration.ofMillis(500))));
    }

    @AfterAll
    static void stop() {
        usher.close();
    }

    @BeforeEach
    void aBystanderWorks() {
        bystander = CompletableFuture.runAsync(this::work);
        await().untilAsserted(() -> assertThat(answers.get()).isPositive());
    }

    private void work() {
        String url = "jdbc:mariadb://127.0.0.1:%d/test?user=%s&password=%s&sslMode=disable&useServerPrepStmts=true"
                .formatted(usher.address().getPort(), APP.user(), APP.password());
        try (Connection connection = DriverManager.getConnection(url); var statement = connection.prepareStatement("SELECT ? + 1")) {
            for (int i = 0; !over; i++) {
                statement.setInt(1, i);
                try (var rows = statement.executeQuery()) {
                    rows.next();
                    assertThat(rows.getInt(1)).isEqualTo(i + 1);
                }
                answers.incrementAndGet();
            }
        } catch (SQLException e) {
            throw new AssertionError("the well-behaved client", e);
        }
    }

    @AfterEach
    void nobodyElseNoticedAndNothingIsLeft() throws Exception {
        long before = answers.get();
        await().untilAsserted(() -> assertThat(answers.get() > before || bystander.isCompletedExceptionally()).isTrue());
        over = true;
        bystander.get(10, TimeUnit.SECONDS);
        await().untilAsserted(() -> {
            assertThat(usher.status("clients_connected")).isZero();
            assertThat(usher.status("clients_waiting")).isZero();
            assertThat(usher.status("budget_used")).isEqualTo(usher.serverConnections()).isLessThanOrEqualTo(usher.status("budget"));
        });
    }

    private static FakeClient client() throws IOException {
        return FakeClient.connect(usher.address());
    }

    /** An ERR, then the end; or the end. */
    private static void assertErrOrClose(FakeClient client) throws IOException {
        try {
            ByteBuf answer = client.wire().read();
            assertThat(answer.getUnsignedByte(0)).isEqualTo((short) ErrPacket.HEADER);
            client.wire().awaitClose();
        } catch (EOFException | SocketException closed) {
            // As good.
        }
    }

    private static byte[] random(long seed) {
        var random = new Random(seed);
        byte[] bytes = new byte[1 + random.nextInt(300)];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void randomBytesInPlaceOfALogin() throws Exception {
        for (int seed = 0; seed < 100; seed++) {
            try (FakeClient client = client()) {
                client.greeting();
                client.wire().sendRaw(random(seed));
                client.wire().shutdownOutput();
                assertErrOrClose(client);
            }
        }
    }

    @Test
    void spoiledLogins() throws Exception {
        for (int seed = 0; seed < 100; seed++) {
            try (FakeClient client = client()) {
                byte[] login = client.loginPacket(client.greeting(), APP);
                var random = new Random(seed);
                login[Packets.HEADER + random.nextInt(login.length - Packets.HEADER)] ^= (byte) (1 + random.nextInt(255));
                client.wire().sendRaw(login);
                client.wire().shutdownOutput();
                client.wire().awaitClose();
            }
        }
    }

    @Test
    void aLoginClosedAtAnyByte() throws Exception {
        int length;
        try (FakeClient client = client()) {
            length = client.loginPacket(client.greeting(), APP).length;
        }
        for (int cut = 0; cut <= length; cut++) {
            try (FakeClient client = client()) {
                client.wire().sendRaw(Arrays.copyOf(client.loginPacket(client.greeting(), APP), cut));
            }
        }
    }

    @Test
    void aLoginClosedAtAnyByteOfAnAccountThatIsNotThere() throws Exception {
        TestAccount nobody = new TestAccount("nobody", "x", "mysql_native_password");
        for (int i = 0; i < 20; i++) {
            try (FakeClient client = client()) {
                client.wire().sendRaw(client.loginPacket(client.greeting(), nobody));
            }
        }
        try (FakeClient client = client()) {
            assertThatThrownBy(() -> client.login(nobody)).isInstanceOfSatisfying(FakeClientRefused.class,
                    e -> assertThat(e.code()).isEqualTo(1045));
        }
    }

    @Test
    void aTruncatedHandshakeResponseThatSaysItIsWhole() throws Exception {
        try (FakeClient first = client()) {
            byte[] login = first.loginPacket(first.greeting(), APP);
            for (int length = 0; length < 70; length++) {
                byte[] payload = Arrays.copyOfRange(login, Packets.HEADER, Packets.HEADER + length);
                try (FakeClient client = client()) {
                    client.greeting();
                    client.wire().send(1, out -> out.writeBytes(payload));
                    client.wire().shutdownOutput();
                    client.wire().awaitClose();
                }
            }
        }
    }

    @Test
    void halfAPacketAndThenSilence() throws Exception {
        try (FakeClient client = client()) {
            client.wire().sendRaw(Arrays.copyOf(client.loginPacket(client.greeting(), APP), 40));
            ErrPacket error = ErrPacket.read(client.wire().read());
            assertThat(error.code()).isEqualTo(1159);
            client.wire().awaitClose();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 255})
    void aLoginOutOfOrder(int sequence) throws Exception {
        try (FakeClient client = client()) {
            byte[] login = client.loginPacket(client.greeting(), APP);
            login[3] = (byte) sequence;
            client.wire().sendRaw(login);
            assertThat(ErrPacket.read(client.wire().read()).code()).isEqualTo(1156);
            client.wire().awaitClose();
        }
    }

    @Test
    void aLoginOfSixteenMegabytes() throws Exception {
        try (FakeClient client = client()) {
            client.greeting();
            client.wire().sendRaw(new byte[]{-1, -1, -1, 1, 0});
            assertErrOrClose(client);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anSslRequestAndThenPlainBytes(boolean inOneWrite) throws Exception {
        try (FakeClient client = client()) {
            byte[] login = client.loginPacket(client.greeting(), APP);
            byte[] request = ByteBufUtil.getBytes(Packets.write(
                    Unpooled.buffer(), 1, out -> HandshakeResponse41.writeHead(out, FakeClient.USUAL | Capabilities.SSL, 1 << 24, 45)));
            if (inOneWrite) {
                client.wire().sendRaw(ByteBufUtil.getBytes(Unpooled.wrappedBuffer(request, login)));
            } else {
                client.wire().sendRaw(request);
                client.wire().sendRaw(login);
            }
            client.wire().awaitClose();
        }
    }

    @Test
    void commandsThatNobodyKnows() throws Exception {
        try (FakeClient client = usher.client(APP)) {
            for (int code : new int[]{0x00, 0x05, 0x06, 0x0B, 0x0F, 0x10, 0x14, 0x1D, 0x22, 0x7F, 0xFB, 0xFF}) {
                client.wire().send(0, out -> out.writeByte(code).writeZero(3));
                assertThat(ErrPacket.read(client.wire().read()).code()).as("command %d", code).isEqualTo(1047);
            }
            assertThat(client.query("SELECT 1").rows()).containsExactly(List.of("1"));
        }
    }

    @Test
    void anEmptyCommand() throws Exception {
        try (FakeClient client = usher.client(APP)) {
            client.wire().send(0, out -> {});
            assertThat(ErrPacket.read(client.wire().read()).code()).isEqualTo(1047);
            assertThat(client.query("SELECT 1").rows()).containsExactly(List.of("1"));
        }
    }

    @Test
    void aCommandOutOfOrder() throws Exception {
        try (FakeClient client = usher.client(APP)) {
            client.wire().send(3, out -> out.writeByte(Command.PING.code()));
            assertThat(ErrPacket.read(client.wire().read()).code()).isEqualTo(1156);
            client.wire().awaitClose();
        }
    }

    @Test
    void everyCommandCutShort() throws Exception {
        for (Command command : Command.values()) {
            for (int length = 0; length < 12; length++) {
                byte[] arguments = new byte[length];
                if (command == Command.SHUTDOWN || command == Command.QUIT || command == Command.PROCESS_KILL && length >= 4) {
                    continue;
                }
                try (FakeClient client = usher.client(APP)) {
                    client.send(command, arguments);
                    client.wire().shutdownOutput();
                    client.wire().awaitClose();
                }
            }
        }
    }

    /** Truncated only: bytes at random in place of the parameters are known to end a MariaDB server, with or without Usher. */
    @Test
    void executesCutShort() throws Exception {
        byte[] whole = ByteBufUtil.getBytes(
                Unpooled.buffer().writeByte(0).writeIntLE(1).writeByte(0).writeByte(1).writeShortLE(3).writeShortLE(3).writeIntLE(20)
                        .writeIntLE(22));
        for (int length = 0; length <= whole.length; length++) {
            byte[] arguments = Arrays.copyOf(whole, length);
            try (FakeClient client = usher.client(APP)) {
                client.send(Command.STMT_PREPARE, "SELECT ?, ?".getBytes(StandardCharsets.US_ASCII));
                int id = client.wire().read().getIntLE(1);
                for (int definition = 0; definition < 4; definition++) {
                    client.wire().read();
                }
                client.wire().send(0, out -> out.writeByte(Command.STMT_EXECUTE.code()).writeIntLE(id).writeBytes(arguments));
                int answer = client.wire().read().getUnsignedByte(0);
                assertThat(answer).as("%d bytes", length).isEqualTo(length == whole.length ? 2 : ErrPacket.HEADER);
            }
        }
    }

    @Test
    void anExecuteOfAStatementThatIsNotThere() throws Exception {
        try (FakeClient client = usher.client(APP)) {
            client.send(Command.STMT_EXECUTE, random(7));
            assertThat(ErrPacket.read(client.wire().read()).code()).isEqualTo(1243);
            assertThat(client.query("SELECT 1").rows()).containsExactly(List.of("1"));
        }
    }

    @Test
    void aTruncatedChangeUser() throws Exception {
        byte[] whole = ByteBufUtil.getBytes(Unpooled.buffer()
                .writeBytes(APP.user().getBytes(StandardCharsets.UTF_8)).writeByte(0)
                .writeByte(20).writeZero(20)
                .writeBytes("test\0".getBytes(StandardCharsets.US_ASCII)).writeShortLE(45)
                .writeBytes("mysql_native_password\0".getBytes(StandardCharsets.US_ASCII))
                .writeByte(3).writeByte(1).writeByte('a').writeByte(0));
        for (int length = 0; length < whole.length; length++) {
            try (FakeClient client = usher.client(APP)) {
                client.send(Command.CHANGE_USER, Arrays.copyOf(whole, length));
                client.wire().shutdownOutput();
                client.wire().awaitClose();
            }
        }
    }

    /** Behind a statement whose FOUND_ROWS() the server has to be asked for first, so that the command goes on when the server answers. */
    @Test
    void aTruncatedChangeUserThatHadToWaitForTheServer() throws Exception {
        try (FakeClient client = usher.client(APP)) {
            client.query("SELECT SQL_CALC_FOUND_ROWS seq FROM test.seq_1_to_10 LIMIT 1");
            List<Long> threads = usher.serverThreads();
            long captures = usher.status("captures_total");
            client.send(Command.CHANGE_USER, "app".getBytes(StandardCharsets.US_ASCII));
            assertErrOrClose(client);
            assertThat(usher.status("captures_total")).isGreaterThan(captures);
            assertThat(usher.serverThreads()).containsAll(threads);
        }
    }

    @Test
    void clientsThatGoAwayWithAStatementUnderWay() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (FakeClient client = usher.client(APP)) {
                client.send(Command.QUERY,
                        (i % 2 == 0 ? "SELECT SLEEP(0.05)" : "SELECT seq FROM seq_1_to_200000").getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    @Test
    void clientsThatAreGoneWhenALargeResultBegins() throws Exception {
        String sql = "SELECT GET_LOCK('gone', 60), seq FROM test.seq_1_to_2000000000";
        try (Connection direct = SERVER.connect(); var statement = direct.createStatement()) {
            statement.execute("SELECT GET_LOCK('gone', 0)");
            goAwayDuring(sql, FakeClient.USUAL, "User lock");
            statement.execute("SELECT RELEASE_LOCK('gone')");
            await().untilAsserted(() -> assertThat(running(sql)).isEmpty());
        }
    }

    @Test
    void clientsThatAreGoneWhenTheServerAsksForTheirFile() throws Exception {
        String sql = "LOAD DATA LOCAL INFILE 'gone' INTO TABLE test.gone_file";
        try (Connection direct = SERVER.connect(); var statement = direct.createStatement()) {
            statement.execute("CREATE OR REPLACE TABLE test.gone_file (i INT)");
            statement.execute("LOCK TABLES test.gone_file WRITE");
            goAwayDuring(sql, FakeClient.USUAL | Capabilities.LOCAL_FILES, "Waiting for table metadata lock");
            statement.execute("UNLOCK TABLES");
            await().untilAsserted(() -> assertThat(running(sql)).isEmpty());
            statement.execute("DROP TABLE test.gone_file");
        }
    }

    @Test
    void whatAClientThatGoesAwayHasWrittenIsThere() throws Exception {
        try (Connection direct = SERVER.connect(); var statement = direct.createStatement()) {
            statement.execute("CREATE OR REPLACE TABLE test.gone_insert (i INT)");
            statement.execute("SELECT GET_LOCK('gone', 0)");
            goAwayDuring("INSERT INTO test.gone_insert SELECT GET_LOCK('gone', 60)", FakeClient.USUAL, "User lock");
            statement.execute("SELECT RELEASE_LOCK('gone')");
            await().until(() -> {
                try (var rows = statement.executeQuery("SELECT i FROM test.gone_insert")) {
                    return rows.next();
                }
            });
            statement.execute("DROP TABLE test.gone_insert");
        }
    }

    /** Returns when Usher knows that the client is gone, and the server waits for something before it answers. */
    private static void goAwayDuring(String sql, long capabilities, String serverState) throws Exception {
        try (FakeClient client = FakeClient.loggedIn(usher.address(), APP, capabilities)) {
            client.send(Command.QUERY, sql.getBytes(StandardCharsets.US_ASCII));
            await().untilAsserted(() -> assertThat(running(sql)).containsExactly(serverState));
        }
        await().until(() -> usher.status("clients_connected") == 1);
    }

    /** The states that the server has statements with this text in. */
    private static List<String> running(String sql) throws SQLException {
        List<String> states = new ArrayList<>();
        try (Connection direct = SERVER.connect();
                var statement = direct.prepareStatement("SELECT state FROM information_schema.processlist WHERE info = ?")) {
            statement.setString(1, sql);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    states.add(rows.getString(1));
                }
            }
        }
        return states;
    }

    @Test
    void aLargeStatementOfWhichThereIsNoMore() throws Exception {
        for (int i = 0; i < 5; i++) {
            try (FakeClient client = usher.client(APP)) {
                client.wire().sendRaw(Arrays.copyOf(new byte[]{0, 0, (byte) 0x80, 0, 3, 'S'}, 300_000));
            }
        }
    }

    @Test
    void randomBytesInPlaceOfCommands() throws Exception {
        for (int seed = 0; seed < 60; seed++) {
            try (FakeClient client = usher.client(APP)) {
                client.wire().sendRaw(random(seed));
                client.wire().shutdownOutput();
                client.wire().awaitClose();
            }
        }
    }
}
