package dev.usher.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Reads and writes OK packets, also the ones with header 0xFE that end a result set, between peers that have {@code SESSION_TRACK}. One object serves all
 * packets of a connection: its fields hold the one read last.
 *
 * @see <a href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_ok_packet.html">OK_Packet</a>
 */
public final class OkPacket {
    public static final int HEADER = 0x00;
    public static final int EOF_HEADER = 0xFE;

    private int header;
    private long affectedRows;
    private long insertId;
    private int status;
    private int warnings;
    private ByteBuf message = Unpooled.EMPTY_BUFFER;
    private ByteBuf trackers = Unpooled.EMPTY_BUFFER;

    /** Reads a payload, header byte included; {@link #message} and {@link #trackers} are slices of {@code in}. */
    public void read(ByteBuf in) {
        LengthEncoded.need(in, 1);
        header = in.readUnsignedByte();
        affectedRows = LengthEncoded.readInt(in);
        insertId = LengthEncoded.readInt(in);
        LengthEncoded.need(in, 4);
        status = in.readUnsignedShortLE();
        warnings = in.readUnsignedShortLE();
        message = in.isReadable() ? LengthEncoded.readSlice(in) : Unpooled.EMPTY_BUFFER;
        trackers =
                in.isReadable() && (status & ServerStatus.SESSION_STATE_CHANGED) != 0 ? LengthEncoded.readSlice(in) : Unpooled.EMPTY_BUFFER;
    }

    public int header() {
        return header;
    }

    public long affectedRows() {
        return affectedRows;
    }

    public long insertId() {
        return insertId;
    }

    public int status() {
        return status;
    }

    public int warnings() {
        return warnings;
    }

    public ByteBuf message() {
        return message;
    }

    /** The session state changes, to be read with {@link SessionTrack}; empty if there are none. */
    public ByteBuf trackers() {
        return trackers;
    }

    /** Writes a payload with the given header; an empty {@code trackers} clears the state-changed flag. */
    public static void write(ByteBuf out, int header, long affectedRows, long insertId, int status, int warnings, ByteBuf message,
            ByteBuf trackers) {
        boolean changed = trackers.isReadable();
        out.writeByte(header);
        LengthEncoded.writeInt(out, affectedRows);
        LengthEncoded.writeInt(out, insertId);
        out.writeShortLE(changed ? status | ServerStatus.SESSION_STATE_CHANGED : status & ~ServerStatus.SESSION_STATE_CHANGED);
        out.writeShortLE(warnings);
        if (message.isReadable() || changed) {
            LengthEncoded.writeInt(out, message.readableBytes());
            out.writeBytes(message, message.readerIndex(), message.readableBytes());
        }
        if (changed) {
            LengthEncoded.writeInt(out, trackers.readableBytes());
            out.writeBytes(trackers, trackers.readerIndex(), trackers.readableBytes());
        }
    }

    /** A plain OK. */
    public static void write(ByteBuf out, int status) {
        write(out, HEADER, 0, 0, status, 0, Unpooled.EMPTY_BUFFER, Unpooled.EMPTY_BUFFER);
    }

    /** The classic EOF packet, for clients without {@code DEPRECATE_EOF}. */
    public static void writeEof(ByteBuf out, int status, int warnings) {
        out.writeByte(EOF_HEADER).writeShortLE(warnings).writeShortLE(status & ~ServerStatus.SESSION_STATE_CHANGED);
    }
}
