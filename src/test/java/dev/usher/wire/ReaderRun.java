package dev.usher.wire;

import dev.usher.wire.Command.Response;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/** A {@link ResponseReader} fed as a server connection feeds it: what it leaves unread comes again with the next bytes in front. */
final class ReaderRun {
    private final ResponseReader reader = new ResponseReader();
    private final List<String> events = new ArrayList<>();
    private final ByteBuf passed = Unpooled.buffer();
    private ByteBuf tail = Unpooled.EMPTY_BUFFER;

    ReaderRun(Response shape, boolean eachRow, int shift) {
        reader.begin(shape, eachRow, shift);
    }

    static ReaderRun of(Response shape, boolean eachRow, byte[] response) {
        return new ReaderRun(shape, eachRow, 0).feed(response, 0, response.length);
    }

    ReaderRun feed(byte[] bytes, int from, int length) {
        ByteBuf in = Unpooled.buffer().writeBytes(tail).writeBytes(bytes, from, length);
        int start = in.readerIndex();
        ResponseReader.Event event;
        while (!reader.done() && (event = reader.next(in)) != ResponseReader.Event.STARVED) {
            events.add(described(event, in));
        }
        passed.writeBytes(in, start, in.readerIndex() - start);
        tail = in;
        return this;
    }

    private String described(ResponseReader.Event event, ByteBuf in) {
        return switch (event) {
            case METADATA_END -> "METADATA_END";
            case OK -> "OK " + reader.ok().status() + " " + ByteBufUtil.hexDump(reader.ok().trackers());
            case ROWS_END -> "ROWS_END " + reader.ok().status() + (reader.metadataEndDue() ? " without rows" : "");
            case ERR, COLUMN_COUNT, PREPARE_OK, LOCAL_INFILE, WHOLE, ROW ->
                event + " " + reader.lastSequence() + " "
                        + ByteBufUtil.hexDump(in, reader.packetStart() + Packets.HEADER, Math.min(40, reader.payloadLength()));
            case STARVED -> throw new IllegalStateException();
        };
    }

    ResponseReader reader() {
        return reader;
    }

    List<String> events() {
        return events;
    }

    /** The events' names. */
    String names() {
        return String.join(" ", events.stream().map(event -> event.split(" ", 2)[0]).toList());
    }

    byte[] passed() {
        return ByteBufUtil.getBytes(passed);
    }
}
