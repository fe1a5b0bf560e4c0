package dev.usher.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.usher.wire.ColumnDefinition41;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.LengthEncoded;
import dev.usher.wire.OkPacket;
import dev.usher.wire.Packets;
import dev.usher.wire.ServerStatus;
import dev.usher.wire.SessionTrack;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;

/**
 * What a server answers, as the bytes that it would send to a client with these capabilities: so that one description says both what arrives from a server
 * and what a client must get in the end.
 */
public final class ScriptedResponse {
    private static final int AUTOCOMMIT = ServerStatus.AUTOCOMMIT;

    private final boolean deprecateEof;
    private final boolean sessionTrack;
    private final boolean everyTracker;
    private final ByteBuf bytes = Unpooled.buffer();
    private int sequence;

    private ScriptedResponse(boolean deprecateEof, boolean sessionTrack, boolean everyTracker, int sequence) {
        this.deprecateEof = deprecateEof;
        this.sessionTrack = sessionTrack;
        this.everyTracker = everyTracker;
        this.sequence = sequence;
    }

    /** As a pooler's connection gets it: DEPRECATE_EOF, and all trackers on. */
    public static byte[] toUsher(Consumer<ScriptedResponse> script) {
        return render(new ScriptedResponse(true, true, true, 1), script);
    }

    /** As a client gets it that has not changed its session's trackers. */
    public static byte[] toClient(boolean deprecateEof, boolean sessionTrack, Consumer<ScriptedResponse> script) {
        return render(new ScriptedResponse(deprecateEof, sessionTrack, false, 1), script);
    }

    private static byte[] render(ScriptedResponse into, Consumer<ScriptedResponse> script) {
        script.accept(into);
        return ByteBufUtil.getBytes(into.bytes);
    }

    /** Counts on from here: a client's packets came in between. */
    public ScriptedResponse sequence(int next) {
        sequence = next;
        return this;
    }

    public ScriptedResponse ok() {
        return ok(AUTOCOMMIT, 0, Unpooled.EMPTY_BUFFER, Unpooled.EMPTY_BUFFER);
    }

    public ScriptedResponse ok(int status) {
        return ok(status, 0, Unpooled.EMPTY_BUFFER, Unpooled.EMPTY_BUFFER);
    }

    /** With a message, and the schema (a tracker that is on by default) and a variable (one that is not) changed. */
    public ScriptedResponse okWithTrackers(int status, long insertId, String message, String schema, String variable, String value) {
        ByteBuf byDefault = Unpooled.buffer();
        tracker(byDefault, SessionTrack.SCHEMA, schema);
        ByteBuf all = byDefault.copy();
        tracker(all, SessionTrack.SYSTEM_VARIABLES, variable, value);
        tracker(all, SessionTrack.STATE_CHANGE, "1");
        return ok(status, insertId, Unpooled.copiedBuffer(message, UTF_8),
                everyTracker ? all : sessionTrack ? byDefault : Unpooled.EMPTY_BUFFER);
    }

    /** With nothing changed but what no client hears of by default. */
    public ScriptedResponse okWithSilentTrackers(int status) {
        ByteBuf all = Unpooled.buffer();
        tracker(all, SessionTrack.SYSTEM_VARIABLES, "sql_mode", "ANSI");
        tracker(all, SessionTrack.TRANSACTION_CHARACTERISTICS, "");
        return ok(status, 0, Unpooled.EMPTY_BUFFER, everyTracker ? all : Unpooled.EMPTY_BUFFER);
    }

    private ScriptedResponse ok(int status, long insertId, ByteBuf message, ByteBuf trackers) {
        return packet(out -> OkPacket.write(out, OkPacket.HEADER, 1, insertId, status, 0, message, trackers));
    }

    private static void tracker(ByteBuf out, int kind, String... strings) {
        ByteBuf entry = Unpooled.buffer();
        for (String each : strings) {
            LengthEncoded.writeString(entry, each, UTF_8);
        }
        out.writeByte(kind);
        LengthEncoded.writeInt(out, entry.readableBytes());
        out.writeBytes(entry);
    }

    public ScriptedResponse err(int code, String state, String message) {
        return packet(new ErrPacket(code, state, message)::write);
    }

    /** The column count, the definitions and, where the client wants it, their EOF. */
    public ScriptedResponse columns(String... names) {
        packet(out -> LengthEncoded.writeInt(out, names.length));
        definitions(names);
        return metadataEof(AUTOCOMMIT);
    }

    private void definitions(String... names) {
        for (String name : names) {
            packet(new ColumnDefinition41(name, ColumnDefinition41.VAR_STRING)::write);
        }
    }

    private ScriptedResponse metadataEof(int status) {
        return deprecateEof ? this : packet(out -> OkPacket.writeEof(out, status, 0));
    }

    /** A row in text form. */
    public ScriptedResponse row(String... values) {
        return packet(out -> {
            for (String value : values) {
                LengthEncoded.writeString(out, value, UTF_8);
            }
        });
    }

    /** A row of one column whose payload has so many bytes, the value's length included. */
    public ScriptedResponse rowOf(int payload) {
        boolean large = payload - 4 > 0xFFFFFF;
        return packet(out -> {
            if (large) {
                out.writeByte(0xFE).writeLongLE(payload - 9);
            } else {
                out.writeByte(0xFD).writeMediumLE(payload - 4);
            }
            out.writeZero(payload - (large ? 9 : 4));
        });
    }

    /** A row in binary form, of one string. */
    public ScriptedResponse binaryRow(String value) {
        return packet(out -> {
            out.writeByte(0).writeByte(0);
            LengthEncoded.writeString(out, value, UTF_8);
        });
    }

    /** Ends rows, and what has their shape. */
    public ScriptedResponse end(int status) {
        return packet(out -> {
            if (deprecateEof) {
                OkPacket.write(out, OkPacket.EOF_HEADER, 0, 0, status, 0, Unpooled.EMPTY_BUFFER, Unpooled.EMPTY_BUFFER);
            } else {
                OkPacket.writeEof(out, status, 0);
            }
        });
    }

    public ScriptedResponse end() {
        return end(AUTOCOMMIT);
    }

    /** A whole result set of one column. */
    public ScriptedResponse result(String column, String... values) {
        columns(column);
        for (String value : values) {
            row(value);
        }
        return end();
    }

    /** The definitions of a result whose rows are fetched later: one EOF, whoever asks. */
    public ScriptedResponse cursor(String... names) {
        packet(out -> LengthEncoded.writeInt(out, names.length));
        definitions(names);
        return end(AUTOCOMMIT | ServerStatus.CURSOR_EXISTS);
    }

    /** COM_STMT_PREPARE_OK with its definitions. */
    public ScriptedResponse prepared(int id, int parameters, int columns) {
        packet(out -> out.writeByte(0).writeIntLE(id).writeShortLE(columns).writeShortLE(parameters).writeByte(0).writeShortLE(0));
        for (int count : new int[]{parameters, columns}) {
            if (count > 0) {
                for (int i = 0; i < count; i++) {
                    definitions("c" + i);
                }
                metadataEof(AUTOCOMMIT);
            }
        }
        return this;
    }

    /** COM_FIELD_LIST's answer. */
    public ScriptedResponse fieldList(String... names) {
        definitions(names);
        return end();
    }

    public ScriptedResponse localInfile(String file) {
        return packet(out -> out.writeByte(0xFB).writeBytes(file.getBytes(UTF_8)));
    }

    /** One packet, in as many frames as its payload needs. */
    public ScriptedResponse packet(Consumer<ByteBuf> body) {
        ByteBuf payload = Unpooled.buffer();
        body.accept(payload);
        int length;
        do {
            length = Math.min(payload.readableBytes(), Packets.MAX_FRAME);
            bytes.writeMediumLE(length).writeByte(sequence++);
            bytes.writeBytes(payload, length);
        } while (length == Packets.MAX_FRAME);
        return this;
    }

    /** Bytes that are no packet. */
    public ScriptedResponse garbage(byte... any) {
        bytes.writeBytes(any);
        return this;
    }
}
