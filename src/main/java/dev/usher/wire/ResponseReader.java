package dev.usher.wire;

import dev.usher.wire.Command.Response;
import io.netty.buffer.ByteBuf;

/**
 * Finds, in the bytes that a server sends, where each packet of a response starts and which one ends it. Rows and column definitions are passed over without
 * being looked into; only the packets that decide something are made whole. The server connection must have {@code DEPRECATE_EOF}.
 *
 * <p>Use: {@link #begin} for each command, then {@link #next} until it says {@link Event#STARVED}, with the buffer's reader index as the place reached. What
 * lies between two events belongs to the response and can be passed on as it is. Sequence ids are moved by {@link #shiftSequence} in place.
 */
public final class ResponseReader {
    /** A table has at most 4096, but a query may name as many as its text has room for: MariaDB answers with 68,001. */
    private static final int MOST_COLUMNS = 0xFFFFFF;

    /** What was found; the packet that it is about stands at {@link #packetStart} with {@link #payloadLength} bytes behind its header. */
    public enum Event {
        /** All bytes are consumed, or those left (fewer than a header, or a packet that must be whole) need more to follow. */
        STARVED,
        /** OK without a result set. */
        OK,
        ERR,
        /** The first packet of a result set: the number of columns. */
        COLUMN_COUNT,
        /** Between column (or parameter) definitions and what follows: here stands an EOF packet for clients without DEPRECATE_EOF. No packet belongs to it. */
        METADATA_END,
        /** The OK with header 0xFE behind the rows, or behind the columns where a cursor was opened. */
        ROWS_END,
        /** COM_STMT_PREPARE_OK. */
        PREPARE_OK,
        /** The server asks for a file of the client's; its answer follows once the client has sent it. */
        LOCAL_INFILE,
        /** A packet that is the whole response: of COM_STATISTICS, or one of an endless stream. */
        WHOLE,
        /** A row or a column definition; only if rows are asked for. */
        ROW
    }

    private enum Expect {
        FIRST,
        DEFINITIONS,
        AFTER_DEFINITIONS,
        ROWS,
        DONE
    }

    private static final int ERR = ErrPacket.HEADER;
    private static final int EOF = OkPacket.EOF_HEADER;

    private final OkPacket ok = new OkPacket();
    private Response response = Response.NONE;
    private Expect expect = Expect.DONE;
    private boolean eachRow;
    private long definitionsLeft;
    private long definitionsThen;
    private boolean metadataEndDue;
    private int skip;
    private boolean continued;
    private int shift;
    private int lastSequence;
    private int sequenceBefore;
    private int packetStart;
    private int payloadLength;
    private long rows;

    /**
     * Expects the response of a command.
     *
     * @param eachRow whether rows and definitions are wanted as {@link Event#ROW}; they are then made whole
     * @param sequenceShift what to add to the sequence ids from the beginning
     */
    public void begin(Response shape, boolean eachRow, int sequenceShift) {
        this.response = shape;
        this.eachRow = eachRow;
        this.expect = shape == Response.ROWS || shape == Response.FIELD_LIST ? Expect.ROWS : Expect.FIRST;
        this.shift = sequenceShift;
        this.lastSequence = 0;
        this.sequenceBefore = 0;
        this.skip = 0;
        this.continued = false;
        this.metadataEndDue = false;
        this.rows = 0;
    }

    /** Adds to the sequence id of every packet from here on, because the client has been given packets of Usher's own. */
    public void shiftSequence(int by) {
        shift += by;
        lastSequence += by;
    }

    /** What is being added to sequence ids. */
    public int shift() {
        return shift;
    }

    /** The sequence id, as the client sees it, of the last packet passed; 0 before the first one. */
    public int lastSequence() {
        return lastSequence;
    }

    /** The sequence id of the last packet before the one at {@link #packetStart}, also when that one turned out to be malformed. */
    public int sequenceBefore() {
        return sequenceBefore;
    }

    /** Whether the response has ended. */
    public boolean done() {
        return expect == Expect.DONE;
    }

    /** Whether the reader stands between two packets, so that a packet of Usher's own may go to the client. */
    public boolean betweenPackets() {
        return skip == 0 && !continued;
    }

    /** Index of the header of the packet that the last event is about. */
    public int packetStart() {
        return packetStart;
    }

    public int payloadLength() {
        return payloadLength;
    }

    /** The OK that the last {@link Event#OK} or {@link Event#ROWS_END} is about. */
    public OkPacket ok() {
        return ok;
    }

    /** After {@link Event#ROWS_END}: whether it stands directly behind the definitions, so that one EOF serves for both (a cursor), or two are due. */
    public boolean metadataEndDue() {
        return metadataEndDue;
    }

    /** Rows seen so far in this result set. */
    public long rows() {
        return rows;
    }

    /** Reads on from the buffer's reader index. */
    public Event next(ByteBuf in) {
        while (true) {
            if (skip > 0) {
                int step = Math.min(skip, in.readableBytes());
                in.skipBytes(step);
                skip -= step;
                if (skip > 0) {
                    return Event.STARVED;
                }
            }
            if (response == Response.PREPARE && expect == Expect.AFTER_DEFINITIONS) {
                // The definitions may be the last packets of the response: their end must be seen without a further byte.
                metadataEnded();
                return Event.METADATA_END;
            }
            if (expect == Expect.DONE || in.readableBytes() < Packets.HEADER) {
                return Event.STARVED;
            }
            if (expect == Expect.ROWS && !eachRow && !continued) {
                passRows(in);
                if (in.readableBytes() < Packets.HEADER) {
                    return Event.STARVED;
                }
            }
            int start = in.readerIndex();
            int length = in.getUnsignedMediumLE(start);
            packetStart = start;
            sequenceBefore = lastSequence;
            if (continued) {
                enterFrame(in, start, length);
                continue;
            }
            if (length == 0) {
                throw new MalformedPacketException("empty packet in a response");
            }
            if (in.readableBytes() < Packets.HEADER + 1) {
                return Event.STARVED;
            }
            int first = in.getUnsignedByte(start + Packets.HEADER);
            if (expect == Expect.DEFINITIONS && first != ERR || expect == Expect.ROWS && !endsRows(first, length)) {
                if (eachRow && in.readableBytes() < Packets.HEADER + length) {
                    return Event.STARVED;
                }
                payloadLength = length;
                enterFrame(in, start, length);
                if (expect == Expect.DEFINITIONS) {
                    definitionRead();
                } else {
                    rows++;
                }
                if (eachRow) {
                    in.skipBytes(skip);
                    skip = 0;
                    return Event.ROW;
                }
                continue;
            }
            if (expect == Expect.AFTER_DEFINITIONS) {
                if (first == ERR || !endsRows(first, length)) {
                    metadataEnded();
                    return Event.METADATA_END;
                }
                metadataEndDue = true;
            }
            if (length == Packets.MAX_FRAME) {
                throw new MalformedPacketException("16 MiB where OK, ERR or a column count is due");
            }
            if (in.readableBytes() < Packets.HEADER + length) {
                return Event.STARVED;
            }
            payloadLength = length;
            if (shift != 0) {
                in.setByte(start + 3, in.getByte(start + 3) + shift);
            }
            lastSequence = in.getUnsignedByte(start + 3);
            in.skipBytes(Packets.HEADER + length);
            return deciding(in, start + Packets.HEADER, length, first);
        }
    }

    /** Passes over the rows that are there to their end: of each, one access to the buffer reads the header and the first byte, and another one moves the sequence id. */
    private void passRows(ByteBuf in) {
        int at = in.readerIndex();
        int end = in.writerIndex();
        int sequence = lastSequence;
        int before = sequenceBefore;
        while (end - at >= Long.BYTES) {
            long head = in.getLongLE(at);
            int length = (int) head & 0xFF_FFFF;
            int next = at + Packets.HEADER + length;
            if (next > end || length == 0 || length == Packets.MAX_FRAME || endsRows((int) (head >>> 32) & 0xFF, length)) {
                break;
            }
            before = sequence;
            sequence = (int) (head >>> 24) + shift & 0xFF;
            if (shift != 0) {
                in.setByte(at + 3, sequence);
            }
            packetStart = at;
            payloadLength = length;
            rows++;
            at = next;
        }
        sequenceBefore = before;
        lastSequence = sequence;
        in.readerIndex(at);
    }

    private static boolean endsRows(int first, int length) {
        return first == EOF && length < Packets.MAX_FRAME || first == ERR;
    }

    private void enterFrame(ByteBuf in, int start, int length) {
        if (shift != 0) {
            in.setByte(start + 3, in.getByte(start + 3) + shift);
        }
        lastSequence = in.getUnsignedByte(start + 3);
        in.skipBytes(Packets.HEADER);
        skip = length;
        continued = length == Packets.MAX_FRAME;
    }

    private void definitionRead() {
        if (--definitionsLeft == 0) {
            expect = Expect.AFTER_DEFINITIONS;
        }
    }

    private void metadataEnded() {
        if (definitionsThen > 0) {
            definitionsLeft = definitionsThen;
            definitionsThen = 0;
            expect = Expect.DEFINITIONS;
        } else {
            expect = response == Response.PREPARE ? Expect.DONE : Expect.ROWS;
        }
    }

    /** Looks at a payload through the buffer itself: a slice would be garbage with every statement. */
    private Event deciding(ByteBuf in, int start, int length, int first) {
        int reader = in.readerIndex();
        int writer = in.writerIndex();
        in.setIndex(start, start + length);
        try {
            return deciding(in, first);
        } finally {
            in.setIndex(reader, writer);
        }
    }

    private Event deciding(ByteBuf payload, int first) {
        if (first == ERR) {
            expect = Expect.DONE;
            return Event.ERR;
        }
        return switch (response) {
            case STRING -> {
                expect = Expect.DONE;
                yield Event.WHOLE;
            }
            case ENDLESS -> Event.WHOLE;
            case PREPARE -> prepared(payload, first);
            case SIMPLE -> {
                if (first == EOF && payload.readableBytes() < 7) {
                    expect = Expect.DONE;
                    yield Event.WHOLE;
                }
                yield ended(payload, first == OkPacket.HEADER ? Event.OK : Event.ROWS_END);
            }
            case FIELD_LIST, ROWS -> ended(payload, Event.ROWS_END);
            case RESULT -> result(payload, first);
            case NONE -> throw new MalformedPacketException("a response where none is due");
        };
    }

    private Event result(ByteBuf payload, int first) {
        if (expect != Expect.FIRST) {
            return ended(payload, Event.ROWS_END);
        }
        if (first == OkPacket.HEADER) {
            return ended(payload, Event.OK);
        }
        if (first == 0xFB) {
            return Event.LOCAL_INFILE;
        }
        definitionsLeft = LengthEncoded.readInt(payload);
        definitionsThen = 0;
        if (definitionsLeft <= 0 || definitionsLeft > MOST_COLUMNS) {
            throw new MalformedPacketException("result set of " + definitionsLeft + " columns");
        }
        metadataEndDue = false;
        rows = 0;
        expect = Expect.DEFINITIONS;
        return Event.COLUMN_COUNT;
    }

    private Event prepared(ByteBuf payload, int first) {
        if (first != 0 || payload.readableBytes() < 12) {
            throw new MalformedPacketException("COM_STMT_PREPARE_OK expected");
        }
        int at = payload.readerIndex();
        int columns = payload.getUnsignedShortLE(at + 5);
        int parameters = payload.getUnsignedShortLE(at + 7);
        definitionsLeft = parameters > 0 ? parameters : columns;
        definitionsThen = parameters > 0 ? columns : 0;
        expect = definitionsLeft > 0 ? Expect.DEFINITIONS : Expect.DONE;
        return Event.PREPARE_OK;
    }

    private Event ended(ByteBuf payload, Event event) {
        ok.read(payload);
        expect = (ok.status() & ServerStatus.MORE_RESULTS) != 0 && response == Response.RESULT ? Expect.FIRST : Expect.DONE;
        return event;
    }
}
