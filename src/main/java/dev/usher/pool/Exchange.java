package dev.usher.pool;

import dev.usher.wire.Command.Response;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.ResponseReader;
import io.netty.buffer.ByteBuf;

/**
 * One response that a server connection owes, in the order of the commands sent. A client's statement is one, a question of Usher's own another; they may be
 * written one behind the other without waiting.
 */
public abstract class Exchange {
    /** The shape of the response. */
    public abstract Response shape();

    /** Whether rows and column definitions are wanted one by one. */
    public boolean eachRow() {
        return false;
    }

    /** What to add to the sequence ids of the response from its beginning. */
    public int sequenceShift() {
        return 0;
    }

    /**
     * Reads on. Consumes what belongs to this response, as far as it is there.
     *
     * @return whether the response is complete
     */
    public abstract boolean read(ServerConnection connection, ResponseReader reader, ByteBuf in);

    /** The response is complete and no longer the connection's first. */
    public abstract void finished(ServerConnection connection);

    /** The connection was lost before the response was complete. */
    public abstract void lost(ServerConnection connection, ErrPacket cause);

    /** All bytes that arrived together have been read: time to flush. */
    public void pause() {}
}
