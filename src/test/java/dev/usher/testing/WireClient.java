package dev.usher.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.usher.auth.Answer;
import dev.usher.auth.Credentials;
import dev.usher.wire.AuthSwitchRequest;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.HandshakeResponse41;
import dev.usher.wire.HandshakeV10;
import dev.usher.wire.LengthEncoded;
import dev.usher.wire.OkPacket;
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;

/** A client of a few hundred bytes, over a blocking socket: thousands of them run on virtual threads. */
public final class WireClient implements AutoCloseable {
    private static final long CAPABILITIES = Capabilities.LONG_PASSWORD | Capabilities.PROTOCOL_41 | Capabilities.SECURE_CONNECTION
            | Capabilities.PLUGIN_AUTH | Capabilities.PLUGIN_AUTH_LENENC_DATA | Capabilities.TRANSACTIONS | Capabilities.DEPRECATE_EOF;
    private static final int UTF8MB4 = 45;
    private static final int MORE_DATA = 1;
    private static final int PATIENCE_MILLIS = 30_000;

    private final Closeable socket;
    private final DataInputStream in;
    private final OutputStream out;
    private int sequence;
    private long wanted = CAPABILITIES;
    private int collation = UTF8MB4;
    private long connectionId;

    private WireClient(Closeable socket, InputStream in, OutputStream out) {
        this.socket = socket;
        this.in = new DataInputStream(new Buffered(in));
        this.out = out;
    }

    /** Over a Unix socket, where it waits for answers without limit. */
    public static WireClient connect(Path unix, String user, String password, String schema) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(unix));
        WireClient client = new WireClient(channel, Channels.newInputStream(channel), Channels.newOutputStream(channel));
        client.logIn(user, password, schema);
        return client;
    }

    /** @throws ServerError what the server, or Usher, answers instead of OK */
    public static WireClient connect(InetSocketAddress address, String user, String password, String schema) throws IOException {
        return connect(address, user, password, schema, 0);
    }

    /** @param receiveBuffer bytes that the kernel keeps for a client that does not read, or 0 for its default */
    public static WireClient connect(InetSocketAddress address, String user, String password, String schema, int receiveBuffer)
            throws IOException {
        Socket socket = new Socket();
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setTcpNoDelay(true);
            socket.connect(address);
            socket.setSoTimeout(PATIENCE_MILLIS);
            WireClient client = new WireClient(socket, socket.getInputStream(), socket.getOutputStream());
            client.logIn(user, password, schema);
            return client;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** With capabilities and a collation of one's own; what the other side does not offer is left out. */
    public static WireClient connect(InetSocketAddress address, String user, String password, String schema, long capabilities,
            int collation) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(address);
            socket.setSoTimeout(PATIENCE_MILLIS);
            WireClient client = new WireClient(socket, socket.getInputStream(), socket.getOutputStream());
            client.wanted = capabilities;
            client.collation = collation;
            client.logIn(user, password, schema);
            return client;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private void logIn(String user, String password, String schema) throws IOException {
        HandshakeV10 greeting = HandshakeV10.read(read());
        connectionId = greeting.connectionId();
        Credentials credentials = Credentials.ofPassword(password.getBytes(UTF_8));
        // MariaDB's servers have no LONG_PASSWORD to offer.
        wanted &= greeting.capabilities() | Capabilities.LONG_PASSWORD;
        var response = new HandshakeResponse41(wanted | (schema.isEmpty() ? 0 : Capabilities.CONNECT_WITH_DB), 1 << 24, collation, user,
                answer(credentials, greeting.authPlugin(), greeting.nonce()), schema, greeting.authPlugin(), Map.of(), 0);
        ByteBuf payload = Unpooled.buffer();
        response.write(payload);
        write(payload);
        authenticate(credentials);
    }

    /** What both sides use now. */
    public long capabilities() {
        return wanted;
    }

    /** The one that the greeting named. */
    public long connectionId() {
        return connectionId;
    }

    /** COM_CHANGE_USER, up to its OK. */
    public void changeUser(String user, String password, String schema) throws IOException {
        changeUser(user, password, schema, collation);
    }

    /** The same with another collation, for which it has two bytes. */
    public void changeUser(String user, String password, String schema, int collation) throws IOException {
        ByteBuf packet = Unpooled.buffer().writeByte(Command.CHANGE_USER.code());
        packet.writeBytes(user.getBytes(UTF_8)).writeByte(0).writeByte(0).writeBytes(schema.getBytes(UTF_8)).writeByte(0);
        packet.writeShortLE(collation).writeBytes("mysql_native_password".getBytes(UTF_8)).writeByte(0);
        sequence = 0;
        write(packet);
        authenticate(Credentials.ofPassword(password.getBytes(UTF_8)));
    }

    private void authenticate(Credentials credentials) throws IOException {
        while (true) {
            ByteBuf packet = read();
            switch (packet.getUnsignedByte(packet.readerIndex())) {
                case OkPacket.HEADER -> {
                    return;
                }
                case AuthSwitchRequest.HEADER -> {
                    AuthSwitchRequest other = AuthSwitchRequest.read(packet);
                    write(Unpooled.wrappedBuffer(answer(credentials, other.plugin(), other.nonce())));
                }
                case MORE_DATA -> {
                    if (packet.getUnsignedByte(packet.readerIndex() + 1) != 3) {
                        throw new IOException("asked for a full exchange");
                    }
                }
                default -> throw new IOException("unexpected packet: " + ByteBufUtil.hexDump(packet));
            }
        }
    }

    private static byte[] answer(Credentials credentials, String plugin, byte[] nonce) throws IOException {
        if (credentials.answerFor(plugin, nonce) instanceof Answer.Bytes answer) {
            return answer.bytes();
        }
        throw new IOException("no answer for " + plugin);
    }

    /** The first column of the first row, or an empty text when there is none. */
    public String query(String sql) throws IOException {
        send(sql);
        ByteBuf first = read();
        if (first.getUnsignedByte(first.readerIndex()) == OkPacket.HEADER) {
            return "";
        }
        long columns = LengthEncoded.readInt(first);
        for (long i = 0; i < columns; i++) {
            read();
        }
        String value = "";
        for (boolean found = false;; found = true) {
            ByteBuf row = read();
            if (row.getUnsignedByte(row.readerIndex()) == OkPacket.EOF_HEADER) {
                return value;
            }
            if (!found) {
                value = LengthEncoded.readString(row, UTF_8);
            }
        }
    }

    /** Sends a statement and reads nothing. */
    public void send(String sql) throws IOException {
        sequence = 0;
        byte[] text = sql.getBytes(UTF_8);
        write(Unpooled.buffer(text.length + 1).writeByte(Command.QUERY.code()).writeBytes(text));
    }

    /** Sends a command's payload, of less than 16 MiB, and reads nothing. */
    public void command(ByteBuf payload) throws IOException {
        sequence = 0;
        write(payload);
    }

    /** Goes on with a command that is under way, as with the content of a file. */
    public void more(ByteBuf payload) throws IOException {
        write(payload);
        sequence++;
    }

    /** What comes out of the socket, packets and all. */
    public InputStream raw() {
        return in;
    }

    /** One packet's payload, which is less than 16 MiB. */
    public ByteBuf read() throws IOException {
        ByteBuf packet = next();
        if (packet.isReadable() && packet.getUnsignedByte(packet.readerIndex()) == ErrPacket.HEADER) {
            throw new ServerError(ErrPacket.read(packet));
        }
        return packet;
    }

    /** One packet's payload, also that of an ERR. */
    public ByteBuf next() throws IOException {
        byte[] header = new byte[Packets.HEADER];
        in.readFully(header);
        sequence = (header[3] & 0xFF) + 1;
        byte[] payload = new byte[header[0] & 0xFF | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16];
        in.readFully(payload);
        return Unpooled.wrappedBuffer(payload);
    }

    /** The sequence number that the next packet should have. */
    public int nextSequence() {
        return sequence;
    }

    private void write(ByteBuf payload) throws IOException {
        ByteBuf packet = Unpooled.buffer(payload.readableBytes() + Packets.HEADER);
        packet.writeMediumLE(payload.readableBytes()).writeByte(sequence).writeBytes(payload);
        packet.readBytes(out, packet.readableBytes());
    }

    /** Says COM_QUIT and closes. */
    public void quit() throws IOException {
        sequence = 0;
        write(Unpooled.buffer(1).writeByte(Command.QUIT.code()));
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** An ERR packet. */
    public static final class ServerError extends IOException {
        private static final long serialVersionUID = 1;

        private final transient ErrPacket error;

        ServerError(ErrPacket error) {
            super(error.toString());
            this.error = error;
        }

        public ErrPacket error() {
            return error;
        }
    }

    /** A buffer of a size that thousands of clients can afford. */
    private static final class Buffered extends java.io.BufferedInputStream {
        Buffered(InputStream in) {
            super(in, 512);
        }
    }
}
