package dev.usher.proxy;

import dev.usher.pool.Exchange;
import dev.usher.pool.ServerConnection;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command.Response;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.MalformedPacketException;
import dev.usher.wire.OkPacket;
import dev.usher.wire.Packets;
import dev.usher.wire.ResponseReader;
import dev.usher.wire.ServerStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The response to a client's statement on its way from the server to the client. What both sides write alike is passed on as it came; the few packets in which
 * they differ (DEPRECATE_EOF, session trackers, statement ids) are written anew, and sequence ids follow.
 */
final class Relay extends Exchange {
    /** Is told what the response says. */
    interface Notes {
        /** All of the restore in front of the statement has succeeded. */
        void restored(ServerConnection connection);

        /**
         * OK or the end of a result set; the connection has taken note of it.
         *
         * @param rows of the result set
         */
        void ok(ServerConnection connection, OkPacket ok, long rows);

        void err(ServerConnection connection, ErrPacket error, boolean statementRan);

        /** @return the id that the client gets instead of the server's */
        int prepared(ServerConnection connection, int serverId, int parameters, int warnings);
    }

    /** Is told where the response has got to. */
    interface Listener {
        void localInfile(int sequenceShift);

        void finished(ServerConnection connection);

        void lostResponse(ServerConnection connection, ErrPacket cause);

        /** What is under way is for a client that is gone: rows without end, or a file that will not come. */
        void pointless(ServerConnection connection);
    }

    private static final int FIRST_BATCH = 512;
    /** Up to here copying is cheaper than another piece to write. */
    private static final int COPIED = 2048;

    private final Channel client;
    private final boolean deprecateEof;
    private final boolean sessionTrack;
    private TrackerFilter filter;
    private final Notes notes;
    private final Listener listener;
    private Response shape = Response.NONE;
    private int absorb;
    private int shift;
    private boolean restoreFailed;
    private @Nullable ByteBuf batch;
    private boolean started;
    private boolean orphaned;
    private boolean inRows;
    private int nextSequence;
    private boolean midPacket;
    /** Index of the first byte in the buffer being read that has neither been passed on nor replaced. */
    private int from;
    private long rows;
    private @Nullable List<@Nullable String[]> added;
    private boolean addedBinary;
    private int countedInOk = -1;
    private int preparedWarnings;
    private boolean cursorAsked;

    Relay(Channel client, long clientCapabilities, TrackerFilter filter, Notes notes, Listener listener) {
        this.client = client;
        this.deprecateEof = Capabilities.has(clientCapabilities, Capabilities.DEPRECATE_EOF);
        this.sessionTrack = Capabilities.has(clientCapabilities, Capabilities.SESSION_TRACK);
        this.filter = filter;
        this.notes = notes;
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
        inRows = false;
        nextSequence = 1;
        midPacket = false;
        preparedWarnings = 0;
    }

    /** Rows of Usher's own for the result set, which the server leaves empty; null if there are none. */
    void add(@Nullable List<@Nullable String[]> own, boolean binary) {
        added = own;
        addedBinary = binary;
    }

    /** Whether the statement is executed with a cursor. */
    void cursorAsked(boolean asked) {
        cursorAsked = asked;
    }

    /** How many warnings an OK of the response has to name; -1 for what the server names. */
    void countedInOk(int warnings) {
        countedInOk = warnings;
    }

    /** The client has chosen other trackers. */
    void filter(TrackerFilter chosen) {
        filter = chosen;
    }

    /** The client is gone: whatever still comes is thrown away. */
    void orphan() {
        orphaned = true;
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
        from = in.readerIndex();
        try {
            return relay(connection, reader, in);
        } catch (MalformedPacketException | IndexOutOfBoundsException e) {
            if (absorb == 0) {
                // The packets before the broken one are the client's; an ERR can stand in its place.
                pass(in, reader.packetStart());
                nextSequence = reader.sequenceBefore() + 1;
            }
            midPacket = false;
            throw e;
        }
    }

    private boolean relay(ServerConnection connection, ResponseReader reader, ByteBuf in) {
        if (shape == Response.ENDLESS) {
            in.skipBytes(in.readableBytes());
            pass(in, in.readerIndex());
            return false;
        }
        while (true) {
            if (reader.done()) {
                pass(in, in.readerIndex());
                return true;
            }
            switch (reader.next(in)) {
                case STARVED -> {
                    pass(in, in.readerIndex());
                    midPacket = !reader.betweenPackets();
                    if (absorb == 0) {
                        nextSequence = reader.lastSequence() + 1;
                    }
                    if (orphaned && inRows) {
                        // More than has come at once. The server is told as a client of its own would tell it: nobody is there.
                        listener.pointless(connection);
                    }
                    return false;
                }
                case COLUMN_COUNT -> inRows = true;
                case ROW, WHOLE -> {
                    // Passed on as it is.
                }
                case METADATA_END -> {
                    // Where a cursor is wanted that end is told with it, and an error comes in place of both.
                    if (!deprecateEof && !(cursorAsked && in.isReadable(Packets.HEADER + 1)
                            && in.getUnsignedByte(in.readerIndex() + Packets.HEADER) == ErrPacket.HEADER)) {
                        pass(in, in.readerIndex());
                        insertEof(reader, reader.lastSequence() + 1, metadataStatus(connection.status()));
                    }
                }
                case OK -> {
                    OkPacket ok = reader.ok();
                    connection.noted(ok);
                    if (absorb > 0) {
                        if (--absorb == 0) {
                            notes.restored(connection);
                        }
                        from = in.readerIndex();
                        continue;
                    }
                    notes.ok(connection, ok, rows);
                    if (mustRewrite(ok)) {
                        pass(in, reader.packetStart());
                        writeOk(reader.lastSequence(), OkPacket.HEADER, ok);
                        from = in.readerIndex();
                    }
                }
                case ROWS_END -> {
                    inRows = false;
                    OkPacket ok = reader.ok();
                    rows = reader.rows();
                    connection.noted(ok);
                    notes.ok(connection, ok, rows);
                    boolean more = insertRows(in, reader);
                    if (!deprecateEof) {
                        pass(in, reader.packetStart());
                        if (!more && reader.metadataEndDue() && (ok.status() & ServerStatus.CURSOR_EXISTS) == 0) {
                            insertEof(reader, reader.lastSequence(), metadataStatus(ok.status()));
                        }
                        writeEof(reader.lastSequence(), ok.status(), ok.warnings());
                        from = in.readerIndex();
                    } else if (more || mustRewrite(ok)) {
                        pass(in, reader.packetStart());
                        writeOk(reader.lastSequence(), OkPacket.EOF_HEADER, ok);
                        from = in.readerIndex();
                    }
                }
                case ERR -> {
                    ErrPacket error = ErrPacket.read(in.slice(reader.packetStart() + Packets.HEADER, reader.payloadLength()));
                    if (absorb > 0) {
                        restoreFailed = true;
                        from = in.readerIndex();
                    }
                    notes.err(connection, error, !restoreFailed);
                }
                case PREPARE_OK -> {
                    int at = reader.packetStart() + Packets.HEADER;
                    int warnings = in.getUnsignedShortLE(at + 10);
                    int id = notes.prepared(connection, in.getIntLE(at + 1), in.getUnsignedShortLE(at + 7), warnings);
                    in.setIntLE(at + 1, id);
                    preparedWarnings = warnings;
                }
                case LOCAL_INFILE -> {
                    if (orphaned) {
                        listener.pointless(connection);
                        return false;
                    }
                    pass(in, in.readerIndex());
                    shift = reader.shift();
                    writeBatch();
                    client.flush();
                    listener.localInfile(shift);
                }
            }
            shift = reader.shift();
        }
    }

    /** Of an EOF behind column definitions, which tells nothing yet about what follows the rows. */
    private static int metadataStatus(int status) {
        return status & ~(ServerStatus.MORE_RESULTS | ServerStatus.SESSION_STATE_CHANGED | ServerStatus.CURSOR_EXISTS
                | ServerStatus.LAST_ROW_SENT | ServerStatus.OF_ONE_STATEMENT);
    }

    private boolean mustRewrite(OkPacket ok) {
        return (ok.status() & ServerStatus.SESSION_STATE_CHANGED) != 0 || countedInOk >= 0;
    }

    /** Behind the definitions of a prepared statement servers name its warnings as well. */
    private void insertEof(ResponseReader reader, int sequence, int status) {
        writeEof(sequence, status, preparedWarnings);
        reader.shiftSequence(1);
    }

    private boolean insertRows(ByteBuf in, ResponseReader reader) {
        List<@Nullable String[]> own = added;
        if (own == null) {
            return false;
        }
        added = null;
        pass(in, reader.packetStart());
        if (!deprecateEof && reader.metadataEndDue()) {
            insertEof(reader, reader.lastSequence(), metadataStatus(reader.ok().status()));
        }
        for (@Nullable
        String[] row : own) {
            ConditionRow.write(batch(), reader.lastSequence(), row, addedBinary);
            reader.shiftSequence(1);
        }
        return true;
    }

    private void writeEof(int sequence, int status, int warnings) {
        ByteBuf out = batch();
        int start = Packets.begin(out, sequence);
        OkPacket.writeEof(out, status, warnings);
        Packets.end(out, start);
    }

    private void writeOk(int sequence, int header, OkPacket ok) {
        ByteBuf out = batch();
        int start = Packets.begin(out, sequence);
        ByteBuf trackers = sessionTrack ? filter.filter(ok.trackers(), client.alloc()) : Unpooled.EMPTY_BUFFER;
        OkPacket.write(out, header, ok.affectedRows(), ok.insertId(), ok.status(),
                countedInOk >= 0 ? countedInOk : ok.warnings(), ok.message(), trackers);
        trackers.release();
        Packets.end(out, start);
    }

    /** Where small pieces are put together, so that a short response leaves in one write. */
    private ByteBuf batch() {
        ByteBuf open = batch;
        if (open == null) {
            open = client.alloc().buffer(FIRST_BATCH);
            batch = open;
        }
        return open;
    }

    private void writeBatch() {
        ByteBuf full = batch;
        if (full != null) {
            batch = null;
            write(full);
        }
    }

    /** Passes on what the server wrote, up to here: a little is copied, more goes as a slice. */
    private void pass(ByteBuf in, int to) {
        int length = to - from;
        if (length > COPIED) {
            writeBatch();
            write(in.retainedSlice(from, length));
        } else if (length > 0) {
            batch().writeBytes(in, from, length);
        }
        from = to;
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
        writeBatch();
        listener.finished(connection);
    }

    @Override
    public void lost(ServerConnection connection, ErrPacket cause) {
        writeBatch();
        listener.lostResponse(connection, cause);
    }

    @Override
    public void pause() {
        writeBatch();
        if (!orphaned) {
            client.flush();
        }
    }
}
