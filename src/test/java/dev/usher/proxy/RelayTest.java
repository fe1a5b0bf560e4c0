package dev.usher.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.pool.LoneServerConnection;
import dev.usher.pool.ServerConnection;
import dev.usher.testing.ScriptedResponse;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command.Response;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.MalformedPacketException;
import dev.usher.wire.OkPacket;
import dev.usher.wire.Packets;
import dev.usher.wire.ResponseReader;
import dev.usher.wire.Responses;
import dev.usher.wire.ServerStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client gets is, byte by byte, what a server would have sent to a client with its capabilities. */
class RelayTest {
    private static final int MORE = ServerStatus.AUTOCOMMIT | ServerStatus.MORE_RESULTS;

    static Stream<Arguments> responsesAndClients() {
        return Responses.ALL.stream()
                .flatMap(response -> Stream.of(true, false)
                        .flatMap(eof -> Stream.of(true, false).map(track -> Arguments.of(response, eof, track))));
    }

    @ParameterizedTest(name = "{0}, DEPRECATE_EOF {1}, SESSION_TRACK {2}")
    @MethodSource("responsesAndClients")
    void aClientGetsWhatAServerWouldHaveSent(Responses response, boolean deprecateEof, boolean sessionTrack) {
        try (var relayed = new Relayed(deprecateEof, sessionTrack)) {
            relayed.begin(response.shape(), 0);
            relayed.arrives(ScriptedResponse.toUsher(response.script()));
            assertThat(hex(relayed.client())).isEqualTo(hex(ScriptedResponse.toClient(deprecateEof, sessionTrack, response.script())));
            assertThat(relayed.finished).isTrue();
        }
    }

    @Provide
    Arbitrary<Responses> anyResponse() {
        return Arbitraries.of(Responses.ALL);
    }

    @Property(tries = 500)
    void cutsChangeNothing(@ForAll("anyResponse") Responses response, @ForAll boolean deprecateEof, @ForAll boolean sessionTrack,
            @ForAll long seed) {
        try (var relayed = new Relayed(deprecateEof, sessionTrack)) {
            relayed.begin(response.shape(), 0);
            byte[] bytes = ScriptedResponse.toUsher(response.script());
            var random = new Random(seed);
            for (int from = 0; from < bytes.length;) {
                int to = Math.min(bytes.length, from + 1 + random.nextInt(15));
                relayed.arrives(Arrays.copyOfRange(bytes, from, to));
                from = to;
            }
            assertThat(hex(relayed.client())).isEqualTo(hex(ScriptedResponse.toClient(deprecateEof, sessionTrack, response.script())));
            assertThat(relayed.finished).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theAnswersToARestoreAreNotSeen(boolean deprecateEof) {
        Consumer<ScriptedResponse> own = r -> r.columns("a").row("1").end(MORE).ok();
        try (var relayed = new Relayed(deprecateEof, false)) {
            relayed.begin(Response.RESULT, 2);
            relayed.arrives(ScriptedResponse.toUsher(r -> own.accept(r.ok(MORE).okWithSilentTrackers(MORE))));
            assertThat(hex(relayed.client())).isEqualTo(hex(ScriptedResponse.toClient(deprecateEof, false, own)));
        }
    }

    @Test
    void aFailedRestoreIsNotSeen() {
        try (var relayed = new Relayed(true, true)) {
            relayed.begin(Response.RESULT, 2);
            relayed.arrives(ScriptedResponse.toUsher(r -> r.ok(MORE).err(1231, "42000", "can't be set")));
            assertThat(relayed.client()).isEmpty();
            assertThat(relayed.errors).containsExactly("1231 before the statement");
            assertThat(relayed.finished).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rowsOfSeveralFramesKeepTheirSequence(boolean deprecateEof) {
        Consumer<ScriptedResponse> script = r -> r.columns("a").rowOf(Packets.MAX_FRAME).row("behind").rowOf(Packets.MAX_FRAME + 20).end();
        try (var relayed = new Relayed(deprecateEof, false)) {
            relayed.begin(Response.RESULT, 0);
            relayed.arrives(ScriptedResponse.toUsher(script));
            assertThat(Arrays.equals(relayed.client(), ScriptedResponse.toClient(deprecateEof, false, script))).isTrue();
        }
    }

    @Test
    void theClientGetsItsOwnStatementId() {
        try (var relayed = new Relayed(true, false)) {
            relayed.statementId = 77;
            relayed.begin(Response.PREPARE, 0);
            relayed.arrives(ScriptedResponse.toUsher(r -> r.prepared(3, 1, 1)));
            assertThat(relayed.client()).isEqualTo(ScriptedResponse.toClient(true, false, r -> r.prepared(77, 1, 1)));
            assertThat(relayed.serverId).isEqualTo(3);
        }
    }

    @Property(tries = 500)
    void anErrWhereTheServerStoppedHasTheNextSequenceId(@ForAll("anyResponse") Responses response, @ForAll boolean deprecateEof,
            @ForAll long seed) {
        byte[] bytes = ScriptedResponse.toUsher(response.script());
        try (var relayed = new Relayed(deprecateEof, false)) {
            relayed.begin(response.shape(), 0);
            relayed.arrives(Arrays.copyOf(bytes, new Random(seed).nextInt(bytes.length)));
            assertGoesOnWith(relayed);
        }
    }

    @Property(tries = 500)
    void anErrWhereTheServerSentNonsenseHasTheNextSequenceId(@ForAll("anyResponse") Responses response, @ForAll boolean deprecateEof,
            @ForAll long seed) {
        byte[] bytes = ScriptedResponse.toUsher(response.script());
        var random = new Random(seed);
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        try (var relayed = new Relayed(deprecateEof, false)) {
            relayed.begin(response.shape(), 0);
            ByteBuf in = Unpooled.wrappedBuffer(bytes);
            try {
                relayed.relay.read(relayed.connection, relayed.reader, in);
            } catch (MalformedPacketException | IndexOutOfBoundsException malformed) {
                assertGoesOnWith(relayed);
            }
        }
    }

    @Test
    void rowsAreCountedForAnErrBehindThem() {
        try (var relayed = new Relayed(true, false)) {
            relayed.begin(Response.RESULT, 0);
            relayed.arrives(ScriptedResponse.toUsher(r -> r.columns("a").row("1").row("2").row("3")));
            assertThat(relayed.relay.nextSequence()).isEqualTo(6);
        }
    }

    @Test
    void whatPrecedesNonsenseIsPassedOn() {
        try (var relayed = new Relayed(true, false)) {
            relayed.begin(Response.RESULT, 0);
            byte[] bytes = ScriptedResponse.toUsher(r -> r.columns("a").row("1").garbage((byte) 0, (byte) 0, (byte) 0, (byte) 4, (byte) 9));
            assertThatThrownBy(() -> relayed.relay.read(relayed.connection, relayed.reader, Unpooled.wrappedBuffer(bytes)))
                    .isInstanceOf(MalformedPacketException.class);
            assertThat(relayed.client()).isEqualTo(ScriptedResponse.toClient(true, false, r -> r.columns("a").row("1")));
            assertThat(relayed.relay.nextSequence()).isEqualTo(4);
        }
    }

    /** Either the client's bytes end between two packets and the next one's id is known, or it is known that they do not. */
    private static void assertGoesOnWith(Relayed relayed) {
        ByteBuf got = Unpooled.wrappedBuffer(relayed.client());
        int next = 1;
        while (got.readableBytes() >= Packets.HEADER
                && got.readableBytes() >= Packets.HEADER + got.getUnsignedMediumLE(got.readerIndex())) {
            next = got.getUnsignedByte(got.readerIndex() + 3) + 1;
            got.skipBytes(Packets.HEADER + got.getUnsignedMediumLE(got.readerIndex()));
        }
        assertThat(relayed.relay.betweenPackets()).isEqualTo(!got.isReadable());
        if (!got.isReadable()) {
            assertThat(relayed.relay.nextSequence() & 0xFF).isEqualTo(next & 0xFF);
        }
    }

    private static String hex(byte[] bytes) {
        return ByteBufUtil.hexDump(bytes).replaceAll("(.{64})", "$1\n");
    }

    /** A relay between two embedded channels, and what it tells about the response. */
    private static final class Relayed implements Relay.Notes, Relay.Listener, AutoCloseable {
        private final EmbeddedChannel clientChannel = new EmbeddedChannel();
        private final EmbeddedChannel serverChannel = new EmbeddedChannel();
        private final ServerConnection connection = LoneServerConnection.on(serverChannel);
        private final ResponseReader reader = new ResponseReader();
        private final Relay relay;
        private final List<String> errors = new ArrayList<>();
        private int statementId = 3;
        private int serverId;
        private boolean finished;
        private boolean lost;

        Relayed(boolean deprecateEof, boolean sessionTrack) {
            long capabilities = (deprecateEof ? Capabilities.DEPRECATE_EOF : 0) | (sessionTrack ? Capabilities.SESSION_TRACK : 0);
            relay = new Relay(clientChannel, capabilities, TrackerFilter.DEFAULT, this, this);
        }

        void begin(Response shape, int restoreStatements) {
            relay.begin(shape, restoreStatements);
            connection.expect(relay);
            reader.begin(shape, false, relay.sequenceShift());
        }

        void arrives(byte[] bytes) {
            serverChannel.writeInbound(Unpooled.wrappedBuffer(bytes));
        }

        /** All that the client has got so far. */
        byte[] client() {
            relay.pause();
            ByteBuf all = Unpooled.buffer();
            for (Object message : clientChannel.outboundMessages()) {
                all.writeBytes(((ByteBuf) message).duplicate());
            }
            return ByteBufUtil.getBytes(all);
        }

        @Override
        public void restored(ServerConnection connection) {
            // What the client gets does not depend on it.
        }

        @Override
        public void ok(ServerConnection from, OkPacket ok, long rows) {
            assertThat(from).isSameAs(connection);
        }

        @Override
        public void err(ServerConnection from, ErrPacket error, boolean statementRan) {
            errors.add(error.code() + (statementRan ? "" : " before the statement"));
        }

        @Override
        public int prepared(ServerConnection from, int serverId, int parameters, int warnings) {
            this.serverId = serverId;
            return statementId;
        }

        @Override
        public void localInfile(int sequenceShift) {
            assertThat(sequenceShift).isZero();
        }

        @Override
        public void finished(ServerConnection from) {
            finished = true;
        }

        @Override
        public void pointless(ServerConnection from) {
            errors.add("pointless");
        }

        @Override
        public void lostResponse(ServerConnection from, ErrPacket cause) {
            lost = true;
        }

        @Override
        public void close() {
            LoneServerConnection.close(connection);
            assertThat(lost).isEqualTo(!finished);
            clientChannel.flush();
            clientChannel.finishAndReleaseAll();
            serverChannel.releaseOutbound();
        }
    }
}
