package dev.usher.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Length-encoded integers and strings, and the protocol's other basic types. Every read checks bounds and throws {@link MalformedPacketException}.
 *
 * @see <a href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_data_types.html">Protocol Basics: Data Types</a>
 */
public final class LengthEncoded {
    /** What {@link #readInt} gives for the NULL marker 0xFB. */
    public static final long NULL = -1;

    private LengthEncoded() {}

    /** Reads a length-encoded integer; values of 2^63 and more are refused, no length is that large. */
    public static long readInt(ByteBuf in) {
        need(in, 1);
        int first = in.readUnsignedByte();
        if (first < 0xFB) {
            return first;
        }
        return switch (first) {
            case 0xFB -> NULL;
            case 0xFC -> {
                need(in, 2);
                yield in.readUnsignedShortLE();
            }
            case 0xFD -> {
                need(in, 3);
                yield in.readUnsignedMediumLE();
            }
            case 0xFE -> {
                need(in, 8);
                yield in.readLongLE();
            }
            default -> throw new MalformedPacketException("length-encoded integer begins with 0xFF");
        };
    }

    public static void writeInt(ByteBuf out, long value) {
        if (value >= 0 && value < 0xFB) {
            out.writeByte((int) value);
        } else if (value >= 0 && value < 0x10000) {
            out.writeByte(0xFC).writeShortLE((int) value);
        } else if (value >= 0 && value < 0x1000000) {
            out.writeByte(0xFD).writeMediumLE((int) value);
        } else {
            out.writeByte(0xFE).writeLongLE(value);
        }
    }

    /** The bytes of a length-encoded string as a slice of {@code in}; empty for NULL. */
    public static ByteBuf readSlice(ByteBuf in) {
        long length = readInt(in);
        if (length == NULL) {
            return in.readSlice(0);
        }
        if (length < 0 || length > in.readableBytes()) {
            throw new MalformedPacketException("length-encoded string of " + length + " bytes where " + in.readableBytes() + " are left");
        }
        return in.readSlice((int) length);
    }

    public static String readString(ByteBuf in, Charset charset) {
        return readSlice(in).toString(charset);
    }

    public static byte[] readBytes(ByteBuf in) {
        return bytes(readSlice(in));
    }

    public static void writeString(ByteBuf out, String value, Charset charset) {
        writeBytes(out, value.getBytes(charset));
    }

    public static void writeBytes(ByteBuf out, byte[] value) {
        writeInt(out, value.length);
        out.writeBytes(value);
    }

    /** A string ended by a zero byte, which is consumed; at the end of the packet the zero may be missing. */
    public static String readNullTerminated(ByteBuf in) {
        return new String(readNullTerminatedBytes(in), StandardCharsets.UTF_8);
    }

    public static byte[] readNullTerminatedBytes(ByteBuf in) {
        int length = in.bytesBefore((byte) 0);
        byte[] value = new byte[length < 0 ? in.readableBytes() : length];
        in.readBytes(value);
        if (length >= 0) {
            in.skipBytes(1);
        }
        return value;
    }

    /** Everything that is left. */
    public static byte[] readRest(ByteBuf in) {
        return bytes(in.readSlice(in.readableBytes()));
    }

    static void need(ByteBuf in, int bytes) {
        if (in.readableBytes() < bytes) {
            throw new MalformedPacketException("packet ends " + (bytes - in.readableBytes()) + " bytes too early");
        }
    }

    private static byte[] bytes(ByteBuf slice) {
        byte[] value = new byte[slice.readableBytes()];
        slice.readBytes(value);
        return value;
    }
}
