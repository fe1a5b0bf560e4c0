import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * TLS on a blocking channel, as a client that trusts everybody. By BoringSSL, which Usher brings along: with the JDK's engine most of a benchmark over TLS would be its load.
 * The handshake comes with the first write.
 */
final class Tls implements ByteChannel {
    /** The largest record that TLS allows: a header, 16 KiB, and what encrypting them may add. */
    private static final int RECORD = 5 + (16 << 10) + 2048;

    /** More tickets than there are clients at a time. A server may give out two for each one that it takes. */
    private static final int TICKETS = 64;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** One for all connections: it keeps the tickets by host and port, and in TLS 1.3 gives each to one connection only. */
    private static final SslContext CONTEXT = context();

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final ByteBuf memory = ByteBufAllocator.DEFAULT.directBuffer(3 * RECORD);
    /** Records as they have come, to be put into. */
    private final ByteBuffer received = memory.nioBuffer(0, RECORD);
    /** What was in the last record, to be taken from. */
    private final ByteBuffer plain = memory.nioBuffer(RECORD, RECORD).limit(0);
    private final ByteBuffer sealed = memory.nioBuffer(2 * RECORD, RECORD);

    Tls(SocketChannel channel, String host, int port) {
        this.channel = channel;
        engine = CONTEXT.newEngine(ByteBufAllocator.DEFAULT, host, port);
    }

    private static SslContext context() {
        try {
            return SslContextBuilder.forClient().sslProvider(SslProvider.OPENSSL_REFCNT).trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm("").sessionCacheSize(TICKETS)
                    // One that every server knows: of Netty's own list some would take the post-quantum one, which costs both ends more.
                    .option(OpenSslContextOption.GROUPS, new String[] {"x25519"})
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int length = source.remaining();
        while (source.hasRemaining()) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                engine.getDelegatedTask().run();
            } else if (!(status == HandshakeStatus.NEED_UNWRAP ? unwrap() : wrap(source))) {
                throw new EOFException("the server closed the connection");
            }
        }
        return length;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        while (!plain.hasRemaining()) {
            if (!unwrap()) {
                return -1;
            }
        }
        int length = Math.min(target.remaining(), plain.remaining());
        target.put(plain.slice(plain.position(), length));
        plain.position(plain.position() + length);
        return length;
    }

    /** Sends one record, of the handshake or with so much of the source as fits. Returns whether the connection is still open. */
    private boolean wrap(ByteBuffer source) throws IOException {
        SSLEngineResult result = engine.wrap(source, sealed.clear());
        channel.write(sealed.flip());
        return result.getStatus() != Status.CLOSED;
    }

    /** Opens the next record, or receives more of it; there may be nothing to read in it, as in one with a ticket. Returns whether the connection is still open. */
    private boolean unwrap() throws IOException {
        SSLEngineResult result = engine.unwrap(received.flip(), plain.clear());
        received.compact();
        plain.flip();
        return switch (result.getStatus()) {
            case OK -> true;
            // When it notices only now that the handshake has ended, then the server has nothing to say.
            case BUFFER_UNDERFLOW -> result.getHandshakeStatus() == HandshakeStatus.FINISHED || channel.read(received) >= 0;
            case CLOSED -> plain.hasRemaining();
            case BUFFER_OVERFLOW -> throw new IOException("a record larger than TLS allows");
        };
    }

    @Override
    public boolean isOpen() {
        return memory.refCnt() > 0;
    }

    /** Tells the server, and gives the memory back that the garbage collector does not know. */
    @Override
    public void close() throws IOException {
        if (!isOpen()) {
            return;
        }
        try {
            engine.closeOutbound();
            wrap(NOTHING);
        } finally {
            memory.release();
            ReferenceCountUtil.release(engine);
            channel.close();
        }
    }
}
