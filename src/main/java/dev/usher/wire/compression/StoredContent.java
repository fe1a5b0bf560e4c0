package dev.usher.wire.compression;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** A frame that was too small to be worth compressing: its bytes are passed on as slices. */
enum StoredContent implements FrameContent {
    INSTANCE;

    @Override
    public @Nullable ByteBuf next(ByteBuf in, int limit, ByteBufAllocator allocator) {
        int length = Math.min(limit, in.readableBytes());
        return length == 0 ? null : in.readRetainedSlice(length);
    }

    @Override
    public void finish() {}

    @Override
    public void close() {}
}
