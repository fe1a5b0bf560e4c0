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
    /** Bytes between the command's number and its text: the counts of parameters, where the client sends them. */
    private final int beforeText;
    private @Nullable ByteBuf kept;
    private @Nullable ErrPacket refused;

    BehindRestore(boolean queryAttributes) {
        this.beforeText = queryAttributes ? 2 : 0;
    }

    /** @param bytes the packet as the client sent it; taken over */
    void send(RestorePlan.Statements restore, ByteBuf bytes, ServerConnection connection, Relay relay) {
        byte[] sql = restore.sql().getBytes(StandardCharsets.UTF_8);
        int skip = Packets.HEADER + 1 + beforeText;
        int length = bytes.readableBytes() - Packets.HEADER + sql.length;
        ByteBuf head = bytes.alloc().buffer(skip + sql.length);
        head.writeMediumLE(length).writeByte(0).writeBytes(bytes, bytes.readerIndex() + Packets.HEADER, skip - Packets.HEADER)
                .writeBytes(sql);
        kept = bytes.retainedDuplicate();
        connection.send(head, relay);
        connection.write(bytes.skipBytes(skip));
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
