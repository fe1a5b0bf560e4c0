package dev.usher.proxy;

import dev.usher.pool.Exchange;
import dev.usher.pool.ServerConnection;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command.Response;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.LengthEncoded;
import dev.usher.wire.OkPacket;
import dev.usher.wire.Packets;
import dev.usher.wire.ResponseReader;
import dev.usher.wire.ServerStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;

/**
 * The response to a client's statement on its way from the server to the client. What both sides write alike is passed on as it came; the few packets in which
 * they differ (DEPRECATE_EOF, session trackers, statement ids) are written anew, and sequence ids follow.
 */
final class Relay extends Exchange {
    /** Tells the client connection what the response says. */
    interface Listener {
        /** OK or the end of a result set; the connection has taken note of it. */
        void ok(ServerConnection connection, OkPacket ok);

        void err(ServerConnection connection, ErrPacket error, boolean statementRan);

        /** @return the id that the client gets instead of the server's */
        int prepared(ServerConnection connection, int serverId, int parameters);

        void localInfile(int sequenceShift);

        void finished(ServerConnection connection);

        void lostResponse(ServerConnection connection, ErrPacket cause);
    }

    private final Channel client;
    private final boolean deprecateEof;
    private final boolean sessionTrack;
    private final TrackerFilter filter;
    private final Listener listener;
    private Response shape = Response.NONE;
    private int absorb;
    private int shift;
    private boolean restoreFailed;
    private boolean started;
    private boolean orphaned;
    private int nextSequence;
    private boolean midPacket;
    private long rows;

    Relay(Channel client, long clientCapabilities, TrackerFilter filter, Listener listener) {
        this.client = client;
        this.deprecateEof = Capabilities.has(clientCapabilities, Capabilities.DEPRECATE_EOF);
        this.sessionTrack = Capabilities.has(clientCapabilities, Capabilities.SESSION_TRACK);
        this.filter = filter;
        this.listener = listener;
    }

    /**
     * For the next statement.
     *
     * @param restoreStatements how many OKs of a restore come before the client's own response, in the same one
     */
    void begin(Response responseShape, int restoreStatements) {
        shape = responseShape;
        absorb = restoreStatements;
        shift = -restoreStatements;
        restoreFailed = false;
        started = false;
        nextSequence = 1;
        midPacket = false;
    }

    /** The client is gone: whatever still comes is thrown away. */
    void orphan() {
        orphaned = true;
    }

    /** Rows of the last result set. */
    long rows() {
        return rows;
    }

    /** Whether the client has got any byte of the response. */
    boolean started() {
        return started;
    }

    /** Whether an ERR of Usher's own may stand where the response has got to. */
    boolean betweenPackets() {
        return !midPacket;
    }

    /** The sequence id that a packet written now would have. */
    int nextSequence() {
        return nextSequence;
    }

    @Override
    public int sequenceShift() {
        return shift;
    }

    @Override
    public Response shape() {
        return shape;
    }

    @Override
    public boolean read(ServerConnection connection, ResponseReader reader, ByteBuf in) {
        int from = in.readerIndex();
        if (shape == Response.ENDLESS) {
            in.skipBytes(in.readableBytes());
            pass(in, from, in.readerIndex());
            return false;
        }
        while (true) {
            if (reader.done()) {
                pass(in, from, in.readerIndex());
                return true;
            }
            switch (reader.next(in)) {
                case STARVED -> {
                    pass(in, from, in.readerIndex());
                    midPacket = !reader.betweenPackets();
                    return false;
                }
                case COLUMN_COUNT, ROW -> nextSequence = reader.lastSequence() + 1;
                case METADATA_END -> {
                    if (!deprecateEof) {
                        from = pass(in, from, in.readerIndex());
                        insertEof(reader, reader.lastSequence() + 1, metadataStatus(connection), 0);
                    }
                }
                case OK -> {
                    OkPacket ok = reader.ok();
                    connection.noted(ok);
                    if (absorb > 0) {
                        absorb--;
                        from = in.readerIndex();
                        continue;
                    }
                    listener.ok(connection, ok);
                    nextSequence = reader.lastSequence() + 1;
                    if (mustRewrite(ok)) {
                        pass(in, from, reader.packetStart());
                        writeOk(reader.lastSequence(), OkPacket.HEADER, ok);
                        from = in.readerIndex();
                    }
                }
                case ROWS_END -> {
                    OkPacket ok = reader.ok();
                    rows = reader.rows();
                    connection.noted(ok);
                    listener.ok(connection, ok);
                    if (!deprecateEof) {
                        pass(in, from, reader.packetStart());
                        int sequence = reader.lastSequence();
                        if (reader.metadataEndDue() && (ok.status() & ServerStatus.CURSOR_EXISTS) == 0) {
                            insertEof(reader, sequence, ok.status(), 0);
                            sequence++;
                        }
                        writeEof(sequence, ok.status(), ok.warnings());
                        nextSequence = sequence + 1;
                        from = in.readerIndex();
                    } else {
                        nextSequence = reader.lastSequence() + 1;
                        if (mustRewrite(ok)) {
                            pass(in, from, reader.packetStart());
                            writeOk(reader.lastSequence(), OkPacket.EOF_HEADER, ok);
                            from = in.readerIndex();
                        }
                    }
                }
                case ERR -> {
                    ErrPacket error = ErrPacket.read(in.slice(reader.packetStart() + Packets.HEADER, reader.payloadLength()));
                    nextSequence = reader.lastSequence() + 1;
                    if (absorb > 0) {
                        restoreFailed = true;
                        from = in.readerIndex();
                    }
                    listener.err(connection, error, !restoreFailed);
                }
                case PREPARE_OK -> {
                    int at = reader.packetStart() + Packets.HEADER;
                    int id = listener.prepared(connection, in.getIntLE(at + 1), in.getUnsignedShortLE(at + 7));
                    in.setIntLE(at + 1, id);
                    nextSequence = reader.lastSequence() + 1;
                }
                case LOCAL_INFILE -> {
                    from = pass(in, from, in.readerIndex());
                    shift = reader.shift();
                    client.flush();
                    listener.localInfile(shift);
                }
                case WHOLE -> nextSequence = reader.lastSequence() + 1;
            }
            shift = reader.shift();
        }
    }

    private static int metadataStatus(ServerConnection connection) {
        return connection.status() & ~(ServerStatus.MORE_RESULTS | ServerStatus.SESSION_STATE_CHANGED);
    }

    private static boolean mustRewrite(OkPacket ok) {
        return (ok.status() & ServerStatus.SESSION_STATE_CHANGED) != 0;
    }

    private void insertEof(ResponseReader reader, int sequence, int status, int warnings) {
        writeEof(sequence, status, warnings);
        reader.shiftSequence(1);
        nextSequence = sequence + 1;
    }

    private void writeEof(int sequence, int status, int warnings) {
        ByteBuf out = client.alloc().buffer(9);
        int start = Packets.begin(out, sequence);
        OkPacket.writeEof(out, status, warnings);
        write(Packets.end(out, start));
    }

    private void writeOk(int sequence, int header, OkPacket ok) {
        ByteBuf out = client.alloc().buffer(64);
        int start = Packets.begin(out, sequence);
        ByteBuf trackers = sessionTrack ? filter.filter(ok.trackers(), client.alloc()) : Unpooled.EMPTY_BUFFER;
        OkPacket.write(out, header, ok.affectedRows(), ok.insertId(), ok.status(), ok.warnings(), ok.message(), trackers);
        trackers.release();
        write(Packets.end(out, start));
    }

    /** Passes on what the server wrote, as a slice; returns where the next begins. */
    private int pass(ByteBuf in, int from, int to) {
        if (to > from) {
            write(in.retainedSlice(from, to - from));
        }
        return to;
    }

    private void write(ByteBuf out) {
        if (orphaned) {
            out.release();
            return;
        }
        started = true;
        client.write(out, client.voidPromise());
    }

    @Override
    public void finished(ServerConnection connection) {
        listener.finished(connection);
    }

    @Override
    public void lost(ServerConnection connection, ErrPacket cause) {
        listener.lostResponse(connection, cause);
    }

    @Override
    public void pause() {
        if (!orphaned) {
            client.flush();
        }
    }
}
