package dev.usher.proxy;

import dev.usher.pool.Exchange;
import dev.usher.pool.ServerConnection;
import dev.usher.session.PreparedStatement;
import dev.usher.wire.Command;
import dev.usher.wire.Command.Response;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.Packets;
import dev.usher.wire.ResponseReader;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Prepares a client's statement on a server connection that does not have it; the client already knows its parameters and columns. */
final class Reprepare extends Exchange {
    /** Gets the server's id, or its error. */
    interface Then {
        void prepared(int serverId, @Nullable ErrPacket error);
    }

    private final Then then;
    private int serverId;
    private @Nullable ErrPacket error;

    private Reprepare(Then then) {
        this.then = then;
    }

    static void on(ServerConnection connection, PreparedStatement statement, Then then) {
        byte[] text = statement.text();
        if (!statement.whole()) {
            then.prepared(0, new ErrPacket(1158, "08S01", "Usher can not prepare a statement of this size on another server connection"));
            return;
        }
        connection.send(
                Packets.packet(connection.channel().alloc(), 0, out -> out.writeByte(Command.STMT_PREPARE.code()).writeBytes(text)),
                new Reprepare(then));
        connection.flush();
    }

    @Override
    public Response shape() {
        return Response.PREPARE;
    }

    @Override
    public boolean read(ServerConnection connection, ResponseReader reader, ByteBuf in) {
        while (!reader.done()) {
            switch (reader.next(in)) {
                case STARVED -> {
                    return reader.done();
                }
                case PREPARE_OK -> serverId = in.getIntLE(reader.packetStart() + Packets.HEADER + 1);
                case ERR -> error = ErrPacket.read(in.slice(reader.packetStart() + Packets.HEADER, reader.payloadLength()));
                case METADATA_END, ROW, OK, COLUMN_COUNT, ROWS_END, LOCAL_INFILE, WHOLE -> {
                    // Definitions that nobody needs.
                }
            }
        }
        return true;
    }

    @Override
    public void finished(ServerConnection connection) {
        then.prepared(serverId, error);
    }

    @Override
    public void lost(ServerConnection connection, ErrPacket cause) {
        // The connection tells its tenant.
    }
}
