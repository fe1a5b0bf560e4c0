package dev.usher.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** One login to a real server over a blocking socket, with {@link Credentials} for the answers: as little of a client as that takes. */
final class RawLogin implements AutoCloseable {
    /** LONG_PASSWORD, PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH; without bit 0 a MariaDB server would expect its own extended flags. */
    private static final int CAPABILITIES = 1 | 1 << 9 | 1 << 15 | 1 << 19;
    private static final int MARIADB_CAPABILITIES = CAPABILITIES & ~1;
    private static final int CLIENT_SSL = 1 << 11;

    private Socket socket;
    private DataInputStream in;
    private OutputStream out;
    private int sequence;
    private byte[] greetingNonce = {};
    private byte[] fingerprint = {};
    private byte[] okMessage = {};
    private String plugin = "";

    RawLogin(String host, int port) throws IOException {
        socket = new Socket(host, port);
        use(socket);
    }

    private void use(Socket other) throws IOException {
        socket = other;
        socket.setSoTimeout(20_000);
        in = new DataInputStream(other.getInputStream());
        out = other.getOutputStream();
    }

    /** The first byte of the server's last packet: 0 is OK, 0xFF is ERR. */
    int run(String user, Credentials credentials, boolean tls, boolean asMariaDb) throws IOException, GeneralSecurityException {
        ByteBuf greeting = read();
        greeting.skipBytes(1);
        greeting.skipBytes(greeting.bytesBefore((byte) 0) + 1 + 4);
        greetingNonce = new byte[20];
        greeting.readBytes(greetingNonce, 0, 8);
        greeting.skipBytes(1 + 2 + 1 + 2 + 2 + 1 + 10);
        greeting.readBytes(greetingNonce, 8, 12);
        greeting.skipBytes(1);
        plugin = greeting.readCharSequence(greeting.bytesBefore((byte) 0), US_ASCII).toString();
        int capabilities = (asMariaDb ? MARIADB_CAPABILITIES : CAPABILITIES) | (tls ? CLIENT_SSL : 0);
        ByteBuf response = Unpooled.buffer().writeIntLE(capabilities).writeIntLE(1 << 24).writeByte(45).writeZero(23);
        if (tls) {
            write(ByteBufUtil.getBytes(response));
            startTls();
        }
        byte[] first = credentials.answerFor(plugin, greetingNonce) instanceof Answer.Bytes answer ? answer.bytes() : new byte[0];
        response.writeBytes(user.getBytes(UTF_8)).writeByte(0).writeByte(first.length).writeBytes(first);
        write(ByteBufUtil.getBytes(response.writeBytes(plugin.getBytes(US_ASCII)).writeByte(0)));
        return exchange(credentials, greetingNonce, tls);
    }

    private int exchange(Credentials credentials, byte[] firstNonce, boolean tls) throws IOException {
        byte[] nonce = firstNonce;
        while (true) {
            ByteBuf packet = read();
            int first = packet.readUnsignedByte();
            if (first == 0xFE) {
                plugin = packet.readCharSequence(packet.bytesBefore((byte) 0), US_ASCII).toString();
                packet.skipBytes(1);
                nonce = ByteBufUtil.getBytes(packet);
                nonce = nonce.length == 33 ? Arrays.copyOf(nonce, 32) : nonce;
                switch (credentials.answerFor(plugin, nonce)) {
                    case Answer.Bytes answer -> write(answer.bytes());
                    case Answer.NeedsFullExchange full -> write(new byte[0]);
                    case Answer.CannotAnswer cannot -> throw new IOException(cannot.reason());
                }
            } else if (plugin.equals(ParsecPassword.NAME) && (first == 1 || first == 'P')) {
                byte[] parameters = ByteBufUtil.getBytes(first == 1 ? packet : packet.readerIndex(0));
                write(bytes(credentials.parsecAnswer(nonce, parameters, new SecureRandom())));
            } else if (first == 1 && packet.getByte(1) == CachingSha2Password.FULL_EXCHANGE) {
                write(tls ? bytes(credentials.clearAnswer()) : new byte[]{CachingSha2Password.REQUEST_PUBLIC_KEY});
            } else if (first == 1 && packet.getByte(1) == '-') {
                write(bytes(credentials.encryptedAnswer(nonce, RsaKeyPair.parsePem(ByteBufUtil.getBytes(packet)))));
            } else if (first != 1) {
                if (first == 0) {
                    packet.skipBytes(2 + 2 + 2); // no rows, no id, status, warnings
                    okMessage = ByteBufUtil.getBytes(packet);
                }
                return first;
            }
        }
    }

    private void startTls() throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        var secure = (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
        secure.startHandshake();
        fingerprint = Scramble.sha256(secure.getSession().getPeerCertificates()[0].getEncoded());
        use(secure);
    }

    private static byte[] bytes(Answer answer) {
        return ((Answer.Bytes) answer).bytes();
    }

    private ByteBuf read() throws IOException {
        byte[] header = in.readNBytes(4);
        sequence = header[3] + 1;
        return Unpooled.wrappedBuffer(in.readNBytes(header[0] & 0xFF | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16));
    }

    private void write(byte[] payload) throws IOException {
        ByteBuf packet = Unpooled.buffer().writeMediumLE(payload.length).writeByte(sequence++).writeBytes(payload);
        out.write(ByteBufUtil.getBytes(packet));
        out.flush();
    }

    String plugin() {
        return plugin;
    }

    byte[] greetingNonce() {
        return greetingNonce;
    }

    byte[] fingerprint() {
        return fingerprint;
    }

    /** What the OK says after its counters; a MariaDB server's proof, if it gives one. */
    byte[] okMessage() {
        return okMessage;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
