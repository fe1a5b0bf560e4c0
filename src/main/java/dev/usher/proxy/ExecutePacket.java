package dev.usher.proxy;

import dev.usher.pool.StatementCache;
import dev.usher.session.PreparedStatement;
import dev.usher.wire.Command;
import dev.usher.wire.LengthEncoded;
import dev.usher.wire.MalformedPacketException;
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * COM_STMT_EXECUTE and MariaDB's COM_STMT_BULK_EXECUTE on their way to the server: the statement's id becomes the server's, and the parameter types, which a
 * client sends only once, are put in for a server connection that has not seen them.
 *
 * @see <a href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_execute.html">COM_STMT_EXECUTE</a>
 * @see <a href="https://mariadb.com/kb/en/com_stmt_bulk_execute/">COM_STMT_BULK_EXECUTE</a>
 */
final class ExecutePacket {
    private static final int PARAMETER_COUNT_AVAILABLE = 0x08;
    private static final int BULK_SEND_TYPES = 128;
    /** MYSQL_TYPE_LONG and MYSQL_TYPE_LONGLONG. */
    private static final int LONG = 3;

    private static final int LONGLONG = 8;

    private ExecutePacket() {}

    /** The client's statement id in a command's payload. */
    static int statementId(ByteBuf packet) {
        return packet.getIntLE(packet.readerIndex() + Packets.HEADER + 1);
    }

    /** The value of the only parameter of COM_STMT_EXECUTE, or -1 if that is no integer that is not negative. */
    static long integer(ByteBuf packet, PreparedStatement statement, boolean queryAttributes) {
        int payload = packet.readerIndex() + Packets.HEADER;
        if (queryAttributes && (packet.getByte(payload + 5) & PARAMETER_COUNT_AVAILABLE) != 0 || packet.writerIndex() < payload + 12) {
            return -1;
        }
        int at = payload + 1 + 4 + 1 + 4;
        boolean isNull = packet.getByte(at) != 0;
        boolean bound = packet.getByte(at + 1) == 1;
        byte[] types = statement.types();
        int type = bound ? packet.getUnsignedByte(at + 2) : types == null ? 0 : types[0];
        int value = at + (bound ? 4 : 2);
        int length = packet.writerIndex() - value;
        return isNull ? -1
                : type == LONGLONG && length >= 8 ? packet.getLongLE(value) : type == LONG && length >= 4 ? packet.getIntLE(value) : -1;
    }

    /** The flags byte asks for a cursor. */
    static boolean opensCursor(ByteBuf packet) {
        return (packet.getByte(packet.readerIndex() + Packets.HEADER + 5) & 0x07) != 0;
    }

    /**
     * Rewrites a packet, whose first frame holds at least id, flags and types, and returns what to send in its place. The buffer is taken over.
     *
     * @param whole whether the packet is there as a whole
     */
    static ByteBuf rewrite(
            ByteBuf packet, Command command, PreparedStatement statement, StatementCache.OnServer target, boolean queryAttributes,
            boolean whole, ByteBufAllocator alloc) {
        int payload = packet.readerIndex() + Packets.HEADER;
        packet.setIntLE(payload + 1, target.id());
        int parameters = statement.parameters();
        if (command == Command.STMT_BULK_EXECUTE) {
            return bulk(packet, payload, parameters, statement, target, whole, alloc);
        }
        int at = payload + 1 + 4 + 1 + 4;
        // A statement that has parameters says how many even without the flag.
        if (queryAttributes && (parameters > 0 || (packet.getByte(payload + 5) & PARAMETER_COUNT_AVAILABLE) != 0)) {
            ByteBuf count = packet.slice(at, packet.writerIndex() - at);
            parameters = (int) LengthEncoded.readInt(count);
            at += count.readerIndex();
        }
        if (parameters == 0) {
            return packet;
        }
        at += (parameters + 7) / 8;
        if (at >= packet.writerIndex()) {
            throw new MalformedPacketException("COM_STMT_EXECUTE ends before its types");
        }
        if (packet.getByte(at) == 1) {
            byte[] types = types(packet, at + 1, parameters, queryAttributes, statement.types());
            statement.types(types);
            target.types(types);
            return packet;
        }
        byte[] types = statement.types();
        if (types == null || types == target.types()) {
            return packet;
        }
        target.types(types);
        return splice(packet, at, types, alloc, true, whole);
    }

    /** @param before what they have been, which is returned if it is what they are: many clients send them each time */
    private static byte[] types(ByteBuf packet, int at, int parameters, boolean names, byte @Nullable [] before) {
        int length = length(packet, at, parameters, names);
        if (before != null && before.length == length && same(packet, at, before)) {
            return before;
        }
        byte[] types = new byte[length];
        packet.getBytes(at, types);
        return types;
    }

    private static int length(ByteBuf packet, int at, int parameters, boolean names) {
        if (!names) {
            int length = 2 * parameters;
            if (length > packet.writerIndex() - at) {
                throw new MalformedPacketException("COM_STMT_EXECUTE ends within its types");
            }
            return length;
        }
        ByteBuf in = packet.slice(at, packet.writerIndex() - at);
        for (int i = 0; i < parameters; i++) {
            in.skipBytes(2);
            LengthEncoded.readSlice(in);
        }
        return in.readerIndex();
    }

    private static boolean same(ByteBuf packet, int at, byte[] types) {
        for (int i = 0; i < types.length; i++) {
            if (packet.getByte(at + i) != types[i]) {
                return false;
            }
        }
        return true;
    }

    private static ByteBuf bulk(
            ByteBuf packet, int payload, int parameters, PreparedStatement statement, StatementCache.OnServer target, boolean whole,
            ByteBufAllocator alloc) {
        int flags = packet.getUnsignedShortLE(payload + 5);
        int at = payload + 7;
        if ((flags & BULK_SEND_TYPES) != 0) {
            byte[] types = types(packet, at, parameters, false, statement.types());
            statement.types(types);
            target.types(types);
            return packet;
        }
        byte[] types = statement.types();
        if (types == null || types == target.types()) {
            return packet;
        }
        target.types(types);
        packet.setShortLE(payload + 5, flags | BULK_SEND_TYPES);
        return splice(packet, at, types, alloc, false, whole);
    }

    /** Of a large packet this is the beginning of the first frame, which grows: its length is written anew. */
    private static ByteBuf splice(ByteBuf packet, int at, byte[] types, ByteBufAllocator alloc, boolean boundFlag, boolean whole) {
        int frame = packet.getUnsignedMediumLE(packet.readerIndex()) + types.length;
        if (frame >= Packets.MAX_FRAME) {
            throw new MalformedPacketException("COM_STMT_EXECUTE of 16 MiB without its types, on another server connection");
        }
        ByteBuf out = alloc.buffer(packet.readableBytes() + types.length);
        int start = Packets.begin(out, 0);
        int from = packet.readerIndex() + Packets.HEADER;
        out.writeBytes(packet, from, at - from);
        if (boundFlag) {
            out.writeByte(1);
            at++;
        }
        out.writeBytes(types);
        out.writeBytes(packet, at, packet.writerIndex() - at);
        packet.release();
        return whole ? Packets.end(out, start) : out.setMediumLE(start, frame);
    }
}
