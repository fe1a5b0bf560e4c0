package dev.usher.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The column definitions of a result that Usher itself makes. Those that servers send are relayed unread.
 *
 * @param name the column's name and alias
 * @param type {@link #VAR_STRING} or {@link #LONGLONG}
 * @see <a
 *     href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset_column_definition.html">ColumnDefinition41</a>
 */
public record ColumnDefinition41(String name, int type) {
    public static final int LONGLONG = 8;
    public static final int VAR_STRING = 253;
    private static final int UTF8MB4_GENERAL_CI = 45;
    private static final int BINARY = 63;

    public void write(ByteBuf out) {
        LengthEncoded.writeString(out, "def", StandardCharsets.UTF_8);
        LengthEncoded.writeString(out, "", StandardCharsets.UTF_8);
        LengthEncoded.writeString(out, "", StandardCharsets.UTF_8);
        LengthEncoded.writeString(out, "", StandardCharsets.UTF_8);
        LengthEncoded.writeString(out, name, StandardCharsets.UTF_8);
        LengthEncoded.writeString(out, name, StandardCharsets.UTF_8);
        out.writeByte(0x0C);
        out.writeShortLE(type == LONGLONG ? BINARY : UTF8MB4_GENERAL_CI);
        out.writeIntLE(type == LONGLONG ? 20 : 1024);
        out.writeByte(type);
        out.writeShortLE(0);
        out.writeByte(0);
        out.writeShortLE(0);
    }
}
