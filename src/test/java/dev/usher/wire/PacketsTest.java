package dev.usher.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What is written is read again, and what is cut off or spoiled is refused as malformed, whichever packet it is. */
class PacketsTest {
    @Provide
    Arbitrary<String> name() {
        return Arbitraries.strings().all().ofMaxLength(300)
                .map(s -> new String(s.replace("\0", "").getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }

    @Provide
    Arbitrary<Long> anyCapabilities() {
        return Arbitraries.longs().between(0, (1L << 38) - 1);
    }

    @Property
    void handshakeV10(
            @ForAll("name") String version, @ForAll @LongRange(min = 0, max = 0xFFFFFFFFL) long id, @ForAll @Size(20) byte[] nonce,
            @ForAll("anyCapabilities") long any, @ForAll @IntRange(max = 255) int collation, @ForAll @IntRange(max = 65535) int status,
            @ForAll("name") String plugin) {
        long capabilities = extendedOnlyFromMariaDb(any | Capabilities.PLUGIN_AUTH);
        HandshakeV10 written = new HandshakeV10(version, id, nonce, capabilities, collation, status, plugin);
        byte[] bytes = written(written::write);
        HandshakeV10 read = HandshakeV10.read(Unpooled.wrappedBuffer(bytes));
        assertThat(read).usingRecursiveComparison().isEqualTo(written);
        truncatedOrSpoiled(bytes, HandshakeV10::read);
    }

    @Property
    void handshakeResponse41(
            @ForAll("anyCapabilities") long any, @ForAll("name") String user, @ForAll byte[] answer, @ForAll("name") String database,
            @ForAll("name") String plugin,
            @ForAll @Size(max = 5) Map<@net.jqwik.api.From("name") String, @net.jqwik.api.From("name") String> attributes,
            @ForAll @IntRange(max = 22) int level) {
        boolean withDatabase = (any & Capabilities.CONNECT_WITH_DB) != 0 && !database.isEmpty();
        long capabilities =
                extendedOnlyFromMariaDb(any | Capabilities.PROTOCOL_41 | Capabilities.PLUGIN_AUTH | Capabilities.PLUGIN_AUTH_LENENC_DATA
                        | Capabilities.CONNECT_ATTRS | Capabilities.SECURE_CONNECTION)
                        & ~(withDatabase ? 0 : Capabilities.CONNECT_WITH_DB);
        HandshakeResponse41 written = new HandshakeResponse41(
                capabilities, 1 << 24, 45, user, answer, withDatabase ? database : null, plugin, new LinkedHashMap<>(attributes),
                (capabilities & Capabilities.ZSTD_COMPRESSION) == 0 ? 0 : level);
        byte[] bytes = written(written::write);
        assertThat(HandshakeResponse41.read(Unpooled.wrappedBuffer(bytes))).usingRecursiveComparison().isEqualTo(written);
        truncatedOrSpoiled(bytes, HandshakeResponse41::read);
    }

    /** The four bytes of MariaDB's extended capabilities mean something only where MySQL's first bit is clear. */
    private static long extendedOnlyFromMariaDb(long any) {
        return (any & Capabilities.LONG_PASSWORD) == 0 ? any : any & 0xFFFFFFFFL;
    }

    @Property
    void okPacket(
            @ForAll @LongRange(min = 0) long rows, @ForAll @LongRange(min = 0) long insertId, @ForAll @IntRange(max = 65535) int status,
            @ForAll @IntRange(max = 65535) int warnings, @ForAll byte[] message, @ForAll byte[] trackers, @ForAll boolean eof) {
        int header = eof ? OkPacket.EOF_HEADER : OkPacket.HEADER;
        byte[] bytes = written(out -> OkPacket.write(out, header, rows, insertId, status, warnings, Unpooled.wrappedBuffer(message),
                Unpooled.wrappedBuffer(trackers)));
        OkPacket read = new OkPacket();
        read.read(Unpooled.wrappedBuffer(bytes));
        int changed = ServerStatus.SESSION_STATE_CHANGED;
        assertThat(read.header()).isEqualTo(header);
        assertThat(read.affectedRows()).isEqualTo(rows);
        assertThat(read.insertId()).isEqualTo(insertId);
        assertThat(read.status()).isEqualTo(trackers.length > 0 ? status | changed : status & ~changed);
        assertThat(read.warnings()).isEqualTo(warnings);
        assertThat(ByteBufUtil.getBytes(read.message())).isEqualTo(message);
        assertThat(ByteBufUtil.getBytes(read.trackers())).isEqualTo(trackers);
        truncatedOrSpoiled(bytes, in -> {
            OkPacket spoiled = new OkPacket();
            spoiled.read(in);
            SessionTrack.read(spoiled.trackers(), IGNORED);
        });
    }

    @Property
    void errPacket(@ForAll @IntRange(max = 65535) int code, @ForAll boolean withState, @ForAll("name") String message) {
        ErrPacket written = new ErrPacket(code, withState ? "HY000" : "", withState ? message : "x" + message);
        byte[] bytes = written(written::write);
        assertThat(ErrPacket.read(Unpooled.wrappedBuffer(bytes))).isEqualTo(written);
        truncatedOrSpoiled(bytes, ErrPacket::read);
    }

    @Property
    void authSwitchRequest(@ForAll("name") String plugin, @ForAll @Size(20) @ByteRange(min = 1) byte[] nonce) {
        AuthSwitchRequest written = new AuthSwitchRequest(plugin, Arrays.copyOf(nonce, 21));
        byte[] bytes = written(written::write);
        AuthSwitchRequest read = AuthSwitchRequest.read(Unpooled.wrappedBuffer(bytes));
        assertThat(read.plugin()).isEqualTo(plugin);
        assertThat(read.bareNonce()).isEqualTo(nonce);
        truncatedOrSpoiled(bytes, AuthSwitchRequest::read);
    }

    /** Those of client_ed25519 and parsec. */
    @Test
    void aNonceOf32BytesMayEndInZero() {
        byte[] nonce = new byte[32];
        Arrays.fill(nonce, 0, 31, (byte) 7);
        assertThat(new AuthSwitchRequest("parsec", nonce).bareNonce()).isEqualTo(nonce);
    }

    @Test
    void authSwitchRequestOfOldServersIsOneByte() {
        assertThat(AuthSwitchRequest.read(Unpooled.wrappedBuffer(new byte[]{(byte) 0xFE})).plugin()).isEqualTo("mysql_old_password");
    }

    @Property
    void lengthEncodedIntegers(@ForAll @LongRange(min = 0) long value) {
        byte[] bytes = written(out -> LengthEncoded.writeInt(out, value));
        assertThat(LengthEncoded.readInt(Unpooled.wrappedBuffer(bytes))).isEqualTo(value);
        truncatedOrSpoiled(bytes, LengthEncoded::readInt);
    }

    @Property
    void lengthEncodedStrings(@ForAll @Size(max = 70_000) byte[] value) {
        byte[] bytes = written(out -> LengthEncoded.writeBytes(out, value));
        assertThat(LengthEncoded.readBytes(Unpooled.wrappedBuffer(bytes))).isEqualTo(value);
        truncatedOrSpoiled(bytes, LengthEncoded::readSlice);
    }

    @Property(tries = 300)
    void assemblerGivesThePayloadsHoweverTheyAreCut(@ForAll @Size(max = 8) java.util.List<byte[]> payloads, @ForAll long seed) {
        byte[] bytes = written(out -> payloads.forEach(payload -> Packets.write(out, 3, body -> body.writeBytes(payload))));
        PacketAssembler assembler = new PacketAssembler(1000);
        var random = new Random(seed);
        var read = new java.util.ArrayList<byte[]>();
        for (int from = 0; from < bytes.length;) {
            int length = Math.min(bytes.length - from, 1 + random.nextInt(20));
            assembler.add(Unpooled.buffer().alloc(), Unpooled.copiedBuffer(bytes, from, length));
            ByteBuf payload;
            while ((payload = assembler.next()) != null) {
                read.add(ByteBufUtil.getBytes(payload));
            }
            from += length;
        }
        assembler.release();
        assertThat(read).usingElementComparator(Arrays::compare).isEqualTo(payloads);
    }

    private static byte[] written(Consumer<ByteBuf> body) {
        ByteBuf out = Unpooled.buffer();
        body.accept(out);
        return ByteBufUtil.getBytes(out);
    }

    private static void truncatedOrSpoiled(byte[] bytes, Consumer<ByteBuf> read) {
        var random = new Random(bytes.length);
        for (int i = 0; i < 20; i++) {
            refusedOrRead(Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)), read);
            byte[] spoiled = bytes.clone();
            spoiled[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            refusedOrRead(spoiled, read);
        }
    }

    private static void refusedOrRead(byte[] bytes, Consumer<ByteBuf> read) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        try {
            read.accept(in);
        } catch (MalformedPacketException | IndexOutOfBoundsException expected) {
            return;
        }
        assertThat(in.readerIndex()).isLessThanOrEqualTo(bytes.length);
    }

    private static final SessionTrack.Listener IGNORED = new SessionTrack.Listener() {
        @Override
        public void variable(String name, String value) {
            assertThat(value).isNotNull();
        }

        @Override
        public void schema(String name) {
            assertThat(name).isNotNull();
        }

        @Override
        public void stateChanged() {}

        @Override
        public void transactionCharacteristics(String sql) {
            assertThat(sql).isNotNull();
        }

        @Override
        public void transactionState(String state) {
            assertThat(state).isNotNull();
        }
    };
}
