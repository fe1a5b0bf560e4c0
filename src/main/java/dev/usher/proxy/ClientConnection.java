package dev.usher.proxy;

import dev.usher.error.Refusal;
import dev.usher.pool.Worker;
import dev.usher.wire.Capabilities;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.HandshakeResponse41;
import dev.usher.wire.MalformedPacketException;
import dev.usher.wire.OkPacket;
import dev.usher.wire.Packets;
import dev.usher.wire.compression.Compression;
import dev.usher.wire.compression.CompressionHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection from an application: its bytes, and what it is at the moment – a {@link ClientLogin}, then a {@link ClientSession}. On its worker's loop alone.
 */
public final class ClientConnection extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);
    /** A client that sends on while its statement runs is read up to here. */
    static final int READ_AHEAD = 256 << 10;

    private static final Duration LINGER = Duration.ofSeconds(5);

    private final Frontend frontend;
    private final Worker worker;
    private final ClientConnectionId id = ClientConnectionId.next();
    private final long since = System.nanoTime();
    private final boolean proxied;
    private @Nullable Channel channel;
    private @Nullable SocketAddress address;
    private @Nullable ByteBuf input;
    private @Nullable ClientLogin login;
    private @Nullable ClientSession session;
    /** Where the login has got to that a session is about to end. */
    private int loginSequence;
    private boolean tls;
    private long foundRows;
    private String compression = "";
    private boolean closed;
    private boolean draining;
    private boolean consuming;
    private boolean consumeAgain;

    /** @param proxied whether a PROXY protocol header comes first */
    public ClientConnection(Frontend frontend, Worker worker, boolean proxied) {
        this.frontend = frontend;
        this.worker = worker;
        this.proxied = proxied;
    }

    public ClientConnectionId id() {
        return id;
    }

    public Worker worker() {
        return worker;
    }

    Frontend frontend() {
        return frontend;
    }

    /** {@link System#nanoTime} of its beginning. */
    public long since() {
        return since;
    }

    public boolean tls() {
        return tls;
    }

    /** Whether nobody can listen on its link: TLS, or a Unix socket. */
    boolean confidential() {
        return tls || channel instanceof DomainSocketChannel;
    }

    /** {@code zlib}, {@code zstd} or empty. */
    public String compression() {
        return compression;
    }

    /** Null until it has logged in. */
    public @Nullable ClientSession session() {
        return session;
    }

    /** Where it comes from, as a trusted PROXY protocol header says where there is one. */
    public @Nullable SocketAddress address() {
        return address;
    }

    public String addressText() {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : "localhost";
    }

    Channel channel() {
        Channel open = channel;
        if (open == null) {
            throw new IllegalStateException("not connected");
        }
        return open;
    }

    boolean closed() {
        return closed;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        address = ctx.channel().remoteAddress();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        frontend.counters().connection();
        int now = frontend.entered(this);
        if (frontend.draining()) {
            refuse(Refusal.SHUTTING_DOWN, "Usher is shutting down", 0);
            return;
        }
        int limit = frontend.config().client().maxClientConnections();
        if (now > limit + Math.max(8, limit / 10)) {
            // As a server does when even the connection kept for administrators is taken: at once, and without SQLSTATE.
            refuseAtLimit("", 0);
            return;
        }
        ClientLogin begun = new ClientLogin(this, now > limit);
        login = begun;
        if (proxied) {
            begun.awaitProxyHeader();
        } else {
            begun.greet();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HAProxyMessage header) {
            proxyHeader(header);
            return;
        }
        ByteBuf bytes = (ByteBuf) message;
        if (closed) {
            bytes.release();
            return;
        }
        ByteBuf before = input;
        input = before == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), before, bytes);
        consume();
    }

    private void proxyHeader(HAProxyMessage header) {
        try {
            String source = header.sourceAddress();
            if (source != null && header.proxiedProtocol()
                    .addressFamily() != io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.AddressFamily.AF_UNIX) {
                address = new InetSocketAddress(source, header.sourcePort());
            }
        } finally {
            header.release();
        }
        ClientLogin begun = login;
        if (begun != null) {
            begun.greet();
        }
    }

    /** Reads what is there, as far as the login or the session can use it now. May be called from within itself. */
    void consume() {
        if (consuming) {
            consumeAgain = true;
            return;
        }
        consuming = true;
        try {
            do {
                consumeAgain = false;
                consumeOnce();
            } while (consumeAgain && !closed);
        } catch (MalformedPacketException | IndexOutOfBoundsException e) {
            log.info("client {} from {}: malformed packet: {}", id, addressText(), e.getMessage());
            refuse(Refusal.MALFORMED_PACKET, "Malformed communication packet", 1);
        } catch (RuntimeException e) {
            // Not to be put down to the session whose server connection is being read further up.
            log.error("client {} from {}", id, addressText(), e);
            failed();
        } finally {
            consuming = false;
        }
        ByteBuf left = input;
        if (left != null && !left.isReadable()) {
            left.release();
            input = null;
            left = null;
        }
        if (!closed) {
            ClientSession running = session;
            boolean more = (left == null || left.readableBytes() < READ_AHEAD) && (running == null || running.wantsMore());
            if (channel().config().isAutoRead() != more) {
                channel().config().setAutoRead(more);
            }
        }
    }

    private void consumeOnce() {
        while (!closed) {
            ByteBuf in = input;
            if (in == null) {
                return;
            }
            int before = in.readableBytes();
            ClientSession running = session;
            ClientLogin begun = login;
            if (begun != null) {
                begun.consume(in);
            } else if (running != null) {
                running.consume(in);
            }
            ByteBuf after = input;
            if (after == null || after.readableBytes() == before) {
                return;
            }
        }
    }

    void encrypted() {
        tls = true;
    }

    /** Everything from here on is compressed. */
    void compress(String algorithm, int level) {
        compression = algorithm;
        Compression chosen = algorithm.equals("zstd") ? Compression.zstd(Math.clamp(level, 1, 22)) : Compression.zlib();
        channel().pipeline().addBefore("client", "compression", new CompressionHandler(chosen, this::unread));
    }

    private int unread() {
        ByteBuf in = input;
        return in == null ? 0 : in.readableBytes();
    }

    /** The login has succeeded: commands follow. */
    void loggedIn(ClientSession begun) {
        loginSequence = sequenceForError();
        login = null;
        session = begun;
    }

    /** What FOUND_ROWS() was before COM_CHANGE_USER. */
    long foundRows() {
        return foundRows;
    }

    void foundRows(long before) {
        foundRows = before;
    }

    /**
     * COM_CHANGE_USER: the session is over, another login begins.
     *
     * @param sequence the sequence id of the command's packet
     */
    void loginAgain(LoginRequest request, int sequence) {
        session = null;
        ClientLogin again = new ClientLogin(this, false);
        login = again;
        again.changeUser(request, sequence);
        if (draining) {
            drain();
        }
        consume();
    }

    void ok(int sequence, int status) {
        ok(sequence, status, 0);
    }

    void ok(int sequence, int status, int warnings) {
        ByteBuf out = channel().alloc().buffer(16);
        int start = Packets.begin(out, sequence);
        OkPacket.write(out, OkPacket.HEADER, 0, 0, status, warnings, Unpooled.EMPTY_BUFFER, Unpooled.EMPTY_BUFFER);
        channel().writeAndFlush(Packets.end(out, start), channel().voidPromise());
    }

    void err(ErrPacket error, int sequence) {
        if (!closed) {
            channel().writeAndFlush(Packets.packet(channel().alloc(), sequence, error::write), channel().voidPromise());
        }
    }

    /** Answers with an error of Usher's and closes. */
    void refuse(Refusal refusal, String message, int sequence) {
        err(new ErrPacket(refusal.code(), refusal.sqlState(), message), sequence);
        close();
    }

    /**
     * {@code max-client-connections} is reached.
     *
     * @param sqlState empty before the greeting
     */
    void refuseAtLimit(String sqlState, int sequence) {
        frontend.counters().refusedAtLimit();
        ErrPacket error = new ErrPacket(Refusal.TOO_MANY_CLIENTS.code(), sqlState, "Too many connections");
        frontend.refusals().client(addressText(), error);
        err(error, sequence);
        close();
    }

    /** Closes once everything written has gone out. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        Channel open = channel();
        open.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        if (open.isOpen()) {
            // A client that does not read would keep its socket for ever.
            Future<?> limit = open.eventLoop().schedule(() -> open.close(), LINGER.toMillis(), TimeUnit.MILLISECONDS);
            open.closeFuture().addListener(done -> limit.cancel(false));
        }
        ended();
    }

    /** KILL as an admin statement; {@code then} gets why it was not done, or null. */
    public void killByAdmin(boolean queryOnly, Consumer<@Nullable ErrPacket> then) {
        ClientSession running = session;
        if (running == null) {
            kill(sequenceForError());
            then.accept(null);
        } else {
            Killing.byAdmin(this, running, queryOnly, then);
        }
    }

    /** As the administrator of Usher: with an error that says what has happened, unless the sequence id is -1. */
    void kill(int sequence) {
        kill(Refusal.KILLED, "Connection was killed", sequence);
    }

    /** KILL of its own id. */
    void killItself(int sequence) {
        if (worker.server().mariaDb()) {
            kill(sequence);
        } else {
            kill(Refusal.INTERRUPTED, "Query execution was interrupted", sequence);
        }
    }

    private void kill(Refusal refusal, String message, int sequence) {
        if (sequence >= 0) {
            refuse(refusal, message, sequence);
        } else {
            close();
        }
    }

    /** A defect of Usher's, which the log has: nobody may use what the session has on the server. */
    void failed() {
        int sequence = sequenceForError();
        ClientSession running = session;
        if (running != null) {
            running.cutOff();
        }
        if (sequence >= 0) {
            refuse(Refusal.INTERNAL, "Internal error: Usher failed, its log says where", sequence);
        } else {
            close();
        }
    }

    /** What an ERR packet must have that is written now; -1 where none can stand. */
    int sequenceForError() {
        ClientSession running = session;
        ClientLogin begun = login;
        return running != null ? running.sequenceForError() : begun != null ? begun.sequenceForError() : 0;
    }

    /** The sequence id of the answer to the login while the session is not ready yet. */
    int loginSequence() {
        return loginSequence;
    }

    /** Closes a session that has been idle for its {@code wait_timeout}, as the server would: MySQL with an error, MariaDB without a word. */
    public void closeIfIdleTooLong(long now) {
        ClientSession running = session;
        String keeps = running == null || closed ? null : running.keepsTooLong(now);
        if (keeps != null) {
            refuse(Refusal.IDLE_TOO_LONG, keeps, 0);
        } else if (running != null && !closed && running.idleTooLong(now)) {
            if (worker.server().mariaDb()) {
                close();
            } else {
                refuse(
                        Refusal.IDLE_TOO_LONG,
                        "The client was disconnected by the server because of inactivity. See wait_timeout and interactive_timeout for configuring this behavior.",
                        0);
            }
        }
    }

    /** No new statement outside a transaction; on the loop. */
    public void drain() {
        draining = true;
        ClientSession running = session;
        if (running == null || running.entering() || running.idle()) {
            refuse(Refusal.SHUTTING_DOWN, "Usher is shutting down", sequenceForError());
        }
    }

    boolean draining() {
        return draining;
    }

    private void ended() {
        frontend.left(this);
        ByteBuf left = input;
        if (left != null && !consuming) {
            input = null;
            left.release();
        } else if (left != null) {
            // Somebody further up is reading it; consume() lets go of it when it has been skipped.
            left.skipBytes(left.readableBytes());
        }
        ClientLogin begun = login;
        if (begun != null) {
            begun.ended();
        }
        ClientSession running = session;
        if (running != null) {
            running.ended();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!closed) {
            closed = true;
            ended();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        ClientSession running = session;
        if (running != null) {
            running.clientWritable(ctx.channel().isWritable());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            log.debug("client {} from {}: {}", id, addressText(), cause.getMessage());
        } else if (cause instanceof DecoderException) {
            log.info("client {} from {}: {}", id, addressText(), cause.toString());
        } else {
            log.error("client {} from {}", id, addressText(), cause);
            failed();
            return;
        }
        if (!closed) {
            closed = true;
            ended();
        }
        ctx.close();
    }

    /** Whether the handshake's capabilities ask for compression, and which kind. */
    static String compressionOf(HandshakeResponse41 response) {
        return Capabilities.has(response.capabilities(), Capabilities.COMPRESS)
                ? "zlib"
                : Capabilities.has(response.capabilities(), Capabilities.ZSTD_COMPRESSION) ? "zstd" : "";
    }
}
