package dev.usher.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;

/**
 * Framing: three bytes of payload length, one of sequence id. A payload of 0xFFFFFF bytes or more travels in frames of that size and ends with a shorter one,
 * which may be empty.
 *
 * @see <a href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html">MySQL Packets</a>
 */
public final class Packets {
    public static final int HEADER = 4;
    /** The largest payload of one frame; a frame of this size is continued by another. */
    public static final int MAX_FRAME = 0xFFFFFF;

    private Packets() {}

    /** Writes one packet of less than {@link #MAX_FRAME} bytes whose payload {@code body} appends; returns {@code out}. */
    public static ByteBuf write(ByteBuf out, int sequence, Consumer<ByteBuf> body) {
        int start = begin(out, sequence);
        body.accept(out);
        return end(out, start);
    }

    /** Leaves room for a header; pair with {@link #end}. */
    public static int begin(ByteBuf out, int sequence) {
        int start = out.writerIndex();
        out.writeMediumLE(0).writeByte(sequence);
        return start;
    }

    /** Fills in the length of the packet begun at {@code start}. */
    public static ByteBuf end(ByteBuf out, int start) {
        int length = out.writerIndex() - start - HEADER;
        if (length >= MAX_FRAME) {
            throw new IllegalArgumentException("payload of " + length + " bytes needs more than one frame");
        }
        return out.setMediumLE(start, length);
    }

    /** One packet of its own. */
    public static ByteBuf packet(ByteBufAllocator alloc, int sequence, Consumer<ByteBuf> body) {
        return write(alloc.buffer(64), sequence, body);
    }
}
