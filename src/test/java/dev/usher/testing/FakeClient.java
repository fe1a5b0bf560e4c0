package dev.usher.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.usher.auth.NativePassword;
import dev.usher.wire.AuthSwitchRequest;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.HandshakeResponse41;
import dev.usher.wire.HandshakeV10;
import dev.usher.wire.LengthEncoded;
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A client that does what a test tells it to, byte by byte where that is needed, and that insists on what it gets: sequence ids without a gap. */
public final class FakeClient implements AutoCloseable {
    /** What a plain client of today asks for. */
    public static final long USUAL = Capabilities.LONG_PASSWORD
            | Capabilities.LONG_FLAG
            | Capabilities.PROTOCOL_41
            | Capabilities.TRANSACTIONS
            | Capabilities.SECURE_CONNECTION
            | Capabilities.MULTI_RESULTS
            | Capabilities.PLUGIN_AUTH
            | Capabilities.PLUGIN_AUTH_LENENC_DATA
            | Capabilities.CONNECT_ATTRS
            | Capabilities.DEPRECATE_EOF;

    private static final int UTF8MB4_GENERAL_CI = 45;

    private final FakeWire wire;
    private long capabilities = USUAL;
    /** The sequence id that is due, or -1 while the connection phase goes on. */
    private int expected = -1;

    private FakeClient(FakeWire wire) {
        this.wire = wire;
    }

    /** Opens the socket and reads nothing. */
    public static FakeClient connect(SocketAddress address) throws IOException {
        InetSocketAddress at = (InetSocketAddress) address;
        return new FakeClient(new FakeWire(new Socket(at.getAddress(), at.getPort())));
    }

    /** Logs in with the usual capabilities; fails if that does. */
    public static FakeClient loggedIn(SocketAddress address, TestAccount account) throws IOException {
        return loggedIn(address, account, USUAL);
    }

    public static FakeClient loggedIn(SocketAddress address, TestAccount account, long capabilities) throws IOException {
        FakeClient client = connect(address);
        client.capabilities = capabilities;
        client.login(account);
        return client;
    }

    /** @throws FakeClientRefused if the answer is an ERR */
    public void login(TestAccount account) throws IOException {
        HandshakeV10 greeting = greeting();
        wire.sendRaw(loginPacket(greeting, account));
        while (true) {
            ByteBuf answer = readNext();
            switch (answer.getUnsignedByte(0)) {
                case 0 -> {
                    return;
                }
                case ErrPacket.HEADER -> throw new FakeClientRefused(ErrPacket.read(answer));
                case AuthSwitchRequest.HEADER -> {
                    AuthSwitchRequest asked = AuthSwitchRequest.read(answer);
                    if (account.password().isEmpty()) {
                        wire.answer(out -> {}); // the same for every plugin that knows passwords
                        continue;
                    }
                    if (!asked.plugin().equals(NativePassword.NAME)) {
                        throw new IOException("asked for " + asked.plugin());
                    }
                    wire.answer(out -> out.writeBytes(NativePassword.answer(account.password().getBytes(UTF_8), asked.bareNonce())));
                }
                default -> {
                    // More data of the plugin: "fast OK" precedes the OK itself.
                }
            }
        }
    }

    /** Reads the greeting; an ERR in its place is thrown. */
    public HandshakeV10 greeting() throws IOException {
        ByteBuf greeting = wire.read();
        if (greeting.getUnsignedByte(0) == ErrPacket.HEADER) {
            throw new FakeClientRefused(ErrPacket.read(greeting));
        }
        return HandshakeV10.read(greeting);
    }

    /** The whole first packet of a login with mysql_native_password, as bytes to send or to spoil. */
    public byte[] loginPacket(HandshakeV10 greeting, TestAccount account) {
        HandshakeResponse41 response = new HandshakeResponse41(
                capabilities,
                1 << 24,
                UTF8MB4_GENERAL_CI,
                account.user(),
                NativePassword.answer(account.password().getBytes(UTF_8), greeting.nonce()),
                null,
                NativePassword.NAME,
                Map.of("_client_name", "fake"),
                0);
        return ByteBufUtil.getBytes(Packets.write(Unpooled.buffer(), 1, response::write));
    }

    /** Runs a statement and reads its whole answer. */
    public Response query(String sql) throws IOException {
        send(Command.QUERY, sql.getBytes(UTF_8));
        return response();
    }

    /** Sends a command and reads nothing. */
    public void send(Command command, byte... arguments) throws IOException {
        wire.send(0, out -> out.writeByte(command.code()).writeBytes(arguments));
    }

    /** The whole answer to a COM_QUERY, up to an ERR or to the last OK. */
    public Response response() throws IOException {
        List<List<String>> rows = new ArrayList<>();
        expected = 1;
        while (true) {
            ByteBuf first = readNext();
            int header = first.getUnsignedByte(0);
            if (header == ErrPacket.HEADER) {
                return new Response(rows, ErrPacket.read(first));
            }
            boolean more;
            if (header == 0) {
                more = moreResults(first, true);
            } else {
                int columns = (int) LengthEncoded.readInt(first);
                int described = columns + ((capabilities & Capabilities.DEPRECATE_EOF) == 0 ? 1 : 0);
                for (int i = 0; i < described; i++) {
                    ByteBuf definition = readNext();
                    if (definition.getUnsignedByte(0) == ErrPacket.HEADER) {
                        return new Response(rows, ErrPacket.read(definition));
                    }
                }
                ByteBuf row;
                while (!endsRows(row = readNext())) {
                    rows.add(values(row, columns));
                }
                if (row.getUnsignedByte(0) == ErrPacket.HEADER) {
                    return new Response(rows, ErrPacket.read(row));
                }
                more = moreResults(row, (capabilities & Capabilities.DEPRECATE_EOF) != 0);
            }
            if (!more) {
                return new Response(rows, null);
            }
        }
    }

    private static boolean endsRows(ByteBuf packet) {
        int header = packet.getUnsignedByte(0);
        return header == ErrPacket.HEADER || header == 0xFE && packet.readableBytes() < Packets.MAX_FRAME;
    }

    private static boolean moreResults(ByteBuf packet, boolean okLayout) {
        if (!okLayout) {
            return (packet.getUnsignedShortLE(3) & 8) != 0;
        }
        packet.skipBytes(1);
        LengthEncoded.readInt(packet);
        LengthEncoded.readInt(packet);
        return (packet.readUnsignedShortLE() & 8) != 0;
    }

    private static List<String> values(ByteBuf row, int columns) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            values.add(LengthEncoded.readString(row, UTF_8));
        }
        return values;
    }

    private ByteBuf readNext() throws IOException {
        ByteBuf packet = wire.read();
        if (expected >= 0 && wire.lastSequence() != (expected & 0xFF)) {
            throw new AssertionError("packet " + wire.lastSequence() + " where " + expected + " is due");
        }
        expected = expected < 0 ? -1 : wire.lastSequence() + 1;
        return packet;
    }

    public FakeWire wire() {
        return wire;
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }

    /** Rows of all result sets, and the error that ended them, or null. */
    public record Response(List<List<String>> rows, ErrPacket error) {
        public int errorCode() {
            return error == null ? 0 : error.code();
        }
    }
}
