package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import dev.usher.testing.WireClient;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.Packets;
import io.netty.util.internal.PlatformDependent;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Results and statements that are larger than Usher may become. */
class BigResultIT {
    private static final int MIB = 1 << 20;
    private static final int ROW = MIB;
    private static final int ROWS = 1024;
    /** What a slow reader's result may take in Usher: far less than the result, far more than one connection's buffers. */
    private static final long MEMORY_LIMIT = 64L * MIB;

    private static TestServer server;

    @TempDir
    static Path state;

    @BeforeAll
    static void start() {
        server = TestServers.start(ServerKind.EMBEDDED);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aResultOfAGibibyteTakesNoMemoryHoweverSlowlyItIsRead() throws Exception {
        try (ServeProcess usher = ServeProcess.start(server, state, "--max-server-connections=3");
                WireClient slow = WireClient.connect(usher.address(0), "app", "app-secret", "test", 64 << 10);
                WireClient other = WireClient.connect(usher.address(0), "app", "app-secret", "test")) {
            for (int i = 0; i < 5000; i++) {
                other.query("SELECT 1"); // compiled, what is compiled takes memory too
            }
            long before = usher.residentBytes();
            long most = 0;
            slow.send("SELECT REPEAT(CHAR(65 + seq % 26), " + ROW + ") FROM seq_1_to_" + ROWS);
            DataInputStream in = new DataInputStream(slow.raw());
            assertThat(payload(in)).as("column count").containsExactly(1);
            payload(in);
            byte[] expected = new byte[ROW];
            for (int row = 1; row <= ROWS; row++) {
                if (row % 64 == 2) {
                    // Meanwhile nothing is read: the server writes as far as it can, and the pool works for others, on what is left of it.
                    for (int i = 0; i < 20; i++) {
                        assertThat(other.query("SELECT " + i)).isEqualTo(Integer.toString(i));
                    }
                    most = Math.max(most, usher.residentBytes() - before);
                }
                byte[] read = payload(in);
                Arrays.fill(expected, (byte) (65 + row % 26));
                assertThat(read.length).isEqualTo(ROW + 4);
                assertThat(Arrays.mismatch(read, 4, read.length, expected, 0, ROW)).as("first wrong byte in row %d", row).isEqualTo(-1);
            }
            assertThat(payload(in)[0] & 0xFF).isEqualTo(0xFE);
            assertThat(most).as("bytes that the process has grown by").isLessThan(MEMORY_LIMIT);
            System.out.printf("LOOKED AT: a result of 1 GiB for a slow reader: resident memory %d MiB, at most %d MiB more%n", before / MIB,
                    most / MIB);
        }
    }

    @Test
    void aClientThatReadsNothingButSendsOnIsNotBufferedEither() throws Exception {
        try (Usher usher = Poolers.start(server, state, pool -> pool.withMaxServerConnections(3));
                WireClient silent = WireClient.connect(Poolers.address(usher), "app", "app-secret", "test", 64 << 10);
                WireClient other = WireClient.connect(Poolers.address(usher), "app", "app-secret", "test")) {
            other.query("SELECT 1");
            long before = memory();
            for (int i = 0; i < 200; i++) {
                silent.send("SELECT REPEAT('x', 1048576)");
            }
            for (int i = 0; i < 300; i++) {
                other.query("SELECT " + i);
            }
            assertThat(memory() - before).isLessThan(MEMORY_LIMIT);
            DataInputStream in = new DataInputStream(silent.raw());
            for (int i = 0; i < 200; i++) {
                payload(in);
                payload(in);
                assertThat(payload(in)).hasSize(ROW + 4);
                payload(in);
            }
        }
    }

    static Stream<String> transports() {
        return Stream.of("", "&sslMode=trust&useCompression=true");
    }

    @ParameterizedTest
    @MethodSource("transports")
    void packetsOf64MebibytesPassBothWays(String options) throws SQLException {
        String text = "ab".repeat(32 * MIB);
        try (Usher usher = Poolers.start(server, state, pool -> pool.withMaxServerConnections(3));
                Connection connection = Poolers.jdbc(usher, "app", "app-secret", options + "&maxAllowedPacket=1073741824");
                Connection binary =
                        Poolers.jdbc(usher, "app", "app-secret", options + "&maxAllowedPacket=1073741824&useServerPrepStmts=true")) {
            assertThat(echoed(connection, text)).isEqualTo(crc(text));
            assertThat(bound(binary, text)).isEqualTo(crc(text));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Packets.MAX_FRAME - 1, Packets.MAX_FRAME, Packets.MAX_FRAME + 1, 2 * Packets.MAX_FRAME})
    void payloadsAroundTheLargestFramePassBothWays(int payload) throws Exception {
        try (Usher usher = Poolers.start(server, state, pool -> pool.withMaxServerConnections(3));
                Connection connection = Poolers.jdbc(usher, "app", "app-secret", "&maxAllowedPacket=1073741824")) {
            // COM_QUERY and the text around the literal; a row has its column's length in front of it.
            String statement = "x".repeat(payload - 1 - "SELECT CRC32(''), 1".length());
            try (var query = connection.createStatement(); var rows = query.executeQuery("SELECT CRC32('" + statement + "'), 1")) {
                rows.next();
                assertThat(rows.getLong(1)).isEqualTo(crc(statement));
            }
            int column = payload - 4;
            try (var query = connection.createStatement(); var rows = query.executeQuery("SELECT REPEAT('y', " + column + ")")) {
                rows.next();
                assertThat(crc(rows.getString(1))).isEqualTo(crc("y".repeat(column)));
            }
            try (var query = connection.createStatement(); var rows = query.executeQuery("SELECT 1")) {
                assertThat(rows.next()).as("in step afterwards").isTrue();
            }
        }
    }

    /** There and back as a literal. */
    private static long echoed(Connection connection, String text) throws SQLException {
        try (var statement = connection.createStatement(); var rows = statement.executeQuery("SELECT '" + text + "'")) {
            rows.next();
            return crc(rows.getString(1));
        }
    }

    /** There and back as a parameter, of COM_STMT_EXECUTE and of COM_STMT_SEND_LONG_DATA. */
    private static long bound(Connection connection, String text) throws SQLException {
        try (var statement = connection.prepareStatement("SELECT ?")) {
            statement.setString(1, text);
            try (var rows = statement.executeQuery()) {
                rows.next();
                assertThat(crc(rows.getString(1))).isEqualTo(crc(text));
            }
            statement.setCharacterStream(1, new java.io.StringReader(text));
            try (var rows = statement.executeQuery()) {
                rows.next();
                return crc(rows.getString(1));
            }
        }
    }

    private static byte[] payload(DataInputStream in) throws IOException {
        byte[] header = in.readNBytes(Packets.HEADER);
        byte[] payload = in.readNBytes(header[0] & 0xFF | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16);
        assertThat(payload[0] & 0xFF).isNotEqualTo(ErrPacket.HEADER);
        return payload;
    }

    private static long crc(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        return crc.getValue();
    }

    /** What Netty has taken outside the heap, where all that passes through is. */
    private static long memory() {
        return PlatformDependent.usedDirectMemory();
    }
}
