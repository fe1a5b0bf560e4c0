package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.usher.config.ServerConnectionLimit;
import dev.usher.config.UsherConfig;
import dev.usher.testing.FakeClient;
import dev.usher.testing.FakeClientRefused;
import dev.usher.testing.FakeServer;
import dev.usher.testing.FakeServer.Deed;
import dev.usher.testing.Flavour;
import dev.usher.testing.ScriptedResponse;
import dev.usher.testing.TestAccount;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.OkPacket;
import dev.usher.wire.ServerStatus;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a server does, its client gets an error that says so, and nobody else notices. */
class HostileServerIT {
    private static final TestAccount APP = new TestAccount("app", "app-secret", "mysql_native_password");
    private static final TestAccount STRANGER = new TestAccount("stranger", "secret", "mysql_native_password");
    private static final byte[] ROW = ScriptedResponse.toUsher(r -> r.result("a", "1"));

    /** Shared, so that the certificate is made once. */
    @TempDir
    private static Path state;

    private RunningUsher usher(FakeServer server) {
        return usher(server, UnaryOperator.identity());
    }

    private RunningUsher usher(FakeServer server, UnaryOperator<UsherConfig> change) {
        return RunningUsher.knowing(APP, server.port(), state, change);
    }

    private static FakeServer server(Flavour flavour) throws IOException {
        FakeServer server = FakeServer.start(flavour);
        server.answers("SELECT 1", r -> r.result("1", "1"));
        return server;
    }

    private static void assertWorks(FakeClient client) throws IOException {
        FakeClient.Response response = client.query("SELECT 1");
        assertThat(response.error()).isNull();
        assertThat(response.rows()).containsExactly(List.of("1"));
    }

    private static void assertWorks(RunningUsher usher) throws IOException {
        try (FakeClient client = usher.client(APP)) {
            assertWorks(client);
        }
    }

    private static void assertNothingIsLeft(RunningUsher usher, FakeServer server) {
        await().untilAsserted(() -> {
            assertThat(usher.status("clients_connected")).isZero();
            assertThat(usher.status("clients_waiting")).isZero();
            assertThat(usher.status("budget_used")).isEqualTo(server.connections()).isLessThanOrEqualTo(usher.status("budget"));
        });
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionLostAtAnyByteOfAnAnswerIsAnErrOrACloseAndNothingElse(Flavour flavour) throws Exception {
        try (FakeServer server = server(flavour);
                RunningUsher usher = usher(server);
                FakeClient bystander = usher.client(APP)) {
            CountDownLatch go = new CountDownLatch(1);
            server.on("SLOW", wire -> {
                awaitQuietly(go);
                wire.sendRaw(ROW);
            });
            bystander.send(Command.QUERY, "SLOW".getBytes(StandardCharsets.US_ASCII));
            for (int cut = 0; cut < ROW.length; cut++) {
                byte[] beginning = Arrays.copyOf(ROW, cut);
                server.on("CUT", wire -> {
                    wire.sendRaw(beginning);
                    wire.close();
                });
                try (FakeClient victim = usher.client(APP)) {
                    assertThat(victim.query("CUT").errorCode()).as("after %d bytes", cut).isEqualTo(1158);
                    if (cut == 0) {
                        assertWorks(victim);
                    }
                } catch (EOFException | SocketException closedInMidPacket) {
                    assertThat(cut).isPositive();
                }
            }
            go.countDown();
            assertThat(bystander.response().rows()).containsExactly(List.of("1"));
            assertWorks(usher);
            bystander.close();
            assertNothingIsLeft(usher, server);
            assertThat(usher.status("statements_lost_total")).isEqualTo(ROW.length);
        }
    }

    @Test
    void spoiledAnswersHurtOnlyWhoAsked() throws Exception {
        try (FakeServer server = server(Flavour.MYSQL);
                RunningUsher usher = usher(server);
                FakeClient bystander = usher.client(APP)) {
            byte[] answer = ScriptedResponse
                    .toUsher(r -> r.okWithTrackers(ServerStatus.AUTOCOMMIT | ServerStatus.MORE_RESULTS, 1, "m", "s", "sql_mode", "ANSI")
                            .columns("a", "b").row("1", "2").row("3", "4").end());
            for (int seed = 0; seed < 100; seed++) {
                byte[] spoiled = answer.clone();
                var random = new Random(seed);
                for (int i = 0; i <= random.nextInt(4); i++) {
                    spoiled[random.nextInt(spoiled.length)] = (byte) random.nextInt(256);
                }
                server.on("SPOILED", wire -> {
                    wire.sendRaw(spoiled);
                    wire.close();
                });
                try (FakeClient victim = usher.client(APP)) {
                    victim.send(Command.QUERY, "SPOILED".getBytes(StandardCharsets.US_ASCII));
                    victim.wire().shutdownOutput();
                    victim.wire().awaitClose();
                }
                assertWorks(bystander);
            }
            bystander.close();
            assertNothingIsLeft(usher, server);
        }
    }

    static Map<String, Deed> nonsense() {
        return Map.of(
                "an empty packet", wire -> wire.sendRaw(new byte[]{0, 0, 0, 1}),
                "a column count of nothing", wire -> wire.send(1, out -> out.writeByte(0xFC).writeShortLE(0)),
                "an OK that ends too early", wire -> wire.send(1, out -> out.writeByte(0)),
                "trackers that end too early",
                wire -> wire.send(1, out -> out.writeByte(0).writeShort(0).writeShortLE(0x4002).writeShortLE(0).writeByte(0).writeByte(9)),
                "16 MiB of OK", wire -> wire.sendRaw(new byte[]{-1, -1, -1, 1, 0}),
                "another protocol", wire -> wire.sendRaw("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
    }

    static List<String> nonsenseNames() {
        return List.copyOf(nonsense().keySet());
    }

    @ParameterizedTest
    @MethodSource("nonsenseNames")
    void nonsenseIsAnErrAndTheClientGoesOn(String name) throws Exception {
        try (FakeServer server = server(Flavour.MYSQL);
                RunningUsher usher = usher(server);
                FakeClient client = usher.client(APP)) {
            Deed deed = nonsense().get(name);
            server.on("NONSENSE", wire -> {
                deed.on(wire);
                if (name.equals("another protocol")) {
                    wire.close();
                }
            });
            FakeClient.Response response = client.query("NONSENSE");
            assertThat(response.errorCode()).isEqualTo(1158);
            assertWorks(client);
            client.close();
            assertNothingIsLeft(usher, server);
        }
    }

    @Test
    void anIdleConnectionThatTheServerClosesIsReplaced() throws Exception {
        try (FakeServer server = server(Flavour.MYSQL);
                RunningUsher usher = usher(server);
                FakeClient client = usher.client(APP)) {
            assertWorks(client);
            server.sendToAll(new ErrPacket(4031, "HY000", "The client was disconnected by the server because of inactivity.")::write);
            awaitLost(usher);
            assertWorks(client);
            assertThat(server.logins()).isEqualTo(2);
        }
    }

    @Test
    void aLostTransactionIsToldAtOnce() throws Exception {
        try (FakeServer server = server(Flavour.MYSQL);
                RunningUsher usher = usher(server);
                FakeClient client = usher.client(APP)) {
            server.answers("BEGIN", r -> r.ok(ServerStatus.AUTOCOMMIT | ServerStatus.IN_TRANS));
            assertThat(client.query("BEGIN").error()).isNull();
            server.dropAll();
            assertThat(ErrPacket.read(client.wire().read()).code()).isEqualTo(1158);
            client.wire().awaitClose();
            assertNothingIsLeft(usher, server);
        }
    }

    @Test
    void aRestartOfTheServerIsWaitedFor() throws Exception {
        FakeServer first = server(Flavour.MYSQL);
        try (first;
                RunningUsher usher = usher(first);
                FakeClient client = usher.client(APP)) {
            assertWorks(client);
            first.close();
            awaitLost(usher);
            client.send(Command.QUERY, "SELECT 1".getBytes(StandardCharsets.US_ASCII));
            await().untilAsserted(() -> assertThat(usher.status("clients_waiting")).isEqualTo(1));
            try (FakeServer second = FakeServer.startOn(first.port(), Flavour.MYSQL)) {
                second.answers("SELECT 1", r -> r.result("1", "1"));
                assertThat(client.response().rows()).containsExactly(List.of("1"));
            }
        }
    }

    @Test
    void aServerThatStaysAwayIsAnErr() throws Exception {
        FakeServer server = server(Flavour.MYSQL);
        try (server;
                RunningUsher usher = usher(server, config -> config.withPool(config.pool().withWaitLimit(Duration.ofMillis(500))));
                FakeClient client = usher.client(APP)) {
            server.close();
            await().untilAsserted(() -> assertThat(client.query("SELECT 1").errorCode()).isEqualTo(1158));
            client.close();
            await().untilAsserted(() -> assertThat(usher.status("budget_used")).isZero());
        }
    }

    static List<Deed> brokenGreetings() {
        return List.of(
                wire -> wire.close(),
                wire -> wire.sendRaw(new byte[]{40, 0, 0, 0, 10, '9'}),
                wire -> wire.send(0, out -> out.writeByte(9).writeZero(60)),
                wire -> wire.sendRaw("SSH-2.0-OpenSSH_9.9\r\n".getBytes(StandardCharsets.US_ASCII)),
                wire -> wire.send(0, new ErrPacket(1040, "", "Too many connections")::write));
    }

    @ParameterizedTest
    @MethodSource("brokenGreetings")
    void aClientWaitsUntilTheServerGreetsAsItShould(Deed broken) throws Exception {
        try (FakeServer server = server(Flavour.MARIADB)) {
            server.insteadOfGreeting(broken);
            try (RunningUsher usher = usher(server); FakeClient client = FakeClient.connect(usher.address())) {
                server.insteadOfGreeting(null);
                client.login(APP);
                assertWorks(client);
            }
        }
    }

    @Test
    void aServerThatNeverGreetsIsAnErr() throws Exception {
        try (FakeServer server = server(Flavour.MYSQL)) {
            server.insteadOfGreeting(wire -> wire.sendRaw("220 mail\r\n".getBytes(StandardCharsets.US_ASCII)));
            try (RunningUsher usher =
                    usher(server, config -> config.withServer(config.server().withConnectTimeout(Duration.ofMillis(500))));
                    FakeClient client = FakeClient.connect(usher.address())) {
                assertThatThrownBy(client::greeting).isInstanceOfSatisfying(FakeClientRefused.class,
                        e -> assertThat(e.code()).isEqualTo(1158));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatNeverFinishesALoginIsTriedAgain(Flavour flavour) throws Exception {
        hangsOnce(flavour, true);
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatLogsInAndSaysNoMoreIsTriedAgain(Flavour flavour) throws Exception {
        hangsOnce(flavour, false);
    }

    private void hangsOnce(Flavour flavour, boolean inLogin) throws Exception {
        try (FakeServer server = server(flavour);
                RunningUsher usher = usher(server, config -> config.withServer(config.server().withConnectTimeout(Duration.ofMillis(500))));
                FakeClient client = usher.client(APP)) {
            assertWorks(client);
            CountDownLatch hung = new CountDownLatch(1);
            Deed hang = wire -> {
                hung.countDown();
                wire.awaitClose();
            };
            server.insteadOfLogin(inLogin ? hang : null);
            server.insteadOfCommands(inLogin ? null : hang);
            server.dropAll();
            awaitLost(usher);
            client.send(Command.QUERY, "SELECT 1".getBytes(StandardCharsets.US_ASCII));
            assertThat(hung.await(10, TimeUnit.SECONDS)).isTrue();
            server.insteadOfLogin(null);
            server.insteadOfCommands(null);
            assertThat(client.response().rows()).containsExactly(List.of("1"));
            client.close();
            assertNothingIsLeft(usher, server);
        }
    }

    @Test
    void aProbeThatIsLetInDoesNotStay() throws Exception {
        try (FakeServer server = server(Flavour.MYSQL)) {
            CountDownLatch closed = new CountDownLatch(1);
            server.insteadOfLogin(wire -> {
                wire.answer(out -> OkPacket.write(out, ServerStatus.AUTOCOMMIT));
                wire.awaitClose();
                closed.countDown();
            });
            try (RunningUsher usher = usher(server)) {
                assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
                server.insteadOfLogin(null);
                assertWorks(usher);
            }
        }
    }

    @Test
    void clientsThatLeaveDuringARelayedLoginDoNotBlockTheNext() throws Exception {
        try (FakeServer server = server(Flavour.MARIADB); RunningUsher usher = usher(server)) {
            for (int i = 0; i < 20; i++) {
                try (FakeClient leaver = FakeClient.connect(usher.address())) {
                    leaver.wire().sendRaw(leaver.loginPacket(leaver.greeting(), STRANGER));
                }
            }
            try (FakeClient stays = usher.client(STRANGER)) {
                assertWorks(stays);
            }
            assertNothingIsLeft(usher, server);
        }
    }

    @Test
    void aServerThatRunsFullMakesTheBudgetShrinkAndClientsWait() throws Exception {
        try (FakeServer server = server(Flavour.MYSQL);
                RunningUsher usher = usher(server,
                        config -> config.withPool(config.pool().withMaxServerConnections(new ServerConnectionLimit.Auto())))) {
            server.answers("SELECT 'max_connections', @@GLOBAL.max_connections",
                    r -> r.columns("n", "v").row("max_connections", "20").end());
            CountDownLatch go = new CountDownLatch(1);
            server.on("SLOW", wire -> {
                awaitQuietly(go);
                wire.sendRaw(ROW);
            });
            assertWorks(usher);
            await().untilAsserted(() -> assertThat(usher.status("budget")).isEqualTo(18));
            server.maxConnections(2);
            List<CompletableFuture<FakeClient.Response>> answers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                FakeClient client = usher.client(APP);
                client.send(Command.QUERY, "SLOW".getBytes(StandardCharsets.US_ASCII));
                answers.add(CompletableFuture.supplyAsync(() -> answer(client)));
            }
            await().untilAsserted(() -> assertThat(usher.status("budget")).isLessThanOrEqualTo(3));
            go.countDown();
            for (CompletableFuture<FakeClient.Response> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS).error()).isNull();
            }
            assertNothingIsLeft(usher, server);
        }
    }

    private static FakeClient.Response answer(FakeClient client) {
        try (client) {
            return client.response();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aConnectionThatCanNotBeResetIsNotLentAgain() throws Exception {
        try (FakeServer server = server(Flavour.MYSQL); RunningUsher usher = usher(server)) {
            server.on(Command.RESET_CONNECTION, wire -> wire.answer(new ErrPacket(1047, "08S01", "Unknown command")::write));
            try (FakeClient leaver = usher.client(APP)) {
                assertThat(leaver.query("CREATE TEMPORARY TABLE t (a INT)").error()).isNull();
            }
            await().untilAsserted(() -> assertThat(server.connections()).isZero());
            assertWorks(usher);
            assertNothingIsLeft(usher, server);
        }
    }

    @Test
    void aLargeStatementWhoseServerGoesAwayEndsItsClientOnly() throws Exception {
        try (FakeServer server = server(Flavour.MYSQL);
                RunningUsher usher = usher(server);
                FakeClient bystander = usher.client(APP)) {
            assertWorks(bystander);
            long leases = usher.status("leases_total");
            try (FakeClient uploader = usher.client(APP)) {
                byte[] large = new byte[8 << 20];
                Arrays.fill(large, (byte) ' ');
                byte[] frame = Arrays.copyOf(new byte[]{0, 0, (byte) 0x80, 0, 3}, 200_000);
                uploader.wire().sendRaw(frame);
                await().untilAsserted(() -> assertThat(usher.status("leases_total")).isGreaterThan(leases));
                server.dropAll();
                try {
                    uploader.wire().sendRaw(large);
                } catch (SocketException reset) {
                    // It was cut off in the middle, as it should be.
                }
                uploader.wire().awaitClose();
            }
            await().untilAsserted(() -> assertThat(usher.status("budget_used")).isZero());
            assertWorks(bystander);
            bystander.close();
            assertNothingIsLeft(usher, server);
        }
    }

    /** A statement sent before that is lost with the connection, and rightly so. */
    private static void awaitLost(RunningUsher usher) {
        await().untilAsserted(() -> assertThat(usher.status("server_connections_lost_total")).isEqualTo(1));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
