package dev.usher.admin;

import dev.usher.wire.Capabilities;
import dev.usher.wire.ColumnDefinition41;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.LengthEncoded;
import dev.usher.wire.OkPacket;
import dev.usher.wire.Packets;
import dev.usher.wire.ServerStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes one answer in the text protocol.
 *
 * @see <a href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset.html">Text Resultset</a>
 */
final class TextResultWriter {
    private static final int NULL = 0xFB;
    private final ByteBuf out;
    private final boolean deprecateEof;
    private int sequence;

    /** @param sequence of the first packet of the answer */
    TextResultWriter(ByteBuf out, long capabilities, int sequence) {
        this.out = out;
        this.deprecateEof = Capabilities.has(capabilities, Capabilities.DEPRECATE_EOF);
        this.sequence = sequence;
    }

    void write(AdminResult result) {
        switch (result) {
            case AdminResult.Rows rows -> writeRows(rows);
            case AdminResult.Done done -> packet(body -> writeOk(body, OkPacket.HEADER, done.message()));
            case AdminResult.Refused refused ->
                packet(new ErrPacket(refused.code(), refused.sqlState(), refused.message())::write);
        }
    }

    private void writeRows(AdminResult.Rows rows) {
        packet(body -> LengthEncoded.writeInt(body, rows.columns().size()));
        for (AdminResult.Header column : rows.columns()) {
            int type = column.number() ? ColumnDefinition41.LONGLONG : ColumnDefinition41.VAR_STRING;
            packet(new ColumnDefinition41(column.name(), type)::write);
        }
        if (!deprecateEof) {
            packet(body -> OkPacket.writeEof(body, ServerStatus.AUTOCOMMIT, 0));
        }
        for (List<@Nullable Object> row : rows.rows()) {
            packet(body -> row.forEach(value -> writeValue(body, value)));
        }
        packet(body -> {
            if (deprecateEof) {
                writeOk(body, OkPacket.EOF_HEADER, "");
            } else {
                OkPacket.writeEof(body, ServerStatus.AUTOCOMMIT, 0);
            }
        });
    }

    private static void writeValue(ByteBuf body, @Nullable Object value) {
        if (value == null) {
            body.writeByte(NULL);
        } else {
            LengthEncoded.writeString(body, value.toString(), StandardCharsets.UTF_8);
        }
    }

    private static void writeOk(ByteBuf body, int header, String message) {
        ByteBuf text = Unpooled.copiedBuffer(message, StandardCharsets.UTF_8);
        OkPacket.write(body, header, 0, 0, ServerStatus.AUTOCOMMIT, 0, text, Unpooled.EMPTY_BUFFER);
    }

    private void packet(Consumer<ByteBuf> body) {
        Packets.write(out, sequence & 0xFF, body);
        sequence++;
    }
}
