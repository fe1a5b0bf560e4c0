import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/** A blocking connection that has logged in: as little of the protocol as a client needs. */
final class Connection implements AutoCloseable {
    /** LONG_PASSWORD, CONNECT_WITH_DB, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, PLUGIN_AUTH, DEPRECATE_EOF. */
    private static final int CAPABILITIES = 1 | 1 << 3 | 1 << 9 | 1 << 13 | 1 << 15 | 1 << 19 | 1 << 24;

    private static final int SSL = 1 << 11;
    private static final int UTF8MB4 = 45;
    private static final int MAX_FRAME = 0xFFFFFF;

    private static final String HOST = "127.0.0.1";

    private final SocketChannel channel = SocketChannel.open();
    /** What the packets go over: the channel itself, or TLS on it. */
    private ByteChannel link;
    private InputStream in;
    private OutputStream out;
    private int sequence;

    Connection(Account account) throws IOException {
        over(channel);
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(new InetSocketAddress(HOST, account.port()));
            logIn(account);
        } catch (IOException | RuntimeException e) {
            try (ByteChannel failed = link) {
                throw e;
            }
        }
    }

    private void over(ByteChannel link) {
        this.link = link;
        in = new BufferedInputStream(Channels.newInputStream(link), 4096);
        out = Channels.newOutputStream(link);
    }

    private void logIn(Account account) throws IOException {
        ByteBuffer greeting = read();
        greeting.get();
        while (greeting.get() != 0) {
            // the version
        }
        greeting.position(greeting.position() + 4);
        byte[] nonce = new byte[20];
        greeting.get(nonce, 0, 8);
        greeting.position(greeting.position() + 19);
        greeting.get(nonce, 8, 12);
        greeting.get();
        String plugin = text(greeting);
        if (account.tls()) {
            write(head(CAPABILITIES | SSL));
            over(new Tls(channel, HOST, account.port()));
        }
        byte[] answer = answer(plugin, account.password(), nonce);
        byte[] head = head(CAPABILITIES | (account.tls() ? SSL : 0));
        byte[] user = account.user().getBytes(StandardCharsets.UTF_8);
        byte[] database = account.database().getBytes(StandardCharsets.UTF_8);
        byte[] name = plugin.getBytes(StandardCharsets.UTF_8);
        ByteBuffer response = ByteBuffer.allocate(head.length + user.length + database.length + name.length + answer.length + 4);
        response.put(head).put(user).put((byte) 0).put((byte) answer.length).put(answer).put(database).put((byte) 0).put(name).put((byte) 0);
        write(response.array());
        for (ByteBuffer packet = read(); packet.get(0) != 0; packet = read()) {
            int first = packet.get() & 0xFF;
            if (first == 0xFE) {
                plugin = text(packet);
                packet.get(nonce);
                write(answer(plugin, account.password(), nonce));
            } else if (first == 1 && packet.get() == 4) {
                if (!account.tls()) {
                    throw new IOException("the account needs a full caching_sha2_password login, which is done over TLS alone");
                }
                write((account.password() + "\0").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static byte[] head(int capabilities) {
        return ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN).putInt(capabilities).putInt(1 << 24).put((byte) UTF8MB4).array();
    }

    private static byte[] answer(String plugin, String password, byte[] nonce) {
        byte[] secret = password.getBytes(StandardCharsets.UTF_8);
        if (secret.length == 0) {
            return secret;
        }
        return switch (plugin) {
            case "mysql_native_password" -> {
                byte[] once = digest("SHA-1", secret);
                yield xor(once, digest("SHA-1", nonce, digest("SHA-1", once)));
            }
            case "caching_sha2_password" -> {
                byte[] once = digest("SHA-256", secret);
                yield xor(once, digest("SHA-256", digest("SHA-256", once), nonce));
            }
            default -> new byte[0]; // the server switches to what the account needs
        };
    }

    private static byte[] digest(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] xor(byte[] a, byte[] b) {
        byte[] both = a.clone();
        for (int i = 0; i < both.length; i++) {
            both[i] ^= b[i];
        }
        return both;
    }

    private static String text(ByteBuffer in) {
        int start = in.position();
        while (in.hasRemaining() && in.get(in.position()) != 0) {
            in.get();
        }
        String text = new String(in.array(), start, in.position() - start, StandardCharsets.UTF_8);
        if (in.hasRemaining()) {
            in.get();
        }
        return text;
    }

    // ---- packets ----

    /** The next packet's payload; an ERR is thrown. */
    ByteBuffer read() throws IOException {
        byte[] header = exactly(4);
        int length = header[0] & 0xFF | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16;
        sequence = (header[3] & 0xFF) + 1;
        byte[] payload = exactly(length);
        if (length > 0 && payload[0] == (byte) 0xFF) {
            throw new IOException(new String(payload, 3, length - 3, StandardCharsets.UTF_8));
        }
        return ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the server closed the connection");
        }
        return bytes;
    }

    void write(byte[] payload) throws IOException {
        send(packet(sequence++, payload));
    }

    /** In as many frames as it needs. */
    static byte[] packet(int sequence, byte[] payload) {
        int frames = payload.length / MAX_FRAME + 1;
        ByteBuffer packet = ByteBuffer.allocate(payload.length + 4 * frames).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < frames; i++) {
            int length = Math.min(MAX_FRAME, payload.length - i * MAX_FRAME);
            packet.putInt(length | sequence + i << 24).put(payload, i * MAX_FRAME, length);
        }
        return packet.array();
    }

    void command(int code, String text) throws IOException {
        send(commandPacket(code, text));
        sequence = 1;
    }

    static byte[] commandPacket(int code, String text) {
        byte[] sql = text.getBytes(StandardCharsets.UTF_8);
        return packet(0, ByteBuffer.allocate(sql.length + 1).put((byte) code).put(sql).array());
    }

    /** What {@link #packet} has made. */
    void send(byte[] packet) throws IOException {
        out.write(packet);
        out.flush();
    }

    /** Runs a statement and reads its whole answer: OK, or one result set. */
    void query(String sql) throws IOException {
        command(3, sql);
        if (read().get(0) == 0) {
            return;
        }
        while (read().get(0) != (byte) 0xFE) {
            // definitions and rows
        }
    }

    /** Prepares a statement and returns its id. */
    int prepare(String sql) throws IOException {
        command(0x16, sql);
        ByteBuffer ok = read();
        int definitions = ok.getShort(5) + ok.getShort(7);
        for (int i = 0; i < definitions; i++) {
            read();
        }
        return ok.getInt(1);
    }

    /** What has been sent is read from here. */
    InputStream input() {
        return in;
    }

    /** Only when nothing is owed: its bytes are read by somebody else from now on. */
    SocketChannel channel() {
        return channel;
    }

    /** Says COM_QUIT. */
    @Override
    public void close() throws IOException {
        try {
            sequence = 0;
            write(new byte[] {1});
        } finally {
            link.close();
        }
    }
}
