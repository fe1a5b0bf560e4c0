package dev.usher.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Collects whole packets where they are small and few: while somebody logs in, and for Usher's own questions to the server. Relayed statements and results
 * never pass here.
 */
public final class PacketAssembler {
    private final int limit;
    private @Nullable ByteBuf collected;
    private int sequence;

    /** @param limit the largest payload taken, in bytes; a larger one is malformed */
    public PacketAssembler(int limit) {
        this.limit = limit;
    }

    /** Appends what arrived; takes over the reference. */
    public void add(ByteBufAllocator alloc, ByteBuf in) {
        if (collected == null) {
            collected = in;
            return;
        }
        if (!collected.isReadable()) {
            collected.release();
            collected = in;
            return;
        }
        ByteBuf joined = alloc.buffer(collected.readableBytes() + in.readableBytes());
        joined.writeBytes(collected).writeBytes(in);
        collected.release();
        in.release();
        collected = joined;
    }

    /** The next whole payload, as a slice that is valid until the next call, or null if there is none yet. */
    public @Nullable ByteBuf next() {
        if (collected == null || collected.readableBytes() < Packets.HEADER) {
            return null;
        }
        int length = collected.getUnsignedMediumLE(collected.readerIndex());
        if (length > limit) {
            throw new MalformedPacketException("packet of " + length + " bytes where at most " + limit + " are expected");
        }
        if (collected.readableBytes() < Packets.HEADER + length) {
            return null;
        }
        sequence = collected.getUnsignedByte(collected.readerIndex() + 3);
        collected.skipBytes(Packets.HEADER);
        return collected.readSlice(length);
    }

    /** The sequence id of the packet that {@link #next} gave last. */
    public int sequence() {
        return sequence;
    }

    /** What has not been read yet, handed to the caller; null if there is nothing. */
    public @Nullable ByteBuf takeRest() {
        ByteBuf rest = collected;
        collected = null;
        if (rest != null && !rest.isReadable()) {
            rest.release();
            return null;
        }
        return rest;
    }

    public void release() {
        if (collected != null) {
            collected.release();
            collected = null;
        }
    }
}
