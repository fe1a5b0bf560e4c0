package dev.usher.wire.compression;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class CompressionPropertyTest {
    @Provide
    Arbitrary<Compression> compressions() {
        return Arbitraries.of(Compression.zlib(), Compression.zstd(1), Compression.zstd(3), Compression.zstd(22));
    }

    @Property(tries = 150)
    void whatOneSideWritesTheOtherReadsHoweverItIsCut(
            @ForAll("compressions") Compression compression,
            @ForAll @Size(min = 1, max = 6) List<@IntRange(max = 200_000) Integer> writes,
            @ForAll long seed) {
        var random = new Random(seed);
        byte[] plain = text(random, writes.stream().mapToInt(Integer::intValue).sum());
        byte[] wire = compress(compression, plain, writes, random);
        var reader = new EmbeddedChannel(new CompressionHandler(compression, () -> 0));
        for (int from = 0; from < wire.length;) {
            int length = Math.min(wire.length - from, 1 + random.nextInt(40_000));
            reader.writeInbound(Unpooled.copiedBuffer(wire, from, length));
            from += length;
        }
        assertThat(CompressionHandlerTest.readInbound(reader)).isEqualTo(plain);
        reader.finishAndReleaseAll();
    }

    @Property(tries = 20)
    void whatOneSideWritesTheOtherReadsByteByByte(@ForAll("compressions") Compression compression, @ForAll long seed) {
        byte[] plain = text(new Random(seed), 3000);
        byte[] wire = compress(compression, plain, List.of(plain.length), new Random(seed));
        var reader = new EmbeddedChannel(new CompressionHandler(compression, () -> 0));
        for (byte one : wire) {
            reader.writeInbound(Unpooled.wrappedBuffer(new byte[]{one}));
        }
        assertThat(CompressionHandlerTest.readInbound(reader)).isEqualTo(plain);
        reader.finishAndReleaseAll();
    }

    @Property(tries = 100)
    void truncatedStreamYieldsABeginningAndNoError(
            @ForAll("compressions") Compression compression, @ForAll @IntRange(min = 1, max = 100_000) int length, @ForAll long seed) {
        var random = new Random(seed);
        byte[] plain = text(random, length);
        byte[] wire = compress(compression, plain, List.of(length), random);
        var reader = new EmbeddedChannel(new CompressionHandler(compression, () -> 0));
        ByteBuf truncated = Unpooled.buffer().writeBytes(wire, 0, random.nextInt(wire.length));
        reader.writeInbound(truncated);
        byte[] read = CompressionHandlerTest.readInbound(reader);
        assertThat(read).isEqualTo(Arrays.copyOf(plain, read.length));
        reader.finishAndReleaseAll();
        assertThat(truncated.refCnt()).isZero();
    }

    @Property(tries = 400)
    void flippedBitsNeverLeadToAnythingButACorruptFrame(
            @ForAll("compressions") Compression compression, @ForAll @IntRange(min = 1, max = 5000) int length, @ForAll long seed) {
        var random = new Random(seed);
        byte[] wire = compress(compression, text(random, length), List.of(length), random);
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
            wire[random.nextInt(wire.length)] ^= (byte) (1 << random.nextInt(8));
        }
        assertOnlyCorruptFrames(compression, wire);
    }

    @Property(tries = 400)
    void arbitraryBytesNeverLeadToAnythingButACorruptFrame(@ForAll("compressions") Compression compression, @ForAll byte[] wire) {
        assertOnlyCorruptFrames(compression, wire);
    }

    private static void assertOnlyCorruptFrames(Compression compression, byte[] wire) {
        var reader = new EmbeddedChannel(new CompressionHandler(compression, () -> 0));
        ByteBuf bytes = Unpooled.buffer().writeBytes(wire);
        try {
            reader.writeInbound(bytes);
        } catch (CorruptFrameException e) {
            assertThat(e).hasMessageContaining("frame");
        }
        reader.finishAndReleaseAll();
        assertThat(bytes.refCnt()).isZero();
    }

    /** Half letters that repeat, half noise, so that some frames shrink and some do not. */
    private static byte[] text(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        for (int i = 0; i < length / 2; i++) {
            bytes[i] = (byte) ('a' + (bytes[i] & 3));
        }
        return bytes;
    }

    private static byte[] compress(Compression compression, byte[] plain, List<Integer> writes, Random random) {
        var writer = new EmbeddedChannel(new CompressionHandler(compression, () -> 0));
        int from = 0;
        for (int length : writes) {
            writer.write(Unpooled.copiedBuffer(plain, from, length));
            from += length;
            if (random.nextBoolean()) {
                writer.flush();
            }
        }
        writer.flush();
        byte[] wire = CompressionHandlerTest.readOutbound(writer);
        writer.finishAndReleaseAll();
        return wire;
    }
}
