package dev.usher.proxy;

import dev.usher.auth.RsaKeyPair;
import dev.usher.error.Refusal;
import dev.usher.wire.Capabilities;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.HandshakeResponse41;
import dev.usher.wire.HandshakeV10;
import dev.usher.wire.MalformedPacketException;
import dev.usher.wire.OkPacket;
import dev.usher.wire.Packets;
import dev.usher.wire.ServerStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection phase towards a client, packet by packet: greeting, TLS, handshake response, what {@link Authentication} says and hears, and the OK or ERR at
 * its end. COM_CHANGE_USER enters in the middle.
 *
 * @see <a href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html">Connection Phase</a>
 */
final class ClientLogin implements LoginRelay.ToClient {
    private static final Logger log = LoggerFactory.getLogger(ClientLogin.class);
    private static final int LARGEST_PACKET = 1 << 20;

    private enum Step {
        WAITING_FOR_SERVER,
        RESPONSE,
        AUTHENTICATION,
        DONE
    }

    private final ClientConnection client;
    private final Frontend frontend;
    private final boolean overLimit;
    private Step step = Step.WAITING_FOR_SERVER;
    /** What the next packet, from either side, must have. */
    private int sequence;
    private long offered;
    private byte[] nonce = new byte[0];
    private @Nullable Authentication authentication;
    private @Nullable Future<?> limit;

    /** @param overLimit whether it will be refused because of {@code max-client-connections}, once it has answered the greeting as it would a server's */
    ClientLogin(ClientConnection client, boolean overLimit) {
        this.client = client;
        this.frontend = client.frontend();
        this.overLimit = overLimit;
    }

    /** A trusted peer that does not send its PROXY protocol header has no longer than a client that does not answer. */
    void awaitProxyHeader() {
        awaitClient();
    }

    /** Sends the greeting: the server's own, but for the id, the nonce and what Usher does not offer. */
    void greet() {
        stopLimit();
        HandshakeV10 server = client.worker().server().greeting();
        if (server == null) {
            awaitServer(System.nanoTime());
            return;
        }
        nonce = frontend.nonce();
        offered = (server.capabilities() | Capabilities.SSL | Capabilities.COMPRESS | Capabilities.ZSTD_COMPRESSION
                | Capabilities.SESSION_TRACK
                | Capabilities.DEPRECATE_EOF)
                & ~Capabilities.NEVER_OFFERED;
        if (server.mariaDb()) {
            offered &= ~Capabilities.ZSTD_COMPRESSION;
        }
        HandshakeV10 greeting = new HandshakeV10(
                server.serverVersion(), client.id().value(), nonce, offered, server.collation(), ServerStatus.AUTOCOMMIT,
                server.authPlugin());
        step = Step.RESPONSE;
        sequence = 1;
        awaitClient();
        client.channel().writeAndFlush(Packets.packet(client.channel().alloc(), 0, greeting::write), client.channel().voidPromise());
    }

    /** The server has not been reached since Usher started: its greeting is not known yet. */
    private void awaitServer(long since) {
        if (client.closed()) {
            return;
        }
        if (client.worker().server().greeting() != null) {
            greet();
        } else if (System.nanoTime() - since > frontend.config().server().connectTimeout().toNanos()) {
            // Before the greeting an ERR has no SQLSTATE.
            client.err(new ErrPacket(Refusal.SERVER_UNREACHABLE.code(), "",
                    "Usher can not reach the server: " + client.worker().server().trouble()), 0);
            client.close();
        } else {
            client.worker().loop().schedule(() -> awaitServer(since), 50, TimeUnit.MILLISECONDS);
        }
    }

    private void awaitClient() {
        stopLimit();
        limit = client.worker().loop().schedule(this::tooSlow, frontend.config().client().loginTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void stopLimit() {
        Future<?> timer = limit;
        if (timer != null) {
            timer.cancel(false);
            limit = null;
        }
    }

    @Override
    public void tooSlow() {
        if (step != Step.DONE && !client.closed()) {
            log.info("client {} from {} did not answer in time while logging in", client.id(), client.addressText());
            refuse(Refusal.LOGIN_TIMEOUT, "Got timeout reading communication packets (login-timeout)");
        }
    }

    void consume(ByteBuf in) {
        while (!client.closed() && step != Step.DONE && in.readableBytes() >= Packets.HEADER) {
            int length = in.getUnsignedMediumLE(in.readerIndex());
            if (length > LARGEST_PACKET) {
                throw new MalformedPacketException("packet of " + length + " bytes during login");
            }
            if (in.readableBytes() < Packets.HEADER + length) {
                return;
            }
            if (in.getUnsignedByte(in.readerIndex() + 3) != (sequence & 0xFF)) {
                refuse(Refusal.OUT_OF_ORDER, "Got packets out of order");
                return;
            }
            sequence++;
            in.skipBytes(Packets.HEADER);
            if (received(in, in.readSlice(length))) {
                return;
            }
        }
    }

    /** @return whether what follows is not to be read as it stands (TLS begins) */
    private boolean received(ByteBuf in, ByteBuf payload) {
        stopLimit();
        switch (step) {
            case RESPONSE -> {
                if (payload.readableBytes() == HandshakeResponse41.SSL_REQUEST_LENGTH
                        && Capabilities.has(HandshakeResponse41.peekCapabilities(payload), Capabilities.SSL)) {
                    if (client.tls()) {
                        throw new MalformedPacketException("a second SSLRequest");
                    }
                    beginTls(in);
                    return true;
                }
                responded(HandshakeResponse41.read(payload));
            }
            case AUTHENTICATION -> {
                Authentication under = authentication;
                if (under != null) {
                    byte[] bytes = new byte[payload.readableBytes()];
                    payload.readBytes(bytes);
                    under.answered(bytes);
                }
            }
            case WAITING_FOR_SERVER, DONE -> throw new MalformedPacketException("bytes before the greeting");
        }
        return false;
    }

    /** What the client has sent behind its SSLRequest is already TLS, and is read as nothing else. */
    private void beginTls(ByteBuf in) {
        awaitClient();
        client.encrypted();
        ByteBuf behind = in.readRetainedSlice(in.readableBytes());
        client.channel().pipeline().addFirst("tls", frontend.tls().get().newHandler(client.channel().alloc()));
        if (behind.isReadable()) {
            client.channel().pipeline().fireChannelRead(behind).fireChannelReadComplete();
        } else {
            behind.release();
        }
    }

    private void responded(HandshakeResponse41 response) {
        if (overLimit) {
            client.refuseAtLimit(Refusal.TOO_MANY_CLIENTS.sqlState(), sequence);
            return;
        }
        if (client.worker().server().greeting() == null || !Capabilities.has(response.capabilities(), Capabilities.SECURE_CONNECTION)) {
            refuse(Refusal.AUTH_NOT_SUPPORTED,
                    "Client does not support authentication protocol requested by server; consider upgrading MySQL client");
            return;
        }
        begin(LoginRequest.of(response, offered)).begin(response.authAnswer());
    }

    /**
     * COM_CHANGE_USER: the same for another account.
     *
     * @param commandSequence the sequence id of the command's packet
     */
    void changeUser(LoginRequest request, int commandSequence) {
        sequence = commandSequence + 1;
        begin(request).beginChange();
    }

    private Authentication begin(LoginRequest request) {
        step = Step.AUTHENTICATION;
        Authentication begun = new Authentication(this, client, request, nonce);
        authentication = begun;
        return begun;
    }

    // ---- what Authentication does to the client ----

    @Override
    public void send(byte[] payload) {
        if (!client.worker().loop().inEventLoop()) {
            client.worker().loop().execute(() -> send(payload));
            return;
        }
        if (!client.closed()) {
            sendOnly(payload);
            awaitClient();
        }
    }

    /** A packet that the client does not answer. */
    void sendOnly(byte[] payload) {
        client.channel().writeAndFlush(
                Packets.packet(client.channel().alloc(), sequence++, out -> out.writeBytes(payload)), client.channel().voidPromise());
    }

    @Override
    public boolean encrypted() {
        return client.confidential();
    }

    @Override
    public RsaKeyPair rsa() {
        return frontend.rsa();
    }

    /** @param proof for the OK's message, of MariaDB's way to trust a certificate; empty for none */
    void admit(ClientSession session, LoginRequest request, ByteBuf proof) {
        step = Step.DONE;
        stopLimit();
        frontend.counters().login();
        ByteBuf out = client.channel().alloc().buffer(32);
        int start = Packets.begin(out, sequence);
        OkPacket.write(out, OkPacket.HEADER, 0, 0, session.session().status(), 0, proof, Unpooled.EMPTY_BUFFER);
        client.channel().writeAndFlush(Packets.end(out, start), client.channel().voidPromise());
        if (!request.compression().isEmpty()) {
            client.compress(request.compression(), request.zstdLevel());
        }
        session.ready();
    }

    void fail(ErrPacket error) {
        step = Step.DONE;
        frontend.counters().loginFailed();
        log.debug("login of {} from {} failed: {}", user(), client.addressText(), error);
        client.err(error, sequence);
        client.close();
    }

    /**
     * The sequence id of an ERR of Usher's that is no answer: where the client's packet is due, it sends that before it reads. A PROXY protocol header is no
     * packet.
     */
    int sequenceForError() {
        return limit != null && sequence > 0 ? sequence + 1 : sequence;
    }

    void refuse(Refusal refusal, String message) {
        client.refuse(refusal, message, sequence);
    }

    /** The client is gone. */
    void ended() {
        stopLimit();
        Authentication under = authentication;
        if (under != null && step != Step.DONE) {
            under.ended();
        }
        step = Step.DONE;
    }

    /** Empty as long as the client has not said who it is. */
    String user() {
        Authentication under = authentication;
        return under == null ? "" : under.request().user();
    }
}
