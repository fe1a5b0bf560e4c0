package dev.usher.admin;

import dev.usher.auth.CachingSha2Password;
import dev.usher.wire.AuthSwitchRequest;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.HandshakeResponse41;
import dev.usher.wire.HandshakeV10;
import dev.usher.wire.LengthEncoded;
import dev.usher.wire.MalformedPacketException;
import dev.usher.wire.PacketAssembler;
import dev.usher.wire.Packets;
import dev.usher.wire.ServerStatus;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.ReadTimeoutException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection to the admin address: greeting, login, then a statement at a time. */
final class AdminConnection extends ChannelInboundHandlerAdapter {
    /** Name of the handler that is taken away after the login. */
    static final String LOGIN_TIMEOUT = "login-timeout";

    private static final Logger log = LoggerFactory.getLogger(AdminConnection.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int LARGEST_PACKET = 1 << 16;
    private static final int UTF8MB4_GENERAL_CI = 45;
    private static final long OFFERED = Capabilities.LONG_PASSWORD
            | Capabilities.SSL
            | Capabilities.LONG_FLAG
            | Capabilities.CONNECT_WITH_DB
            | Capabilities.PROTOCOL_41
            | Capabilities.TRANSACTIONS
            | Capabilities.SECURE_CONNECTION
            | Capabilities.MULTI_RESULTS
            | Capabilities.PLUGIN_AUTH
            | Capabilities.CONNECT_ATTRS
            | Capabilities.PLUGIN_AUTH_LENENC_DATA
            | Capabilities.DEPRECATE_EOF;

    private sealed interface Phase {
        record AwaitingResponse() implements Phase {}

        /** An AuthSwitchRequest to the plugin is on its way. */
        record AwaitingSwitch(HandshakeResponse41 response, String plugin) implements Phase {}

        record Ready(long capabilities, AdminStatement.Session session) implements Phase {}

        record Closed() implements Phase {}
    }

    private final long id;
    private final AdminLogin login;
    private final PoolerView pooler;
    private final String usherVersion;
    private final boolean full;
    private final byte[] nonce = newNonce();
    private final PacketAssembler packets = new PacketAssembler(LARGEST_PACKET);
    private boolean tls;
    private Phase phase = new Phase.AwaitingResponse();

    AdminConnection(long id, AdminLogin login, PoolerView pooler, String usherVersion, boolean full) {
        this.id = id;
        this.login = login;
        this.pooler = pooler;
        this.usherVersion = usherVersion;
        this.full = full;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (full) {
            refuse(ctx, 0, 1040, "", "Too many connections");
            return;
        }
        send(ctx, 0, new HandshakeV10(AdminServer.PROTOCOL_VERSION, id, nonce, OFFERED, UTF8MB4_GENERAL_CI,
                ServerStatus.AUTOCOMMIT, AdminLogin.FIRST_PLUGIN)::write);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        packets.add(ctx.alloc(), (ByteBuf) message);
        for (ByteBuf packet = packets.next(); packet != null; packet = packets.next()) {
            take(ctx, packet);
        }
    }

    private void take(ChannelHandlerContext ctx, ByteBuf packet) {
        switch (phase) {
            case Phase.AwaitingResponse _ when isTlsRequest(packet) -> startTls(ctx);
            case Phase.AwaitingResponse _ -> answerResponse(ctx, HandshakeResponse41.read(packet));
            case Phase.AwaitingSwitch(HandshakeResponse41 response, String plugin) ->
                finishLogin(ctx, response, plugin, LengthEncoded.readRest(packet));
            case Phase.Ready ready -> answerCommand(ctx, ready, packet);
            case Phase.Closed _ -> {
                // The ERR is on its way; what the client sent before it saw that is not looked at.
            }
        }
    }

    private static boolean isTlsRequest(ByteBuf packet) {
        return packet.readableBytes() == HandshakeResponse41.SSL_REQUEST_LENGTH
                && Capabilities.has(HandshakeResponse41.peekCapabilities(packet), Capabilities.SSL);
    }

    /** What follows the request is TLS, also where it came with it: nothing of it is taken as a plain packet. */
    private void startTls(ChannelHandlerContext ctx) {
        if (tls) {
            throw new MalformedPacketException("a second request for TLS");
        }
        tls = true;
        ctx.pipeline().addFirst(login.tls().get().newHandler(ctx.alloc()));
        ByteBuf rest = packets.takeRest();
        if (rest != null) {
            ctx.pipeline().fireChannelRead(rest);
        }
    }

    private void answerResponse(ChannelHandlerContext ctx, HandshakeResponse41 response) {
        String plugin = AdminLogin.pluginFor(response.authPlugin());
        boolean answered = response.authPlugin() == null || response.authPlugin().equals(AdminLogin.FIRST_PLUGIN);
        if (answered) {
            finishLogin(ctx, response, plugin, response.authAnswer());
            return;
        }
        phase = new Phase.AwaitingSwitch(response, plugin);
        // The greeting's nonce again: the proof of the certificate is computed with that one.
        byte[] terminated = Arrays.copyOf(nonce, nonce.length + 1);
        send(ctx, packets.sequence() + 1, new AuthSwitchRequest(plugin, terminated)::write);
    }

    private void finishLogin(ChannelHandlerContext ctx, HandshakeResponse41 response, String plugin, byte[] answer) {
        int sequence = packets.sequence() + 1;
        String host = ((InetSocketAddress) ctx.channel().remoteAddress()).getAddress().getHostAddress();
        if (!login.admits(response.user(), plugin, nonce, answer)) {
            log.info("refused a login to the admin address from {}", host);
            refuse(ctx, sequence, 1045, "28000", "Access denied for user '" + response.user() + "'@'" + host
                    + "' (using password: " + (answer.length > 0 ? "YES" : "NO") + ")");
            return;
        }
        if (plugin.equals(CachingSha2Password.NAME)) {
            send(ctx, sequence++, out -> out.writeByte(0x01).writeByte(CachingSha2Password.FAST_OK));
        }
        ctx.pipeline().remove(LOGIN_TIMEOUT);
        phase = new Phase.Ready(response.capabilities(),
                new AdminStatement.Session(pooler, usherVersion, id, response.user() + "@" + host));
        String proof = tls ? login.certificateProof(plugin, nonce) : "";
        reply(ctx, response.capabilities(), sequence, new AdminResult.Done(proof));
    }

    private void answerCommand(ChannelHandlerContext ctx, Phase.Ready ready, ByteBuf packet) {
        if (!packet.isReadable()) {
            throw new MalformedPacketException("command of no bytes");
        }
        Command command = Command.of(packet.readUnsignedByte());
        @Nullable
        AdminResult result = switch (command) {
            case QUIT -> null;
            case QUERY -> answerQuery(packet.toString(StandardCharsets.UTF_8), ready.session());
            case PING, INIT_DB, RESET_CONNECTION, SET_OPTION -> AdminResult.Done.SILENTLY;
            case PROCESS_KILL -> packet.readableBytes() < 4
                    ? new AdminResult.Refused(1047, "08S01", "Unknown command")
                    : Kill.kill(pooler, packet.readUnsignedIntLE(), false);
            case STMT_PREPARE -> new AdminResult.Refused(1295, "HY000", "Admin statements can not be prepared: send them as text");
            default -> new AdminResult.Refused(1047, "08S01", "Unknown command");
        };
        if (result == null) {
            phase = new Phase.Closed();
            ctx.close();
            return;
        }
        reply(ctx, ready.capabilities(), packets.sequence() + 1, result);
    }

    /** A statement that fails is a bug of Usher; who asked still gets an answer. */
    private static AdminResult answerQuery(String text, AdminStatement.Session session) {
        try {
            return AdminStatements.answer(text, session);
        } catch (RuntimeException e) {
            log.error("an admin statement failed", e);
            return new AdminResult.Refused(1105, "HY000", "A bug in Usher; its log has the details");
        }
    }

    private static void reply(ChannelHandlerContext ctx, long capabilities, int sequence, AdminResult result) {
        ByteBuf out = ctx.alloc().buffer();
        new TextResultWriter(out, capabilities, sequence).write(result);
        ctx.writeAndFlush(out);
    }

    private void refuse(ChannelHandlerContext ctx, int sequence, int code, String sqlState, String message) {
        phase = new Phase.Closed();
        ctx.writeAndFlush(Packets.packet(ctx.alloc(), sequence, new ErrPacket(code, sqlState, message)::write))
                .addListener(ChannelFutureListener.CLOSE);
    }

    private static void send(ChannelHandlerContext ctx, int sequence, Consumer<ByteBuf> body) {
        ctx.writeAndFlush(Packets.packet(ctx.alloc(), sequence, body));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        switch (cause) {
            case MalformedPacketException malformed -> refuse(ctx, packets.sequence() + 1, 1835, "HY000", "Malformed communication packet");
            case ReadTimeoutException late -> refuse(ctx, 0, 1159, "08S01", "Got timeout reading communication packets");
            case IOException lost -> ctx.close();
            default -> {
                log.error("admin connection {} failed", id, cause);
                ctx.close();
            }
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        packets.release();
    }

    /** Neither zero nor '$' is in it: clients treat it as a text. */
    private static byte[] newNonce() {
        byte[] nonce = new byte[HandshakeV10.NONCE_LENGTH];
        for (int i = 0; i < nonce.length; i++) {
            int value = 1 + RANDOM.nextInt(126);
            nonce[i] = (byte) (value == '$' ? '%' : value);
        }
        return nonce;
    }
}
