package dev.usher.wire.compression;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects plain bytes into frames. A frame is written when it is full or when the writer is told to, so that what waits here, invisible to the
 * channel's writability, is never more than one frame.
 */
final class FrameWriter {
    /**
     * Plain bytes in a full frame. The protocol allows 16 MiB - 1; beyond the 32 KiB that zlib looks back, larger frames compress hardly
     * better and only keep both sides waiting.
     */
    static final int FULL_FRAME = 64 * 1024;
    /** Shorter frames are sent as they are: the servers' own limit (MIN_COMPRESS_LENGTH). */
    static final int WORTH_COMPRESSING = 50;

    private static final int FIRST_CAPACITY = 512;

    private final Compression compression;
    private final FrameSequence sequence;
    private @Nullable ByteBuf pending;
    private List<ChannelPromise> promises = new ArrayList<>();

    FrameWriter(Compression compression, FrameSequence sequence) {
        this.compression = compression;
        this.sequence = sequence;
    }

    /** Takes over {@code bytes}; the promise is that of the frame in which they end. */
    void write(ChannelHandlerContext ctx, ByteBuf bytes, ChannelPromise promise) {
        try {
            if (!bytes.isReadable()) {
                writeNothing(ctx, promise);
            }
            while (bytes.isReadable()) {
                ByteBuf frame = pending;
                if (frame == null) {
                    frame = ctx.alloc().directBuffer(Math.clamp(bytes.readableBytes(), FIRST_CAPACITY, FULL_FRAME), FULL_FRAME);
                    pending = frame;
                }
                frame.writeBytes(bytes, Math.min(bytes.readableBytes(), FULL_FRAME - frame.readableBytes()));
                if (!bytes.isReadable()) {
                    promises.add(promise.unvoid());
                }
                if (frame.readableBytes() == FULL_FRAME) {
                    writeFrame(ctx);
                }
            }
        } finally {
            bytes.release();
        }
    }

    /** An empty write marks a place in the stream: its promise is kept when everything before it is out. */
    private void writeNothing(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (pending == null) {
            ctx.write(Unpooled.EMPTY_BUFFER, promise);
        } else {
            promises.add(promise.unvoid());
        }
    }

    /** Writes what was collected, if anything, without flushing it. */
    void writeFrame(ChannelHandlerContext ctx) {
        ByteBuf plain = pending;
        if (plain == null) {
            return;
        }
        pending = null;
        List<ChannelPromise> written = promises;
        promises = new ArrayList<>();
        try {
            ctx.write(frame(ctx, plain), promiseOf(ctx, written));
        } catch (RuntimeException | Error e) {
            written.forEach(promise -> promise.tryFailure(e));
            throw e;
        } finally {
            plain.release();
        }
    }

    private ByteBuf frame(ChannelHandlerContext ctx, ByteBuf plain) {
        int plainLength = plain.readableBytes();
        ByteBuf frame = ctx.alloc().directBuffer(FrameReader.HEADER_LENGTH + plainLength);
        boolean complete = false;
        try {
            frame.writeZero(FrameReader.HEADER_LENGTH);
            boolean compressed = plainLength >= WORTH_COMPRESSING && compression.compress(plain, frame);
            if (!compressed) {
                frame.writerIndex(FrameReader.HEADER_LENGTH).writeBytes(plain);
            }
            frame.setMediumLE(0, frame.readableBytes() - FrameReader.HEADER_LENGTH);
            frame.setByte(3, sequence.nextToSend());
            frame.setMediumLE(4, compressed ? plainLength : 0);
            complete = true;
            return frame;
        } finally {
            if (!complete) {
                frame.release();
            }
        }
    }

    private static ChannelPromise promiseOf(ChannelHandlerContext ctx, List<ChannelPromise> written) {
        if (written.size() == 1) {
            return written.getFirst();
        }
        ChannelPromise all = ctx.newPromise();
        if (!written.isEmpty()) {
            all.addListener(done -> {
                for (ChannelPromise promise : written) {
                    if (done.isSuccess()) {
                        promise.trySuccess();
                    } else {
                        promise.tryFailure(done.cause());
                    }
                }
            });
        }
        return all;
    }

    /** Drops what was collected. */
    void close() {
        if (pending != null) {
            pending.release();
            pending = null;
        }
        List<ChannelPromise> dropped = promises;
        promises = new ArrayList<>();
        if (!dropped.isEmpty()) {
            var closed = new ClosedChannelException();
            dropped.forEach(promise -> promise.tryFailure(closed));
        }
    }
}
