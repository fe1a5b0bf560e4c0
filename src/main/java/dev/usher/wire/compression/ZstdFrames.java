package dev.usher.wire.compression;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Frames by zstd. They are decompressed at once when they are complete: streaming would let the peer choose a window of up to 128 MiB, while this
 * needs what the header states, at most 16 MiB, and no context per connection.
 */
final class ZstdFrames {
    private static final FastThreadLocal<ZstdCompressCtx> COMPRESSOR = new FastThreadLocal<>() {
        @Override
        protected ZstdCompressCtx initialValue() {
            return new ZstdCompressCtx();
        }

        @Override
        protected void onRemoval(ZstdCompressCtx context) {
            context.close();
        }
    };

    private static final FastThreadLocal<ZstdDecompressCtx> DECOMPRESSOR = new FastThreadLocal<>() {
        @Override
        protected ZstdDecompressCtx initialValue() {
            return new ZstdDecompressCtx();
        }

        @Override
        protected void onRemoval(ZstdDecompressCtx context) {
            context.close();
        }
    };

    private ZstdFrames() {}

    static boolean compress(int level, ByteBuf plain, ByteBuf out) {
        int bound = Math.toIntExact(Zstd.compressBound(plain.readableBytes()));
        out.ensureWritable(bound);
        ByteBuffer source = plain.nioBuffer();
        ByteBuffer target = out.nioBuffer(out.writerIndex(), bound);
        int compressed = COMPRESSOR.get().setLevel(level).compress(target, source);
        out.writerIndex(out.writerIndex() + compressed);
        return compressed < plain.readableBytes();
    }

    /** One frame on its way in. */
    static final class Content implements FrameContent {
        private final int storedLength;
        private final int plainLength;
        private @Nullable ByteBuf stored;
        private boolean done;

        Content(int storedLength, int plainLength) {
            this.storedLength = storedLength;
            this.plainLength = plainLength;
        }

        @Override
        public @Nullable ByteBuf next(ByteBuf in, int limit, ByteBufAllocator allocator) {
            if (done) {
                return null;
            }
            int given = Math.min(limit, in.readableBytes());
            if (stored == null) {
                // Grows with what arrives, so that a header alone allocates nothing.
                stored = allocator.directBuffer(given, storedLength);
            }
            stored.writeBytes(in, given);
            if (stored.readableBytes() < storedLength) {
                return null;
            }
            done = true;
            try {
                return decompress(stored, allocator);
            } finally {
                close();
            }
        }

        private ByteBuf decompress(ByteBuf complete, ByteBufAllocator allocator) {
            ByteBuffer source = complete.nioBuffer();
            // Stated once more inside, if the compressor knew it: a contradiction is found before anything is allocated.
            long stated = Zstd.getDirectByteBufferFrameContentSize(source, source.position(), source.remaining());
            if (stated > 0 && stated != plainLength) {
                throw new CorruptFrameException("a compressed frame holds " + stated + " bytes and its header says " + plainLength);
            }
            ByteBuf plain = allocator.directBuffer(plainLength, plainLength);
            try {
                int made = DECOMPRESSOR.get().decompress(plain.nioBuffer(0, plainLength), source);
                if (made != plainLength) {
                    throw new CorruptFrameException("a compressed frame does not hold what its header says");
                }
                return plain.writerIndex(made).retain();
            } catch (ZstdException e) {
                throw new CorruptFrameException("a compressed frame is not zstd", e);
            } finally {
                plain.release();
            }
        }

        @Override
        public void finish() {
            if (!done) {
                throw new CorruptFrameException("a compressed frame is empty");
            }
        }

        @Override
        public void close() {
            if (stored != null) {
                stored.release();
                stored = null;
            }
        }
    }
}
