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
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that Usher answers itself, with an error: nothing of them is left, and nothing of the session is lost. */
class AnsweredHereIT {
    private static final TestAccount ROOT = new TestAccount("root", "", "");
    /** Of an execution so much is read before it is looked at. */
    private static final int READ_OF_EXECUTION = 144 << 10;

    @TempDir
    private Path state;

    @RegisterExtension
    private final Opened open = new Opened();

    private RunningUsher usher(HandOver handOver, int connections) {
        return open.add(RunningUsher.knowing(ROOT, TestServers.find(ServerKind.EMBEDDED).orElseThrow().port(), state,
                config -> config.withPool(config.pool().withHandOver(handOver).withMaxServerConnections(connections))));
    }

    private FakeClient client(RunningUsher usher) throws IOException {
        return open.add(usher.client(ROOT));
    }

    private static ErrPacket error(FakeClient client) throws IOException {
        ByteBuf answer = client.wire().read();
        assertThat(answer.getUnsignedByte(0)).isEqualTo((short) ErrPacket.HEADER);
        return ErrPacket.read(answer);
    }

    @ParameterizedTest
    @ValueSource(ints = {READ_OF_EXECUTION, 128 << 10})
    void theRestOfALargeExecutionIsNotReadAsCommands(int at) throws Exception {
        FakeClient client = client(usher(HandOver.LAZY, 3));
        byte[] hidden = "CREATE SCHEMA smuggled".getBytes(StandardCharsets.US_ASCII);
        ByteBuf value = Unpooled.buffer();
        // An execution of a statement that does not exist; in its value, where the part that is read at once ends, what looks like the packet of another command.
        value.writeByte(Command.STMT_EXECUTE.code()).writeIntLE(99).writeByte(0).writeIntLE(1);
        value.writeZero(at - value.readableBytes());
        int start = Packets.begin(value, 0);
        value.writeByte(Command.QUERY.code()).writeBytes(hidden);
        Packets.end(value, start);
        value.writeZero(200_000);
        client.wire().send(0, out -> out.writeBytes(value));
        assertThat(error(client).code()).isEqualTo(1243);
        assertThat(client.query("SELECT 5").rows().getFirst()).containsExactly("5");
        assertThat(client.query("SHOW SCHEMAS LIKE 'smuggled'").rows()).isEmpty();
    }

    @Test
    void anEmptyPacketTakesNothingFromTheSession() throws Exception {
        RunningUsher usher = usher(HandOver.SHUFFLE, 4);
        FakeClient client = client(usher);
        FakeClient other = client(usher);
        client.query("CREATE TEMPORARY TABLE test.kept AS SELECT 7 AS a");
        client.wire().send(0, out -> {});
        assertThat(error(client).code()).isEqualTo(1047);
        for (int i = 0; i < 8; i++) {
            assertThat(other.query("SELECT * FROM test.kept").errorCode()).as("the other session").isEqualTo(1146);
            assertThat(client.query("SELECT * FROM test.kept").rows().getFirst()).containsExactly("7");
        }
    }

    /** MariaDB's connectors send the execution of "the statement prepared last" without waiting for that to be prepared. */
    @Test
    void anExecutionBehindARefusedPrepareRunsNothing() throws Exception {
        FakeClient client = client(usher(HandOver.LAZY, 3));
        client.query("CREATE OR REPLACE TABLE test.filled (a INT)");
        byte[] insert = ("INSERT INTO test.filled VALUES (1) /* " + "x".repeat(100_000) + " */").getBytes(StandardCharsets.US_ASCII);
        while (true) {
            client.send(Command.STMT_PREPARE, insert);
            ByteBuf answer = client.wire().read();
            if (answer.getUnsignedByte(0) == ErrPacket.HEADER) {
                assertThat(ErrPacket.read(answer).code()).isEqualTo(1461);
                break;
            }
        }
        client.wire().send(0, out -> out.writeByte(Command.STMT_EXECUTE.code()).writeIntLE(-1).writeByte(0).writeIntLE(1));
        assertThat(error(client).code()).isEqualTo(1243);
        assertThat(client.query("SELECT COUNT(*) FROM test.filled").rows().getFirst()).containsExactly("0");
        client.query("DROP TABLE test.filled");
    }

    @Test
    void aSessionThatHasPreparedManyByNameGivesItsConnectionUp() throws Exception {
        RunningUsher usher = usher(HandOver.LAZY, 2);
        FakeClient client = client(usher);
        for (int i = 0; i < 60; i++) {
            assertThat(client.query("PREPARE p" + i + " FROM 'SELECT " + i + "'").errorCode()).isZero();
        }
        assertThat(client(usher).query("SELECT 5").rows().getFirst()).containsExactly("5");
        assertThat(client.query("EXECUTE p0").rows().getFirst()).containsExactly("0");
    }

    /** MySqlConnector sends a reset and what follows in one write; here the reset has to wait for what only the connection knows. */
    @Test
    void whatIsSentTogetherWithAResetIsAnsweredToo() throws Exception {
        FakeClient client = client(usher(HandOver.LAZY, 3));
        client.query("SELECT SQL_CALC_FOUND_ROWS 1 UNION SELECT 2 LIMIT 1");
        client.wire().sendRaw(new byte[]{1, 0, 0, 0, (byte) Command.RESET_CONNECTION.code(), 1, 0, 0, 0, (byte) Command.PING.code()});
        assertThat(client.wire().read().getUnsignedByte(0)).as("the reset").isEqualTo((short) 0);
        assertThat(client.wire().read().getUnsignedByte(0)).as("the ping").isEqualTo((short) 0);
        assertThat(client.query("SELECT 5").rows().getFirst()).containsExactly("5");
    }

    @Test
    void aResetEndsThoughNoQuestionOfUshersGetsARow() throws Exception {
        FakeClient client = client(usher(HandOver.LAZY, 3));
        client.query("SET sql_select_limit = 0");
        client.query("SELECT SQL_CALC_FOUND_ROWS 1 UNION SELECT 2 LIMIT 1");
        client.wire().sendRaw(new byte[]{1, 0, 0, 0, (byte) Command.RESET_CONNECTION.code()});
        assertThat(client.wire().read().getUnsignedByte(0)).as("the reset").isEqualTo((short) 0);
        assertThat(client.query("SELECT 5").rows().getFirst()).containsExactly("5");
    }

    @Test
    void whatASessionHasLockedIsFreeWhenItsResetIsAnswered() throws Exception {
        RunningUsher usher = usher(HandOver.LAZY, 6);
        FakeClient holder = client(usher);
        FakeClient next = client(usher);
        for (int round = 0; round < 50; round++) {
            assertThat(holder.query("SELECT GET_LOCK('reset', 0)").rows().getFirst()).containsExactly("1");
            // A ping behind the reset is answered behind it, and another reset has nothing to wait for.
            holder.wire()
                    .sendRaw(new byte[]{1, 0, 0, 0, (byte) Command.RESET_CONNECTION.code(), 1, 0, 0, 0, (byte) Command.PING.code(), 1, 0, 0,
                        0,
                        (byte) Command.RESET_CONNECTION.code()});
            assertThat(holder.wire().read().getUnsignedByte(0)).as("the reset").isEqualTo((short) 0);
            assertThat(next.query("SELECT GET_LOCK('reset', 0), RELEASE_LOCK('reset')").rows().getFirst()).containsExactly("1", "1");
            assertThat(holder.wire().read().getUnsignedByte(0)).as("the ping").isEqualTo((short) 0);
            assertThat(holder.wire().read().getUnsignedByte(0)).as("the second reset").isEqualTo((short) 0);
        }
    }

    @Test
    void aClientThatGoesWhileItsResetIsUnderWayLeavesNothing() throws Exception {
        RunningUsher usher = usher(HandOver.LAZY, 3);
        FakeClient next = client(usher);
        for (int round = 0; round < 50; round++) {
            try (FakeClient gone = usher.client(ROOT)) {
                gone.query("CREATE TEMPORARY TABLE test.mine (a INT)");
                gone.wire().sendRaw(new byte[]{1, 0, 0, 0, (byte) Command.RESET_CONNECTION.code()});
            }
            assertThat(next.query("SELECT * FROM test.mine").errorCode()).isEqualTo(1146);
        }
    }
}
