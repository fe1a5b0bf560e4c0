package dev.usher.wire.compression;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** The inside of one frame, while it arrives. */
sealed interface FrameContent extends AutoCloseable permits StoredContent, ZlibFrames.Content, ZstdFrames.Content {
    /**
     * Takes bytes of this frame off {@code in} and returns the next piece of plain bytes, which the caller owns; null if there is none without more
     * input, or none left.
     *
     * @param limit how many bytes at the beginning of {@code in} belong to this frame
     * @throws CorruptFrameException if they are not what the header promised
     */
    @Nullable
    ByteBuf next(ByteBuf in, int limit, ByteBufAllocator allocator);

    /**
     * Called when all bytes of the frame are taken and {@link #next} returned null.
     *
     * @throws CorruptFrameException if something is missing
     */
    void finish();

    /** Frees what this frame holds, finished or not. */
    @Override
    void close();
}
