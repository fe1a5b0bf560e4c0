package dev.usher.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.usher.testing.FakeClient;
import dev.usher.testing.TestAccount;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.LengthEncoded;
import dev.usher.wire.ServerStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A session whose answers are given as they come: each packet, in a form in which a difference can be read. */
final class RawSession implements AutoCloseable {
    private static final int EOF_LENGTH = 9;

    private final FakeClient client;
    private final long id;
    private int statement;

    private RawSession(FakeClient client) throws IOException {
        this.client = client;
        this.id = Long.parseLong(client.query("SELECT CONNECTION_ID()").rows().getFirst().getFirst());
    }

    static RawSession open(InetSocketAddress address, TestAccount account) throws IOException {
        return new RawSession(FakeClient.loggedIn(address, account));
    }

    long id() {
        return id;
    }

    List<String> run(String sql) throws IOException {
        client.send(Command.QUERY, sql.getBytes(UTF_8));
        return answer();
    }

    /** @param hex code and arguments */
    List<String> command(String hex) throws IOException {
        byte[] bytes = HexFormat.of().parseHex(hex);
        client.wire().send(0, out -> out.writeBytes(bytes));
        return answer();
    }

    /** Prepares the statement that {@link #execute} runs; the definitions that come with it are not looked at, the executions show them. */
    List<String> prepare(String sql) throws IOException {
        client.send(Command.STMT_PREPARE, sql.getBytes(UTF_8));
        ByteBuf ok = client.wire().read();
        if (ok.getUnsignedByte(0) != 0) {
            statement = 0;
            return List.of(text(ok));
        }
        statement = ok.getIntLE(1);
        for (int definitions = ok.getUnsignedShortLE(5) + ok.getUnsignedShortLE(7); definitions > 0; definitions--) {
            client.wire().read();
        }
        return List.of();
    }

    List<String> execute() throws IOException {
        client.wire().send(0, out -> out.writeByte(Command.STMT_EXECUTE.code()).writeIntLE(statement).writeByte(0).writeIntLE(1));
        return answer();
    }

    private List<String> answer() throws IOException {
        List<String> packets = new ArrayList<>();
        while (true) {
            ByteBuf first = client.wire().read();
            packets.add(text(first));
            int header = first.getUnsignedByte(0);
            if (header == ErrPacket.HEADER || (header == 0 || header == 0xFE) && !moreResults(first)) {
                return packets;
            }
            if (header != 0) {
                for (long columns = LengthEncoded.readInt(first); columns > 0; columns--) {
                    packets.add(text(client.wire().read()));
                }
                ByteBuf row;
                do {
                    row = client.wire().read();
                    packets.add(text(row));
                } while (row.getUnsignedByte(0) != 0xFE && row.getUnsignedByte(0) != ErrPacket.HEADER);
                if (row.getUnsignedByte(0) == ErrPacket.HEADER || !moreResults(row)) {
                    return packets;
                }
            }
        }
    }

    private static boolean moreResults(ByteBuf ok) {
        ByteBuf in = ok.duplicate().skipBytes(1);
        if (ok.getUnsignedByte(0) == 0xFE && ok.readableBytes() < EOF_LENGTH - 2) {
            return false;
        }
        LengthEncoded.readInt(in);
        LengthEncoded.readInt(in);
        return (in.readUnsignedShortLE() & ServerStatus.MORE_RESULTS) != 0;
    }

    /** Printable characters as they are, anything else in hexadecimal. */
    private static String text(ByteBuf packet) {
        StringBuilder text = new StringBuilder();
        for (byte b : ByteBufUtil.getBytes(packet)) {
            text.append(b >= ' ' && b < 0x7F ? String.valueOf((char) b) : "\\" + HexFormat.of().toHexDigits(b));
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
