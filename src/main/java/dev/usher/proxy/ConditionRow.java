package dev.usher.proxy;

import dev.usher.wire.LengthEncoded;
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A row of SHOW WARNINGS as the server would send it: level and message are strings, the code is an INT UNSIGNED. */
final class ConditionRow {
    private ConditionRow() {}

    /**
     * @param row level, code and message, each byte an ISO-8859-1 character
     * @param binary for an executed prepared statement
     */
    static void write(ByteBuf out, int sequence, @Nullable String[] row, boolean binary) {
        int start = Packets.begin(out, sequence);
        if (binary) {
            out.writeByte(0).writeByte(0);
        }
        string(out, row[0]);
        if (binary) {
            out.writeIntLE(Integer.parseInt(String.valueOf(row[1])));
        } else {
            string(out, row[1]);
        }
        string(out, row[2]);
        Packets.end(out, start);
    }

    private static void string(ByteBuf out, @Nullable String value) {
        LengthEncoded.writeString(out, value == null ? "" : value, StandardCharsets.ISO_8859_1);
    }
}
