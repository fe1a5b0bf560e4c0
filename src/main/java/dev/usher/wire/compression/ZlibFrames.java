package dev.usher.wire.compression;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** Frames by zlib. They are decompressed piece by piece as they arrive, so that a small one can not become a large buffer. */
final class ZlibFrames {
    /** Plain bytes per piece. */
    static final int PIECE = 64 * 1024;

    /**
     * A deflater takes 256 KiB and is needed for the length of one call: one per event loop serves all its connections. Its level may differ from call
     * to call.
     */
    private static final FastThreadLocal<Deflater> DEFLATER = new FastThreadLocal<>() {
        @Override
        protected Deflater initialValue() {
            return new Deflater();
        }

        @Override
        protected void onRemoval(Deflater deflater) {
            deflater.end();
        }
    };

    private ZlibFrames() {}

    static boolean compress(int level, ByteBuf plain, ByteBuf out) {
        int length = plain.readableBytes();
        out.ensureWritable(length);
        Deflater deflater = DEFLATER.get();
        try {
            deflater.setLevel(level);
            deflater.setInput(plain.nioBuffer());
            deflater.finish();
            int compressed = deflater.deflate(out.nioBuffer(out.writerIndex(), length));
            out.writerIndex(out.writerIndex() + compressed);
            return deflater.finished() && compressed < length;
        } finally {
            deflater.reset();
        }
    }

    /** One frame on its way in. It has an inflater of its own, because other frames of the same event loop may come in between. */
    static final class Content implements FrameContent {
        private final Inflater inflater = new Inflater();
        private int missing;

        Content(int plainLength) {
            missing = plainLength;
        }

        @Override
        public @Nullable ByteBuf next(ByteBuf in, int limit, ByteBufAllocator allocator) {
            int given = Math.min(limit, in.readableBytes());
            if (given == 0 && inflater.finished()) {
                return null;
            }
            ByteBuffer input = in.nioBuffer(in.readerIndex(), given);
            // When nothing is missing, a byte of room is for one too many, and makes zlib read the checksum at the end.
            ByteBuf out = allocator.directBuffer(Math.clamp(missing, 1, PIECE));
            try {
                int made = inflate(input, out);
                in.skipBytes(given - input.remaining());
                missing -= made;
                if (missing < 0) {
                    throw new CorruptFrameException("a compressed frame holds more than its header says");
                }
                if (made == 0 && input.hasRemaining()) {
                    throw new CorruptFrameException("a compressed frame goes on after its zlib stream");
                }
                return made == 0 ? null : out.retain();
            } finally {
                out.release();
            }
        }

        private int inflate(ByteBuffer input, ByteBuf out) {
            inflater.setInput(input);
            try {
                int made = inflater.inflate(out.nioBuffer(0, Math.clamp(missing, 1, PIECE)));
                out.writerIndex(made);
                return made;
            } catch (DataFormatException e) {
                throw new CorruptFrameException("a compressed frame is not zlib", e);
            }
        }

        @Override
        public void finish() {
            if (missing > 0 || !inflater.finished()) {
                throw new CorruptFrameException("a compressed frame holds less than its header says");
            }
        }

        @Override
        public void close() {
            inflater.end();
        }
    }
}
