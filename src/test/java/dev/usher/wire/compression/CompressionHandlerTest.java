package dev.usher.wire.compression;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.io.ByteArrayOutputStream;
import java.nio.channels.ClosedChannelException;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionHandlerTest {
    private int unread;
    private final EmbeddedChannel channel = new EmbeddedChannel(new CompressionHandler(Compression.zlib(), () -> unread));

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    /** The example in the MySQL protocol documentation, "Compressed Packet". */
    @Test
    void readsTheDocumentedExample() {
        channel.writeInbound(hex("22000000320000" + "789cd3636060602e4ecd494d2e51503230343236313533b7b0c4cd52" + "02000cd10a6c"));
        byte[] plain = readInbound(channel);
        assertThat(plain).hasSize(50).startsWith(0x2e, 0, 0, 0, 3);
        assertThat(new String(plain, 5, 45, US_ASCII)).startsWith("select \"0123456789");
    }

    @Test
    void shortFramesAreStoredAndLongOnesCompressed() {
        channel.writeOutbound(Unpooled.copiedBuffer("x".repeat(49), US_ASCII));
        assertThat(readOutbound(channel)).startsWith(49, 0, 0, 0, 0, 0, 0, 'x').hasSize(7 + 49);
        channel.writeOutbound(Unpooled.copiedBuffer("x".repeat(50), US_ASCII));
        byte[] second = readOutbound(channel);
        assertThat(second).hasSizeLessThan(7 + 50);
        assertThat(second[4]).isEqualTo((byte) 50);
    }

    @Test
    void whatDoesNotShrinkIsStored() {
        byte[] random = new byte[1000];
        new Random(1).nextBytes(random);
        channel.writeOutbound(Unpooled.copiedBuffer(random));
        assertThat(readOutbound(channel)).hasSize(7 + 1000).startsWith(0xE8, 3, 0, 0, 0, 0, 0).endsWith(random);
    }

    @Test
    void responseCountsOnFromTheCommandAndEachCommandBeginsAgain() {
        channel.writeInbound(stored(0, "first command"), stored(1, "its second frame"));
        channel.writeOutbound(Unpooled.copiedBuffer("response", US_ASCII));
        channel.writeOutbound(Unpooled.copiedBuffer("more of it", US_ASCII));
        assertThat(sequenceNumber(readOneOutbound())).isEqualTo(2);
        assertThat(sequenceNumber(readOneOutbound())).isEqualTo(3);
        channel.writeInbound(stored(0, "second command"));
        channel.writeOutbound(Unpooled.copiedBuffer("response", US_ASCII));
        assertThat(sequenceNumber(readOneOutbound())).isEqualTo(1);
    }

    @Test
    void clientMayAnswerWithinACommand() {
        channel.writeInbound(stored(0, "load data local"));
        channel.writeOutbound(Unpooled.copiedBuffer("send me the file", US_ASCII));
        assertThat(sequenceNumber(readOneOutbound())).isEqualTo(1);
        channel.writeInbound(stored(2, "here it is"));
        channel.writeOutbound(Unpooled.copiedBuffer("ok", US_ASCII));
        assertThat(sequenceNumber(readOneOutbound())).isEqualTo(3);
    }

    @Test
    void responsesToCommandsSentAtOnceCountOnEachFromItsFrame() {
        unread = "first command".length() + "second, third".length();
        channel.writeInbound(stored(0, "first command"), stored(0, "second, third"));
        unread = "second, third".length();
        channel.writeOutbound(Unpooled.copiedBuffer("first", US_ASCII));
        channel.write(Unpooled.copiedBuffer("end of first", US_ASCII));
        unread = ", third".length();
        channel.writeOutbound(Unpooled.copiedBuffer("second", US_ASCII));
        unread = 0;
        channel.writeOutbound(Unpooled.copiedBuffer("third", US_ASCII));
        assertThat(sequenceNumber(readOneOutbound())).isEqualTo(1);
        assertThat(sequenceNumber(readOneOutbound())).isEqualTo(2);
        assertThat(sequenceNumber(readOneOutbound())).isEqualTo(1);
        assertThat(sequenceNumber(readOneOutbound())).isEqualTo(2);
    }

    @Test
    void numbersWrapAfter255() {
        for (int i = 0; i < 257; i++) {
            channel.writeInbound(stored(i & 0xFF, "x"));
        }
        channel.writeOutbound(Unpooled.copiedBuffer("x", US_ASCII));
        assertThat(sequenceNumber(readOneOutbound())).isEqualTo(1);
    }

    @Test
    void writesUpToAFlushAreOneFrame() {
        ChannelFuture first = channel.write(Unpooled.copiedBuffer("one", US_ASCII));
        ChannelFuture second = channel.write(Unpooled.copiedBuffer("two", US_ASCII));
        ChannelFuture marker = channel.write(Unpooled.EMPTY_BUFFER);
        assertThat(first.isDone()).isFalse();
        channel.flush();
        assertThat(readOutbound(channel)).hasSize(7 + 6).endsWith('o', 'n', 'e', 't', 'w', 'o');
        assertThat(first.isSuccess() && second.isSuccess() && marker.isSuccess()).isTrue();
    }

    @Test
    void largeWritesCountForWritabilityBeforeTheyAreFlushed() {
        ChannelFuture large = channel.write(Unpooled.wrappedBuffer(incompressible(10 * FrameWriter.FULL_FRAME + 1)));
        assertThat(channel.isWritable()).isFalse();
        assertThat(large.isDone()).isFalse();
        channel.flush();
        assertThat(large.isSuccess()).isTrue();
        assertThat(channel.outboundMessages()).hasSize(11);
    }

    @Test
    void closingFailsWhatWasNotFlushed() {
        ChannelFuture first = channel.write(Unpooled.copiedBuffer("one", US_ASCII));
        ChannelFuture second = channel.write(Unpooled.copiedBuffer("two", US_ASCII));
        channel.close();
        assertThat(first.cause()).isInstanceOf(ClosedChannelException.class);
        assertThat(second.cause()).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void slowReaderGetsOnePieceForEachRead() {
        byte[] zeros = new byte[3 * ZlibFrames.PIECE];
        channel.config().setAutoRead(false);
        // One read was under way when automatic reading was switched off.
        channel.writeInbound(Unpooled.wrappedBuffer(zlibFrame(zeros.length, zeros)), stored(1, "next"));
        for (int pieces = 1; pieces <= 4; pieces++) {
            assertThat(channel.inboundMessages()).hasSize(pieces);
            channel.read();
        }
        assertThat(readInbound(channel)).hasSize(zeros.length + 4).endsWith('n', 'e', 'x', 't');
    }

    @Test
    void readerThatStopsInTheMiddleOfAFrameGetsNoMore() {
        var stopping = new EmbeddedChannel(new CompressionHandler(Compression.zlib(), () -> 0), new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object piece) {
                ctx.channel().config().setAutoRead(false);
                ctx.fireChannelRead(piece);
            }
        });
        byte[] zeros = new byte[3 * ZlibFrames.PIECE];
        ByteBuf frame = Unpooled.buffer().writeBytes(zlibFrame(zeros.length, zeros));
        stopping.writeInbound(frame);
        assertThat(stopping.inboundMessages()).hasSize(1);
        stopping.finishAndReleaseAll();
        assertThat(frame.refCnt()).isZero();
    }

    @Test
    void nothingIsLostWhenReadingGoesOnByItself() {
        byte[] zeros = new byte[3 * ZlibFrames.PIECE];
        channel.config().setAutoRead(false);
        channel.writeInbound(Unpooled.wrappedBuffer(zlibFrame(zeros.length, zeros)), stored(1, "next"));
        channel.config().setAutoRead(true);
        assertThat(readInbound(channel)).hasSize(zeros.length + 4).endsWith('n', 'e', 'x', 't');
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10, 99_999, 100_001, 0xFFFFFF})
    void frameThatHoldsSomethingElseThanItsHeaderSaysIsRefused(int stated) {
        byte[] frame = zlibFrame(stated, new byte[100_000]);
        if (stated == 0) {
            frame[7] ^= 1; // length 0 means stored: nothing to contradict, so it has to pass
            channel.writeInbound(Unpooled.wrappedBuffer(frame));
            assertThat(readInbound(channel)).hasSize(frame.length - 7);
        } else {
            assertCorrupt(channel, Unpooled.wrappedBuffer(frame));
        }
    }

    @Test
    void bytesAfterTheZlibStreamAreRefused() {
        byte[] frame = zlibFrame(1000, new byte[1000]);
        ByteBuf longer = Unpooled.copiedBuffer(frame, new byte[1]);
        longer.setMediumLE(0, frame.length - 7 + 1);
        assertCorrupt(channel, longer);
    }

    @Test
    void frameOutOfOrderIsRefused() {
        channel.writeInbound(stored(0, "x"));
        assertCorrupt(channel, stored(7, "y"));
    }

    @Test
    void emptyFrameThatClaimsContentIsRefused() {
        assertCorrupt(channel, hex("00000000050000"));
    }

    @Test
    void afterCorruptionNothingMoreIsRead() {
        assertCorrupt(channel, hex("00000000050000"));
        channel.writeInbound(stored(0, "x"));
        assertThat(readInbound(channel)).isEmpty();
    }

    private static void assertCorrupt(EmbeddedChannel channel, ByteBuf bytes) {
        assertThatThrownBy(() -> channel.writeInbound(bytes))
                .isInstanceOf(DecoderException.class)
                .isInstanceOf(CorruptFrameException.class);
        assertThat(bytes.refCnt()).isZero();
    }

    private byte[] readOneOutbound() {
        ByteBuf frame = channel.readOutbound();
        try {
            return ByteBufUtil.getBytes(frame);
        } finally {
            frame.release();
        }
    }

    private static int sequenceNumber(byte[] frame) {
        return frame[3] & 0xFF;
    }

    private static ByteBuf hex(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
    }

    private static ByteBuf stored(int number, String text) {
        return Unpooled.buffer().writeMediumLE(text.length()).writeByte(number).writeMediumLE(0).writeBytes(text.getBytes(US_ASCII));
    }

    private static byte[] zlibFrame(int stated, byte[] plain) {
        Deflater deflater = new Deflater();
        deflater.setInput(plain);
        deflater.finish();
        byte[] out = new byte[plain.length + 100];
        int length = deflater.deflate(out);
        deflater.end();
        ByteBuf frame = Unpooled.buffer().writeMediumLE(length).writeByte(0).writeMediumLE(stated).writeBytes(out, 0, length);
        return ByteBufUtil.getBytes(frame);
    }

    private static byte[] incompressible(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    static byte[] readInbound(EmbeddedChannel channel) {
        var all = new ByteArrayOutputStream();
        for (ByteBuf piece = channel.readInbound(); piece != null; piece = channel.readInbound()) {
            all.writeBytes(ByteBufUtil.getBytes(piece));
            piece.release();
        }
        return all.toByteArray();
    }

    static byte[] readOutbound(EmbeddedChannel channel) {
        var all = new ByteArrayOutputStream();
        for (ByteBuf frame = channel.readOutbound(); frame != null; frame = channel.readOutbound()) {
            all.writeBytes(ByteBufUtil.getBytes(frame));
            frame.release();
        }
        return all.toByteArray();
    }
}
