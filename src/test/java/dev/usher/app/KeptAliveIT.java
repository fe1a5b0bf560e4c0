package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.config.HandOver;
import dev.usher.testing.FakeClient;
import dev.usher.testing.Opened;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServers;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How long client connections and what they hold last, and when a server connection is anybody's again. */
class KeptAliveIT {
    private static final TestAccount ROOT = new TestAccount("root", "", "");

    @TempDir
    private Path state;

    @RegisterExtension
    private final Opened open = new Opened();

    static List<ServerKind> servers() {
        return TestServers.installed();
    }

    private RunningUsher usher(ServerKind kind, int connections) {
        return open.add(RunningUsher.knowing(ROOT, TestServers.find(kind).orElseThrow().port(), state,
                config -> config.withPool(config.pool().withHandOver(HandOver.LAZY).withMaxServerConnections(connections))));
    }

    private FakeClient client(RunningUsher usher) throws IOException {
        return open.add(usher.client(ROOT));
    }

    /** For more than twice as long as the client's {@code wait_timeout}. */
    private static void onlyPing(FakeClient client) throws Exception {
        client.query("SET SESSION wait_timeout = 1");
        for (int i = 0; i < 8; i++) {
            Thread.sleep(300); // as a client does that keeps its connection alive
            client.send(Command.PING);
            assertThat(client.wire().read().getUnsignedByte(0)).as("ping %s", i).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aClientThatPingsIsNotIdle(ServerKind kind) throws Exception {
        FakeClient client = client(usher(kind, 3));
        onlyPing(client);
        assertThat(client.query("SELECT 5").rows().getFirst()).containsExactly("5");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void theServerHearsThePingsOfASessionThatHoldsSomethingThere(ServerKind kind) throws Exception {
        FakeClient client = client(usher(kind, 3));
        client.query("SELECT GET_LOCK('kept alive', 0)");
        onlyPing(client);
        assertThat(client.query("SELECT RELEASE_LOCK('kept alive')").rows().getFirst()).containsExactly("1");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void nobodyGetsTheConnectionThatTheServerIsClosing(ServerKind kind) throws Exception {
        RunningUsher usher = usher(kind, 2);
        FakeClient waiting = client(usher);
        for (int round = 0; round < 20; round++) {
            FakeClient leaving = client(usher);
            leaving.query("BEGIN");
            waiting.send(Command.QUERY, "SELECT 5".getBytes(StandardCharsets.US_ASCII));
            assertThat(leaving.query("COMMIT RELEASE").errorCode()).isZero();
            assertThat(waiting.response().rows()).as("round %s", round).containsExactly(List.of("5"));
        }
    }

    /** The only connection that is lent is free again for the next client. */
    @ParameterizedTest
    @MethodSource("servers")
    void anExecutionThatFailsHasOpenedNoCursor(ServerKind kind) throws Exception {
        RunningUsher usher = usher(kind, 2);
        FakeClient client = client(usher);
        client.query("CREATE TABLE test.brief (a INT)");
        int statement = prepare(client, "SELECT a FROM test.brief");
        client.query("DROP TABLE test.brief");
        client.wire().send(0, out -> out.writeByte(Command.STMT_EXECUTE.code()).writeIntLE(statement).writeByte(1).writeIntLE(1));
        ByteBuf answer = client.wire().read();
        assertThat(answer.getUnsignedByte(0)).isEqualTo((short) ErrPacket.HEADER);
        assertThat(ErrPacket.read(answer).code()).isEqualTo(1146);
        assertThat(client(usher).query("SELECT 5").rows().getFirst()).containsExactly("5");
    }

    /** Of a statement whose text had to be changed for the execution before. */
    @ParameterizedTest
    @MethodSource("servers")
    void longDataIsForTheNextExecution(ServerKind kind) throws Exception {
        RunningUsher usher = RunningUsher.knowing(ROOT, TestServers.find(kind).orElseThrow().port(), state,
                config -> config.withPool(config.pool().withHandOver(HandOver.SHUFFLE).withMaxServerConnections(4)));
        open.add(usher);
        FakeClient client = client(usher);
        FakeClient other = client(usher);
        int statement = prepare(client, "SELECT ?, FOUND_ROWS() >= 0");
        for (int i = 0; i < 3; i++) {
            other.query("SELECT 1");
            execute(client, statement, "bound");
            assertThat(row(client)).contains("bound");
            client.wire().send(0, out -> out.writeByte(Command.STMT_SEND_LONG_DATA.code()).writeIntLE(statement).writeShortLE(0)
                    .writeBytes("long".getBytes(StandardCharsets.US_ASCII)));
            execute(client, statement, null);
            assertThat(row(client)).contains("long");
        }
    }

    private static int prepare(FakeClient client, String sql) throws IOException {
        client.send(Command.STMT_PREPARE, sql.getBytes(StandardCharsets.US_ASCII));
        ByteBuf ok = client.wire().read();
        assertThat(ok.getUnsignedByte(0)).isZero();
        int id = ok.getIntLE(1);
        for (int definitions = ok.getUnsignedShortLE(5) + ok.getUnsignedShortLE(7); definitions > 0; definitions--) {
            client.wire().read();
        }
        return id;
    }

    /** With one parameter, a blob; null for one that was sent before. */
    private static void execute(FakeClient client, int statement, String value) throws IOException {
        client.wire().send(0, out -> {
            out.writeByte(Command.STMT_EXECUTE.code()).writeIntLE(statement).writeByte(0).writeIntLE(1);
            out.writeByte(0).writeByte(1).writeByte(0xFC).writeByte(0);
            if (value != null) {
                out.writeByte(value.length()).writeBytes(value.getBytes(StandardCharsets.US_ASCII));
            }
        });
    }

    /** The only row of an answer, as it is. */
    private static String row(FakeClient client) throws IOException {
        ByteBuf count = client.wire().read();
        assertThat(count.getUnsignedByte(0)).as(count.toString(StandardCharsets.ISO_8859_1)).isEqualTo((short) 2);
        client.wire().read();
        client.wire().read();
        String row = client.wire().read().toString(StandardCharsets.ISO_8859_1);
        client.wire().read();
        return row;
    }
}
