package dev.usher.proxy;

import dev.usher.pool.ServerConnection;
import dev.usher.session.RestorePlan;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A text that is sent with its restore in front of it, in one COM_QUERY, and is kept for another try until the restore has succeeded. */
final class BehindRestore {
    /** Up to so many bytes, copying a text costs less than handing the kernel two pieces. */
    private static final int COPIED = 4 << 10;

    /** Bytes between the command's number and its text: the counts of parameters, where the client sends them. */
    private final int beforeText;
    private @Nullable ByteBuf kept;
    private @Nullable ErrPacket refused;

    BehindRestore(boolean queryAttributes) {
        this.beforeText = queryAttributes ? 2 : 0;
    }

    /** @param bytes the packet as the client sent it; taken over */
    void send(RestorePlan.Statements restore, ByteBuf bytes, ServerConnection connection, Relay relay) {
        String sql = restore.sql();
        int skip = Packets.HEADER + 1 + beforeText;
        int text = bytes.readableBytes() - skip;
        ByteBuf head = bytes.alloc().buffer(skip + sql.length() + (text <= COPIED ? text : 0));
        head.writeMediumLE(skip - Packets.HEADER + sql.length() + text).writeByte(0)
                .writeBytes(bytes, bytes.readerIndex() + Packets.HEADER, skip - Packets.HEADER);
        head.writeCharSequence(sql, StandardCharsets.US_ASCII);
        kept = bytes.retainedDuplicate();
        bytes.skipBytes(skip);
        if (text <= COPIED) {
            head.writeBytes(bytes);
            bytes.release();
            connection.send(head, relay);
        } else {
            connection.send(head, relay);
            connection.write(bytes);
        }
    }

    /** The restore was refused, so that the text has not run. */
    void refused(ErrPacket error) {
        refused = error;
    }

    /** Why the restore was refused, once; null if it was not. */
    @Nullable
    ErrPacket takeRefusal() {
        ErrPacket error = refused;
        refused = null;
        return kept == null ? null : error;
    }

    /** The text, header included, which is now the caller's. */
    ByteBuf takeText() {
        ByteBuf text = kept;
        if (text == null) {
            throw new IllegalStateException("no text is kept");
        }
        kept = null;
        return text;
    }

    /** The text has run, or never will. */
    void drop() {
        ByteBuf text = kept;
        if (text != null) {
            kept = null;
            text.release();
        }
    }
}
