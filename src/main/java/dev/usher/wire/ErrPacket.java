package dev.usher.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * An error.
 *
 * @param sqlState five characters, empty where the server sent none (before the handshake is answered)
 * @see <a href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_err_packet.html">ERR_Packet</a>
 */
public record ErrPacket(int code, String sqlState, String message) {
    public static final int HEADER = 0xFF;

    /** Reads the payload, header byte included. */
    public static ErrPacket read(ByteBuf in) {
        LengthEncoded.need(in, 3);
        in.skipBytes(1);
        int code = in.readUnsignedShortLE();
        String state = "";
        if (in.isReadable() && in.getByte(in.readerIndex()) == '#') {
            LengthEncoded.need(in, 6);
            in.skipBytes(1);
            state = in.readCharSequence(5, StandardCharsets.US_ASCII).toString();
        }
        return new ErrPacket(code, state, in.readCharSequence(in.readableBytes(), StandardCharsets.UTF_8).toString());
    }

    public void write(ByteBuf out) {
        out.writeByte(HEADER).writeShortLE(code);
        if (!sqlState.isEmpty()) {
            out.writeByte('#').writeBytes(sqlState.getBytes(StandardCharsets.US_ASCII));
        }
        out.writeBytes(message.getBytes(StandardCharsets.UTF_8));
    }

    /** As the command line clients print it. */
    @Override
    public String toString() {
        return "ERROR " + code + (sqlState.isEmpty() ? "" : " (" + sqlState + ")") + ": " + message;
    }
}
