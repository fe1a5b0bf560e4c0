package dev.usher.bench;

import dev.usher.wire.ColumnDefinition41;
import dev.usher.wire.Command.Response;
import dev.usher.wire.LengthEncoded;
import dev.usher.wire.OkPacket;
import dev.usher.wire.Packets;
import dev.usher.wire.ResponseReader;
import dev.usher.wire.ServerStatus;
import dev.usher.wire.SessionTrack;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Every byte of a response passes the reader that finds its packets and its end. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Responses {
    /** What the server answers. */
    public enum Answer {
        OK,
        OK_WITH_TRACKERS,
        ONE_ROW,
        HUNDRED_ROWS,
        /** Of 1 KiB each. */
        THOUSAND_LONG_ROWS
    }

    @Param
    public Answer answer;

    private final ResponseReader reader = new ResponseReader();
    private final ByteBuf bytes = Unpooled.directBuffer();
    private int length;
    private int sequence = 1;

    @Setup
    public void write() {
        switch (answer) {
            case OK -> ok(OkPacket.HEADER, Unpooled.EMPTY_BUFFER);
            case OK_WITH_TRACKERS -> {
                ByteBuf trackers = Unpooled.buffer();
                tracker(trackers, SessionTrack.SCHEMA, "shop");
                tracker(trackers, SessionTrack.SYSTEM_VARIABLES, "sql_mode", "ANSI");
                ok(OkPacket.HEADER, trackers);
            }
            case ONE_ROW -> rows(1, 119);
            case HUNDRED_ROWS -> rows(100, 119);
            case THOUSAND_LONG_ROWS -> rows(1000, 1020);
        }
        length = bytes.readableBytes();
    }

    private void rows(int count, int size) {
        packet(out -> LengthEncoded.writeInt(out, 1));
        packet(new ColumnDefinition41("c", ColumnDefinition41.VAR_STRING)::write);
        byte[] value = "x".repeat(size).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < count; i++) {
            packet(out -> LengthEncoded.writeBytes(out, value));
        }
        ok(OkPacket.EOF_HEADER, Unpooled.EMPTY_BUFFER);
    }

    private void ok(int header, ByteBuf trackers) {
        packet(out -> OkPacket.write(out, header, 0, 0, ServerStatus.AUTOCOMMIT, 0, Unpooled.EMPTY_BUFFER, trackers));
    }

    private static void tracker(ByteBuf out, int kind, String... strings) {
        ByteBuf entry = Unpooled.buffer();
        for (String each : strings) {
            LengthEncoded.writeString(entry, each, StandardCharsets.UTF_8);
        }
        out.writeByte(kind);
        LengthEncoded.writeInt(out, entry.readableBytes());
        out.writeBytes(entry);
    }

    private void packet(Consumer<ByteBuf> body) {
        Packets.write(bytes, sequence++, body);
    }

    @Benchmark
    public int read() {
        return read(0);
    }

    /** For a client that was given a packet of Usher's own: each header is written anew. */
    @Benchmark
    public int readAndRenumber() {
        return read(1);
    }

    private int read(int shift) {
        bytes.setIndex(0, length);
        reader.begin(Response.RESULT, false, shift);
        int events = 0;
        while (!reader.done()) {
            if (reader.next(bytes) == ResponseReader.Event.STARVED) {
                throw new AssertionError("not the whole response");
            }
            events++;
        }
        return events;
    }
}
