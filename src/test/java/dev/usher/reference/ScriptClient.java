package dev.usher.reference;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.usher.auth.Answer;
import dev.usher.auth.CachingSha2Password;
import dev.usher.auth.Credentials;
import dev.usher.auth.RsaKeyPair;
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
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A client that says and hears exactly what is on the wire, wrong things included. */
final class ScriptClient implements AutoCloseable {
    private static final long CAPABILITIES = Capabilities.LONG_PASSWORD | Capabilities.PROTOCOL_41 | Capabilities.SECURE_CONNECTION
            | Capabilities.PLUGIN_AUTH | Capabilities.PLUGIN_AUTH_LENENC_DATA | Capabilities.TRANSACTIONS | Capabilities.DEPRECATE_EOF
            | Capabilities.MULTI_RESULTS;
    private static final int MORE_DATA = 1;
    private static final int COMPRESSED_HEADER = 7;
    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private HandshakeV10 greeting;
    private int sequence;
    private boolean compressed;

    private ScriptClient(Socket socket) throws IOException {
        this.socket = socket;
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
        out = socket.getOutputStream();
    }

    /** The ERR that the server sent. */
    static final class ServerError extends IOException {
        private static final long serialVersionUID = 1;

        /** As the command line client shows it, which puts HY000 where the server sends no state. */
        ServerError(ErrPacket error) {
            super("ERROR %d (%s): %s".formatted(error.code(), error.sqlState().isEmpty() ? "HY000" : error.sqlState(), error.message()));
        }
    }

    /** Connects and reads the greeting. */
    static ScriptClient open(InetSocketAddress address, String from) throws IOException {
        Socket socket = new Socket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(address);
            ScriptClient client = new ScriptClient(socket);
            client.greeting = HandshakeV10.read(client.read());
            return client;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** What KILL takes. */
    long id() {
        return greeting.connectionId();
    }

    /**
     * @param with capabilities that the client has besides
     * @param without capabilities that it has not
     */
    void logIn(String user, String password, String schema, long with, long without) throws IOException {
        Credentials credentials = Credentials.ofPassword(password.getBytes(UTF_8));
        long capabilities = (CAPABILITIES | with | (schema.isEmpty() ? 0 : Capabilities.CONNECT_WITH_DB)) & ~without;
        boolean knownPlugin = credentials.answerFor(greeting.authPlugin(), greeting.nonce()) instanceof Answer.Bytes;
        String plugin = knownPlugin ? greeting.authPlugin() : "mysql_native_password";
        byte[] nonce = greeting.nonce();
        ByteBuf response = Unpooled.buffer();
        new HandshakeResponse41(capabilities, 1 << 24, 45, user, answer(credentials, plugin, nonce), schema, plugin, Map.of(), 0)
                .write(response);
        write(response);
        while (true) {
            ByteBuf packet = read();
            switch (packet.getUnsignedByte(packet.readerIndex())) {
                case OkPacket.HEADER -> {
                    compressed = (capabilities & Capabilities.COMPRESS) != 0;
                    return;
                }
                case AuthSwitchRequest.HEADER -> {
                    AuthSwitchRequest other = AuthSwitchRequest.read(packet);
                    nonce = other.nonce();
                    write(Unpooled.wrappedBuffer(answer(credentials, other.plugin(), nonce)));
                }
                case MORE_DATA -> {
                    if (packet.getUnsignedByte(packet.readerIndex() + 1) == CachingSha2Password.FULL_EXCHANGE) {
                        write(Unpooled.buffer(1).writeByte(CachingSha2Password.REQUEST_PUBLIC_KEY));
                        ByteBuf key = read();
                        byte[] pem = new byte[key.readableBytes() - 1];
                        key.skipBytes(1).readBytes(pem);
                        write(Unpooled.wrappedBuffer(
                                CachingSha2Password.encryptedAnswer(password.getBytes(UTF_8), nonce, RsaKeyPair.parsePem(pem))));
                    }
                }
                default -> throw new IOException("unexpected packet in the login");
            }
        }
    }

    private static byte[] answer(Credentials credentials, String plugin, byte[] nonce) {
        return credentials.answerFor(plugin, nonce) instanceof Answer.Bytes answer ? answer.bytes() : new byte[0];
    }

    /** The first column of every row; empty for a statement without rows. */
    List<String> query(String sql) throws IOException {
        ask(sql);
        List<String> rows = new ArrayList<>();
        while (true) {
            ByteBuf first = read();
            int status;
            if (first.getUnsignedByte(first.readerIndex()) == OkPacket.HEADER) {
                first.skipBytes(1);
                LengthEncoded.readInt(first);
                LengthEncoded.readInt(first);
                status = first.readUnsignedShortLE();
            } else {
                status = readRows(LengthEncoded.readInt(first), rows);
            }
            if ((status & 8) == 0) {
                return rows;
            }
        }
    }

    /** Sends a statement and reads nothing. */
    void ask(String sql) throws IOException {
        sequence = 0;
        byte[] text = sql.getBytes(UTF_8);
        write(Unpooled.buffer(text.length + 1).writeByte(Command.QUERY.code()).writeBytes(text));
    }

    private int readRows(long columns, List<String> rows) throws IOException {
        for (long i = 0; i < columns; i++) {
            read();
        }
        while (true) {
            ByteBuf row = read();
            if (row.getUnsignedByte(row.readerIndex()) == OkPacket.EOF_HEADER && row.readableBytes() < 0xFFFFFF) {
                row.skipBytes(1);
                LengthEncoded.readInt(row);
                LengthEncoded.readInt(row);
                return row.readUnsignedShortLE();
            }
            rows.add(row.getUnsignedByte(row.readerIndex()) == 0xFB ? "NULL" : LengthEncoded.readString(row, UTF_8));
        }
    }

    /** One packet with these bytes. */
    void send(int sequenceId, byte[] payload) throws IOException {
        sequence = sequenceId;
        write(Unpooled.wrappedBuffer(payload));
    }

    /** These bytes and nothing around them. */
    void bytes(byte[] raw) throws IOException {
        out.write(raw);
    }

    /** One packet's payload. */
    ByteBuf read() throws IOException {
        if (compressed) {
            in.skipNBytes(COMPRESSED_HEADER); // small answers are not compressed, and have a frame to themselves
        }
        byte[] header = new byte[Packets.HEADER];
        in.readFully(header);
        sequence = (header[3] & 0xFF) + 1;
        byte[] payload = new byte[header[0] & 0xFF | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16];
        in.readFully(payload);
        ByteBuf packet = Unpooled.wrappedBuffer(payload);
        if (payload.length > 0 && (payload[0] & 0xFF) == ErrPacket.HEADER) {
            throw new ServerError(ErrPacket.read(packet));
        }
        return packet;
    }

    private void write(ByteBuf payload) throws IOException {
        int length = payload.readableBytes();
        ByteBuf packets = Unpooled.buffer(length + Packets.HEADER);
        do {
            length = Math.min(payload.readableBytes(), 0xFFFFFF);
            packets.writeMediumLE(length).writeByte(sequence++).writeBytes(payload, length);
        } while (length == 0xFFFFFF);
        byte[] all = new byte[packets.readableBytes()];
        packets.readBytes(all);
        try {
            out.write(all);
        } catch (IOException hungUp) {
            read(); // a server that hangs up in the middle has said why
            throw hungUp;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
