package dev.usher.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.usher.auth.Answer;
import dev.usher.auth.CachingSha2Password;
import dev.usher.auth.Credentials;
import dev.usher.auth.ParsecPassword;
import dev.usher.auth.RsaKeyPair;
import dev.usher.wire.AuthSwitchRequest;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.HandshakeResponse41;
import dev.usher.wire.HandshakeV10;
import dev.usher.wire.LengthEncoded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A blocking client for what drivers hide: the packets as they came, silence, and what no driver would send. */
final class WireClient implements AutoCloseable {
    /** Everything that came in one packet; equal if the bytes are. */
    record Packet(int sequence, String bytes) {
        ErrPacket error() {
            return ErrPacket.read(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(bytes)));
        }

        boolean ok() {
            return bytes.startsWith("00");
        }
    }

    private static final long CAPABILITIES = Capabilities.LONG_PASSWORD | Capabilities.PROTOCOL_41 | Capabilities.SECURE_CONNECTION
            | Capabilities.PLUGIN_AUTH | Capabilities.PLUGIN_AUTH_LENENC_DATA | Capabilities.CONNECT_ATTRS | Capabilities.DEPRECATE_EOF
            | Capabilities.TRANSACTIONS;

    private final SocketChannel channel;
    private DataInputStream in;
    private OutputStream out;
    private int sequence;
    private boolean secret;
    private String clientName = "";
    private String firstPlugin = "";
    private final Packet first;
    private final List<String> asked = new ArrayList<>();

    private WireClient(SocketAddress to, byte[] before) throws IOException {
        channel = to instanceof UnixDomainSocketAddress ? SocketChannel.open(to) : SocketChannel.open();
        if (to instanceof InetSocketAddress) {
            channel.socket().connect(to, 10_000);
            channel.socket().setSoTimeout(20_000);
            in = new DataInputStream(channel.socket().getInputStream());
            out = channel.socket().getOutputStream();
        } else {
            secret = true;
            in = new DataInputStream(Channels.newInputStream(channel));
            out = Channels.newOutputStream(channel);
        }
        out.write(before);
        first = read();
    }

    /** Connects and reads the greeting, or the ERR that comes instead. */
    static WireClient connect(SocketAddress to) throws IOException {
        return new WireClient(to, new byte[0]);
    }

    /** @param before sent ahead of everything: a PROXY protocol header */
    static WireClient connect(SocketAddress to, byte[] before) throws IOException {
        return new WireClient(to, before);
    }

    /** As {@code _client_name} among the connection attributes. */
    WireClient named(String name) {
        clientName = name;
        return this;
    }

    /** Answers the greeting by this plugin, whatever it names. */
    WireClient answeringBy(String plugin) {
        firstPlugin = plugin;
        return this;
    }

    private String firstPlugin() {
        return firstPlugin.isEmpty() ? greeting().authPlugin() : firstPlugin;
    }

    /** The greeting, or the ERR that came instead. */
    Packet first() {
        return first;
    }

    HandshakeV10 greeting() {
        return HandshakeV10.read(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(first.bytes())));
    }

    /** The plugins that were asked for by AuthSwitchRequests, and {@code full} for each full exchange. */
    List<String> asked() {
        return asked;
    }

    WireClient tls() throws IOException, GeneralSecurityException {
        ByteBuf request = Unpooled.buffer();
        HandshakeResponse41.writeHead(request, CAPABILITIES | Capabilities.SSL, 1 << 24, 45);
        write(ByteBufUtil.getBytes(request));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        Socket plain = channel.socket();
        var secure = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
        secure.startHandshake();
        in = new DataInputStream(secure.getInputStream());
        out = secure.getOutputStream();
        secret = true;
        return this;
    }

    /** Logs in without a schema; the last packet is the OK or the ERR. */
    Packet login(String user, String password) throws IOException {
        return login(user, password, null);
    }

    Packet login(String user, String password, @Nullable String schema) throws IOException {
        Credentials credentials = Credentials.ofPassword(password.getBytes(UTF_8));
        respond(user, credentials, schema);
        return authenticate(credentials, firstPlugin(), greeting().nonce());
    }

    /** Sends the handshake response and reads nothing. */
    void respond(String user, Credentials credentials, @Nullable String schema) throws IOException {
        HandshakeV10 greeting = greeting();
        byte[] answer = credentials.answerFor(firstPlugin(), greeting.nonce()) instanceof Answer.Bytes known ? known.bytes() : new byte[0];
        long flags = CAPABILITIES | (secret && !(channel.getRemoteAddress() instanceof UnixDomainSocketAddress) ? Capabilities.SSL : 0)
                | (schema == null ? 0 : Capabilities.CONNECT_WITH_DB);
        Map<String, String> attributes = clientName.isEmpty() ? Map.of() : Map.of("_client_name", clientName);
        ByteBuf packet = Unpooled.buffer();
        new HandshakeResponse41(flags, 1 << 24, 45, user, answer, schema, firstPlugin(), attributes, 0).write(packet);
        write(ByteBufUtil.getBytes(packet));
    }

    Packet changeUser(String user, String password, @Nullable String schema) throws IOException {
        ByteBuf packet = Unpooled.buffer().writeByte(Command.CHANGE_USER.code());
        packet.writeBytes(user.getBytes(UTF_8)).writeByte(0).writeByte(0).writeBytes((schema == null ? "" : schema).getBytes(UTF_8))
                .writeByte(0);
        String plugin = greeting().authPlugin();
        packet.writeShortLE(45).writeBytes(plugin.getBytes(UTF_8)).writeByte(0).writeByte(0);
        sequence = 0;
        write(ByteBufUtil.getBytes(packet));
        return authenticate(Credentials.ofPassword(password.getBytes(UTF_8)), plugin, new byte[20]);
    }

    Packet command(Command command) throws IOException {
        sequence = 0;
        write(new byte[]{(byte) command.code()});
        return read();
    }

    private Packet authenticate(Credentials credentials, String firstPlugin, byte[] firstNonce) throws IOException {
        String plugin = firstPlugin;
        byte[] nonce = firstNonce;
        while (true) {
            Packet packet = read();
            ByteBuf payload = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(packet.bytes()));
            int kind = payload.getUnsignedByte(0);
            if (kind == AuthSwitchRequest.HEADER) {
                AuthSwitchRequest request = AuthSwitchRequest.read(payload);
                plugin = request.plugin();
                nonce = request.bareNonce();
                asked.add(plugin);
                write(credentials.answerFor(plugin, nonce) instanceof Answer.Bytes answer ? answer.bytes() : new byte[0]);
            } else if (plugin.equals(ParsecPassword.NAME) && (kind == 1 || kind == 'P')) {
                byte[] parameters = ByteBufUtil.getBytes(kind == 1 ? payload.skipBytes(1) : payload);
                write(bytes(credentials.parsecAnswer(nonce, parameters, new SecureRandom())));
            } else if (kind == 1 && payload.getByte(1) == CachingSha2Password.FULL_EXCHANGE) {
                asked.add("full");
                write(secret ? bytes(credentials.clearAnswer()) : new byte[]{CachingSha2Password.REQUEST_PUBLIC_KEY});
            } else if (kind == 1 && payload.getByte(1) == '-') {
                write(bytes(credentials.encryptedAnswer(nonce, RsaKeyPair.parsePem(ByteBufUtil.getBytes(payload.skipBytes(1))))));
            } else if (kind != 1) {
                return packet;
            }
        }
    }

    /** The first column of every row; no rows for a statement that has none. */
    List<@Nullable String> query(String sql) throws IOException {
        sequence = 0;
        write(ByteBufUtil.getBytes(Unpooled.buffer().writeByte(Command.QUERY.code()).writeBytes(sql.getBytes(UTF_8))));
        Packet head = read();
        if (head.bytes().startsWith("ff")) {
            throw new Refused(head.error());
        }
        List<@Nullable String> rows = new ArrayList<>();
        if (head.ok()) {
            return rows;
        }
        for (int columns = Integer.parseInt(head.bytes(), 16); columns > 0; columns--) {
            read();
        }
        while (true) {
            ByteBuf row = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(read().bytes()));
            if (row.getUnsignedByte(0) == 0xFE) {
                return rows;
            }
            rows.add(row.getUnsignedByte(0) == 0xFB ? null : LengthEncoded.readString(row, UTF_8));
        }
    }

    /** The one value of a query. */
    String value(String sql) throws IOException {
        return Objects.requireNonNullElse(query(sql).getFirst(), "NULL");
    }

    /** The server's, or Usher's, ERR to a statement. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;
        private final transient ErrPacket error;

        Refused(ErrPacket error) {
            super(error.toString());
            this.error = error;
        }

        int code() {
            return error.code();
        }
    }

    /** The next packet, whatever it is. */
    Packet read() throws IOException {
        byte[] header = in.readNBytes(4);
        if (header.length < 4) {
            throw new EOFException("closed by the other side");
        }
        sequence = (header[3] & 0xFF) + 1;
        byte[] payload = in.readNBytes(header[0] & 0xFF | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16);
        return new Packet(header[3] & 0xFF, ByteBufUtil.hexDump(payload));
    }

    /** Whether the other side has closed and nothing is left to read. */
    boolean atEnd() throws IOException {
        return in.read() < 0;
    }

    void write(byte[] payload) throws IOException {
        ByteBuf packet = Unpooled.buffer().writeMediumLE(payload.length).writeByte(sequence++).writeBytes(payload);
        out.write(ByteBufUtil.getBytes(packet));
        out.flush();
    }

    private static byte[] bytes(Answer answer) {
        return ((Answer.Bytes) answer).bytes();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
