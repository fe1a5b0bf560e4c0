package dev.usher.pool;

import dev.usher.session.Collations;
import dev.usher.wire.AuthSwitchRequest;
import dev.usher.wire.Capabilities;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.HandshakeResponse41;
import dev.usher.wire.HandshakeV10;
import dev.usher.wire.MalformedPacketException;
import dev.usher.wire.OkPacket;
import dev.usher.wire.PacketAssembler;
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connection phase towards the server: greeting, TLS, handshake response, and whatever the account's plugin wants, answered by an {@link AuthResponder}.
 *
 * @see <a href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html">Connection Phase</a>
 */
final class ServerLogin extends ChannelInboundHandlerAdapter implements AuthResponder.ToServer {
    /** How it ended. */
    sealed interface Outcome {
        /** Logged in. */
        record LoggedIn(HandshakeV10 greeting, long capabilities, boolean encrypted) implements Outcome {}

        /** The server said no: to this login, or ({@code beforeLogin}) to any. */
        record Refused(ErrPacket error, boolean beforeLogin) implements Outcome {}

        /** {@link AuthResponder.ToServer#abandon}. */
        record Abandoned(String why) implements Outcome {}

        /** No connection, or not a MySQL server, or it went away. */
        record Failed(String why) implements Outcome {}
    }

    /** Told once. */
    interface Listener {
        void ended(Outcome outcome);
    }

    private static final int LARGEST_PACKET = 1 << 20;
    private static final long MAX_PACKET_SIZE = 1L << 30;
    /** How long a server may take to answer a login that was abandoned. */
    private static final long LAST_WORD_SECONDS = 5;

    private final String user;
    private final long wantedCapabilities;
    private final TlsToServer tls;
    private final AuthResponder responder;
    private final Map<String, String> attributes;
    private final Consumer<HandshakeV10> greeted;
    private final Listener listener;
    private final PacketAssembler packets = new PacketAssembler(LARGEST_PACKET);
    private @Nullable ChannelHandlerContext context;
    private @Nullable HandshakeV10 greeting;
    private long capabilities;
    private int sequence;
    private boolean encrypted;
    private boolean ended;

    /**
     * @param wantedCapabilities the flags of {@link Capabilities#PER_POOL} that its clients use
     * @param greeted gets the greeting as soon as it is there, however the login ends
     */
    ServerLogin(
            String user,
            long wantedCapabilities,
            TlsToServer tls,
            AuthResponder responder,
            Map<String, String> attributes,
            Consumer<HandshakeV10> greeted,
            Listener listener) {
        this.greeted = greeted;
        this.user = user;
        this.wantedCapabilities = wantedCapabilities;
        this.tls = tls;
        this.responder = responder;
        this.attributes = attributes;
        this.listener = listener;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (ended) {
            // What the server still says after a login that was abandoned is its last word.
            ((ByteBuf) message).release();
            ctx.close();
            return;
        }
        packets.add(ctx.alloc(), (ByteBuf) message);
        try {
            ByteBuf packet;
            while (!ended && (packet = packets.next()) != null) {
                sequence = packets.sequence() + 1;
                received(ctx, packet);
            }
        } catch (MalformedPacketException e) {
            end(new Outcome.Failed("the server does not speak the MySQL protocol: " + e.getMessage()));
        }
    }

    private void received(ChannelHandlerContext ctx, ByteBuf packet) {
        if (!packet.isReadable()) {
            throw new MalformedPacketException("empty packet while logging in");
        }
        if (Capabilities.has(capabilities, Capabilities.SSL) && !encrypted) {
            // Whoever stands in between could have said it.
            throw new MalformedPacketException("a packet in clear where TLS begins");
        }
        int first = packet.getUnsignedByte(packet.readerIndex());
        if (first == ErrPacket.HEADER) {
            end(new Outcome.Refused(ErrPacket.read(packet), greeting == null));
        } else if (greeting == null) {
            greeted(ctx, HandshakeV10.read(packet));
        } else if (first == OkPacket.HEADER) {
            end(new Outcome.LoggedIn(greeting, capabilities, encrypted));
        } else if (first == AuthSwitchRequest.HEADER) {
            AuthSwitchRequest request = AuthSwitchRequest.read(packet);
            responder.switched(request.plugin(), request.nonce(), this);
        } else {
            responder.more(packet, this);
        }
    }

    private void greeted(ChannelHandlerContext ctx, HandshakeV10 received) {
        greeting = received;
        greeted.accept(received);
        capabilities = (Capabilities.ALWAYS_TO_SERVER | wantedCapabilities) & received.capabilities();
        if (!received.extended()) {
            capabilities |= Capabilities.LONG_PASSWORD;
        }
        if (!Capabilities.has(capabilities, Capabilities.DEPRECATE_EOF) || !Capabilities.has(capabilities, Capabilities.SESSION_TRACK)) {
            end(new Outcome.Failed("server " + received.version()
                    + " is too old: it has no session tracking (MySQL 5.7, MariaDB 10.2 or later is needed)"));
            return;
        }
        boolean offered = Capabilities.has(received.capabilities(), Capabilities.SSL);
        if (tls.required() && !offered) {
            end(new Outcome.Failed("server-tls = " + tls.mode() + ", but the server offers no TLS"));
        } else if (tls.wanted() && offered) {
            upgrade(ctx);
        } else {
            respond(ctx, 1);
        }
    }

    private void upgrade(ChannelHandlerContext ctx) {
        capabilities |= Capabilities.SSL;
        ByteBuf request = Packets.packet(
                ctx.alloc(), 1, out -> HandshakeResponse41.writeHead(out, capabilities, MAX_PACKET_SIZE, Collations.USHERS));
        ctx.writeAndFlush(request);
        SslHandler handler = tls.handler(ctx.alloc());
        ctx.pipeline().addFirst(handler);
        handler.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                encrypted = true;
                respond(ctx, 2);
            } else {
                end(new Outcome.Failed("TLS with the server failed (server-tls = " + tls.mode() + "): " + message(done.cause())));
            }
        });
    }

    private void respond(ChannelHandlerContext ctx, int sequenceId) {
        HandshakeV10 from = greeting;
        if (from == null) {
            return;
        }
        AuthResponder.FirstAnswer first = responder.first(from.authPlugin(), from.nonce());
        HandshakeResponse41 response = new HandshakeResponse41(
                capabilities, MAX_PACKET_SIZE, Collations.USHERS, user, first.answer(), null, first.plugin(), attributes, 0);
        ctx.writeAndFlush(Packets.packet(ctx.alloc(), sequenceId, response::write));
    }

    @Override
    public void send(byte[] payload) {
        ChannelHandlerContext ctx = context;
        if (ctx != null && !ended) {
            ctx.writeAndFlush(Packets.packet(ctx.alloc(), sequence, out -> out.writeBytes(payload)));
        }
    }

    @Override
    public boolean encrypted() {
        return encrypted;
    }

    @Override
    public void abandon(String why) {
        // A handshake that is broken off counts against Usher's host (max_connect_errors); a wrong answer does not. The server's ERR ends the connection.
        if (!ended) {
            send(new byte[]{1});
            ended = true;
            packets.release();
            ChannelHandlerContext ctx = context;
            if (ctx != null) {
                ctx.executor().schedule(() -> ctx.close(), LAST_WORD_SECONDS, TimeUnit.SECONDS);
            }
            listener.ended(new Outcome.Abandoned(why));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(new Outcome.Failed("the server closed the connection during login"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        end(new Outcome.Failed(message(cause)));
    }

    /** There is nobody to log in to. */
    void notConnected(String why) {
        end(new Outcome.Failed(why));
    }

    /** Ends it from outside, when it takes too long. */
    void timedOut() {
        end(new Outcome.Failed("the server did not answer in time during login"));
    }

    private void end(Outcome outcome) {
        if (ended) {
            return;
        }
        ended = true;
        packets.release();
        ChannelHandlerContext ctx = context;
        if (!(outcome instanceof Outcome.LoggedIn) && ctx != null) {
            ctx.close();
        }
        listener.ended(outcome);
    }

    private static String message(@Nullable Throwable cause) {
        return cause == null ? "unknown" : cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
