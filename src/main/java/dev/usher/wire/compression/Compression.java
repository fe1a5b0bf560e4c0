package dev.usher.wire.compression;

import io.netty.buffer.ByteBuf;
import java.util.zip.Deflater;

/** What both sides agreed on in the handshake. */
public sealed interface Compression {
    /** CLIENT_COMPRESS. */
    static Compression zlib() {
        return new Zlib(Deflater.DEFAULT_COMPRESSION);
    }

    /**
     * CLIENT_ZSTD_COMPRESSION_ALGORITHM.
     *
     * @param level 1 to 22, the byte at the end of the client's HandshakeResponse41
     */
    static Compression zstd(int level) {
        if (level < 1 || level > 22) {
            throw new IllegalArgumentException("zstd level " + level + " is not between 1 and 22");
        }
        return new Zstd(level);
    }

    /**
     * Appends {@code plain}, compressed, to {@code out}. Takes nothing off {@code plain}.
     *
     * @return false if the result would not be smaller than {@code plain}; then what was appended is not to be used
     */
    boolean compress(ByteBuf plain, ByteBuf out);

    /** What reads one frame that the peer compressed; both lengths are as its header states them. */
    FrameContent content(int storedLength, int plainLength);

    /** See {@link #zlib}. */
    record Zlib(int level) implements Compression {
        @Override
        public boolean compress(ByteBuf plain, ByteBuf out) {
            return ZlibFrames.compress(level, plain, out);
        }

        @Override
        public FrameContent content(int storedLength, int plainLength) {
            return new ZlibFrames.Content(plainLength);
        }
    }

    /** See {@link #zstd}. */
    record Zstd(int level) implements Compression {
        @Override
        public boolean compress(ByteBuf plain, ByteBuf out) {
            return ZstdFrames.compress(level, plain, out);
        }

        @Override
        public FrameContent content(int storedLength, int plainLength) {
            return new ZstdFrames.Content(storedLength, plainLength);
        }
    }
}
