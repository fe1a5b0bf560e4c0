package dev.usher.pool;

import dev.usher.wire.Command;
import dev.usher.wire.Command.Response;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.LengthEncoded;
import dev.usher.wire.OkPacket;
import dev.usher.wire.Packets;
import dev.usher.wire.ResponseReader;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A command of Usher's own on a server connection, with its answer read whole. Answers are small: settings, status values, warnings. */
public final class Question extends Exchange {
    /** What came back. */
    public sealed interface Answer {
        /**
         * All result sets and OKs arrived.
         *
         * @param rows of all result sets, in text form; SQL NULL is null
         * @param columns of all result sets
         * @param status flags of the last OK
         */
        record Rows(List<@Nullable String[]> rows, List<Column> columns, int status) implements Answer {}

        /** The server refused. */
        record Refused(ErrPacket error) implements Answer {}

        /** The connection is gone. */
        record Lost(ErrPacket cause) implements Answer {}
    }

    /** A column's length, type and flags, as its definition has them. */
    public record Column(long length, int type, int flags) {}

    /** Behind the names in a column definition: character set, length, type, flags, decimals, filler. */
    private static final int TYPE_FROM_END = 6;

    private final Command command;
    private final byte[] payload;
    private final Consumer<Answer> then;
    private final Charset charset;
    private final List<@Nullable String[]> rows = new ArrayList<>();
    private final List<Column> types = new ArrayList<>();
    private int columns;
    private int definitions;
    private @Nullable Answer answer;
    private @Nullable Tenant asker;

    private Question(Command command, byte[] payload, Charset charset, Consumer<Answer> then) {
        this.charset = charset;
        this.command = command;
        this.payload = payload;
        this.then = then;
    }

    /** A statement in ASCII. */
    public static Question query(String sql, Consumer<Answer> then) {
        return new Question(Command.QUERY, sql.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8, then);
    }

    /** A statement in ASCII whose answer is wanted byte for byte, in strings of ISO-8859-1: it is for a client, in that client's character set. */
    public static Question bytes(String sql, Consumer<Answer> then) {
        return new Question(Command.QUERY, sql.getBytes(StandardCharsets.US_ASCII), StandardCharsets.ISO_8859_1, then);
    }

    /** A command whose answer is a single OK or ERR. */
    public static Question simple(Command command, byte[] payload, Consumer<Answer> then) {
        return new Question(command, payload, StandardCharsets.UTF_8, then);
    }

    void write(ByteBuf out, boolean queryAttributes) {
        int start = Packets.begin(out, 0);
        out.writeByte(command.code());
        if (command == Command.QUERY && queryAttributes) {
            out.writeByte(0).writeByte(1);
        }
        out.writeBytes(payload);
        Packets.end(out, start);
    }

    @Override
    public Response shape() {
        return command.response();
    }

    @Override
    public boolean eachRow() {
        return true;
    }

    @Override
    public boolean read(ServerConnection connection, ResponseReader reader, ByteBuf in) {
        while (!reader.done()) {
            switch (reader.next(in)) {
                case STARVED -> {
                    return false;
                }
                case COLUMN_COUNT -> {
                    ByteBuf count = payload(reader, in);
                    columns = (int) LengthEncoded.readInt(count);
                    definitions = 0;
                }
                case ROW -> {
                    if (definitions < columns) {
                        definitions++;
                        int type = reader.packetStart() + Packets.HEADER + reader.payloadLength() - TYPE_FROM_END;
                        types.add(new Column(in.getUnsignedIntLE(type - Integer.BYTES), in.getUnsignedByte(type),
                                in.getUnsignedShortLE(type + 1)));
                    } else {
                        rows.add(row(payload(reader, in)));
                    }
                }
                case OK, ROWS_END -> {
                    OkPacket ok = reader.ok();
                    connection.noted(ok);
                    if (reader.done()) {
                        answer = new Answer.Rows(rows, types, ok.status());
                    }
                }
                case WHOLE -> answer = new Answer.Rows(rows, types, 0);
                case ERR -> answer = new Answer.Refused(ErrPacket.read(payload(reader, in)));
                case METADATA_END, PREPARE_OK, LOCAL_INFILE -> {
                    // Nothing that Usher asks is answered by a prepared statement or a file.
                }
            }
        }
        return true;
    }

    private static ByteBuf payload(ResponseReader reader, ByteBuf in) {
        return in.slice(reader.packetStart() + Packets.HEADER, reader.payloadLength());
    }

    private @Nullable String[] row(ByteBuf row) {
        @Nullable
        String[] values = new String[columns];
        for (int i = 0; i < columns; i++) {
            if (row.isReadable() && row.getUnsignedByte(row.readerIndex()) == 0xFB) {
                row.skipBytes(1);
            } else {
                values[i] = LengthEncoded.readString(row, charset);
            }
        }
        return values;
    }

    /** On whose behalf it is asked: somebody else may have the connection when the answer comes. */
    void askedBy(@Nullable Tenant tenant) {
        asker = tenant;
    }

    @Override
    public void finished(ServerConnection connection) {
        tell(connection, answer == null ? new Answer.Lost(ServerConnection.LOST) : answer);
    }

    @Override
    public void lost(ServerConnection connection, ErrPacket cause) {
        tell(connection, new Answer.Lost(cause));
    }

    private void tell(ServerConnection connection, Answer told) {
        try {
            then.accept(told);
        } catch (RuntimeException e) {
            Tenant of = asker;
            if (of == null) {
                throw e;
            }
            Worker.failed(of, e);
            // What it is in is not known now.
            connection.channel().close();
        }
    }
}
