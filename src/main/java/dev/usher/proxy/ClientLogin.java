package dev.usher.proxy;

import dev.usher.auth.CachingSha2Password;
import dev.usher.auth.ClearPassword;
import dev.usher.auth.Credentials;
import dev.usher.auth.NativePassword;
import dev.usher.auth.NativeStoredHash;
import dev.usher.auth.RsaKeyPair;
import dev.usher.auth.Verdict;
import dev.usher.config.AccountConfig;
import dev.usher.config.Cidr;
import dev.usher.error.Refusal;
import dev.usher.pool.Account;
import dev.usher.pool.KnownCredentials;
import dev.usher.pool.Opening;
import dev.usher.pool.Question;
import dev.usher.pool.Question.Answer;
import dev.usher.pool.ServerConnection;
import dev.usher.session.Baseline;
import dev.usher.wire.AuthSwitchRequest;
import dev.usher.wire.Capabilities;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.HandshakeResponse41;
import dev.usher.wire.HandshakeV10;
import dev.usher.wire.LengthEncoded;
import dev.usher.wire.MalformedPacketException;
import dev.usher.wire.OkPacket;
import dev.usher.wire.Packets;
import dev.usher.wire.ServerStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection phase towards a client: greeting, TLS, handshake response, and then one of three ways in. An account whose credentials are known is verified
 * here; one whose password the client will give is asked for it; any other login is relayed to the server. A mismatch with what is known is relayed too: the
 * password may have changed, and it is the server that decides.
 *
 * @see <a href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html">Connection Phase</a>
 */
final class ClientLogin implements LoginRelay.ToClient {
    private static final Logger log = LoggerFactory.getLogger(ClientLogin.class);
    private static final int LARGEST_PACKET = 1 << 20;
    private static final int MORE_DATA = 0x01;
    private static final int WRONG_PASSWORD = 1045;

    private enum Step {
        WAITING_FOR_SERVER,
        RESPONSE,
        /** The answer to an AuthSwitchRequest of Usher's. */
        ANSWER,
        /** The password, in clear on TLS, or a request for the key. */
        PASSWORD,
        ENCRYPTED_PASSWORD,
        RELAY,
        DONE
    }

    private final ClientConnection client;
    private final Frontend frontend;
    private final boolean overLimit;
    private Step step = Step.WAITING_FOR_SERVER;
    /** What the next packet, from either side, must have. */
    private int sequence;
    private long offered;
    private long capabilities;
    private int collation;
    private String user = "";
    private @Nullable String database;
    private Map<String, String> attributes = Map.of();
    private String compression = "";
    private int zstdLevel;
    private String plugin = "";
    private byte[] greetingNonce = new byte[0];
    private byte[] nonce = new byte[0];
    private @Nullable Account account;
    private @Nullable LoginRelay relay;
    private @Nullable Future<?> limit;
    private boolean fastOkDue;
    private boolean switchedOnce;
    private long firstFull;
    private boolean learns;
    private boolean waitedForOthers;
    /** What was known about the account and did not fit the client's answer. */
    private @Nullable Credentials mismatch;

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
        greetingNonce = frontend.nonce();
        nonce = greetingNonce;
        offered = (server.capabilities() | Capabilities.SSL | Capabilities.COMPRESS | Capabilities.ZSTD_COMPRESSION
                | Capabilities.SESSION_TRACK
                | Capabilities.DEPRECATE_EOF)
                & ~Capabilities.NEVER_OFFERED;
        if (server.mariaDb()) {
            offered &= ~Capabilities.ZSTD_COMPRESSION;
        }
        HandshakeV10 greeting = new HandshakeV10(
                server.serverVersion(), client.id().value(), greetingNonce, offered, server.collation(), ServerStatus.AUTOCOMMIT,
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
            client.refuse(Refusal.LOGIN_TIMEOUT, "Got timeout reading communication packets (login-timeout)", sequence);
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
                client.refuse(Refusal.OUT_OF_ORDER, "Got packets out of order", sequence);
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
            case ANSWER -> authenticate(bytes(payload));
            case PASSWORD -> password(bytes(payload));
            case ENCRYPTED_PASSWORD -> passwordKnown(CachingSha2Password.passwordFromEncrypted(bytes(payload), nonce, frontend.rsa()));
            case RELAY -> {
                LoginRelay running = relay;
                if (running != null) {
                    running.answered(bytes(payload));
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
        client.channel().pipeline().addFirst("tls", frontend.tls().newHandler(client.channel().alloc()));
        if (behind.isReadable()) {
            client.channel().pipeline().fireChannelRead(behind).fireChannelReadComplete();
        } else {
            behind.release();
        }
    }

    private void responded(HandshakeResponse41 response) {
        if (overLimit) {
            frontend.counters().refusedAtLimit();
            client.err(new ErrPacket(1040, "08004", "Too many connections"), sequence);
            client.close();
            return;
        }
        capabilities = response.capabilities() & offered;
        collation = response.collation();
        user = response.user();
        database = response.database();
        attributes = response.attributes();
        compression = ClientConnection.compressionOf(response);
        zstdLevel = response.zstdLevel();
        HandshakeV10 server = client.worker().server().greeting();
        plugin = response.authPlugin() == null || response.authPlugin().isEmpty() ? NativePassword.NAME : response.authPlugin();
        if (server == null || !Capabilities.has(response.capabilities(), Capabilities.SECURE_CONNECTION)) {
            client.refuse(Refusal.AUTH_NOT_SUPPORTED,
                    "Client does not support authentication protocol requested by server; consider upgrading MySQL client", sequence);
            return;
        }
        begin(response.authAnswer());
    }

    /** COM_CHANGE_USER: the same for another account; the answer that came along is not looked at, as servers do. */
    void changeUser(ByteBuf payload, long sessionCapabilities, int sessionCollation, int commandSequence) {
        capabilities = sessionCapabilities;
        collation = sessionCollation;
        sequence = commandSequence + 1;
        payload.skipBytes(1);
        user = LengthEncoded.readNullTerminated(payload);
        int length = payload.readUnsignedByte();
        payload.skipBytes(length);
        String schema = LengthEncoded.readNullTerminated(payload);
        database = schema.isEmpty() ? null : schema;
        if (payload.readableBytes() >= 2) {
            collation = payload.readUnsignedShortLE() & 0xFF;
        }
        plugin = NativePassword.NAME;
        if (Capabilities.has(capabilities, Capabilities.PLUGIN_AUTH) && payload.isReadable()) {
            plugin = LengthEncoded.readNullTerminated(payload);
        }
        if (Capabilities.has(capabilities, Capabilities.CONNECT_ATTRS) && payload.isReadable()) {
            attributes = HandshakeResponse41.readAttributes(payload);
        }
        step = Step.RESPONSE;
        if (!allowedFrom()) {
            return;
        }
        account = client.worker().accounts().find(user);
        Credentials known = accountOf().credentials();
        if (known != null || plugin.equals(CachingSha2Password.NAME)) {
            switchTo(known != null && !known.hasPassword() ? NativePassword.NAME : plugin);
        } else {
            relay();
        }
    }

    private void begin(byte[] answer) {
        if (!allowedFrom()) {
            return;
        }
        account = client.worker().accounts().find(user);
        authenticate(answer);
    }

    private boolean allowedFrom() {
        for (AccountConfig each : frontend.config().accounts()) {
            InetAddress from = client.address() instanceof InetSocketAddress inet && inet.getAddress() != null
                    ? inet.getAddress()
                    : InetAddress.getLoopbackAddress(); // over a Unix socket
            if (each.user().equals(user) && !Cidr.allows(each.allowFrom(), from)) {
                frontend.counters().loginFailed();
                log.info("account {} refused from {}: allow-from", user, client.addressText());
                client.refuse(Refusal.ACCESS_DENIED,
                        "Access denied for user '" + user + "'@'" + from.getHostAddress() + "' (using password: YES)", sequence);
                return false;
            }
        }
        return true;
    }

    private Account accountOf() {
        Account known = account;
        if (known == null) {
            throw new IllegalStateException("no account yet");
        }
        return known;
    }

    private void authenticate(byte[] answer) {
        Credentials known = accountOf().credentials();
        if (known != null) {
            switch (known.verify(plugin, nonce, answer)) {
                case ACCEPTED -> {
                    fastOkDue = plugin.equals(CachingSha2Password.NAME) && answer.length > 1;
                    verified(known);
                }
                case MISMATCH -> {
                    mismatch = known;
                    relay();
                }
                case CANNOT_TELL -> {
                    if (switchedOnce || plugin.equals(ClearPassword.NAME)) {
                        relay();
                    } else {
                        switchTo(known.hasPassword() ? CachingSha2Password.NAME : NativePassword.NAME);
                    }
                }
            }
        } else if (waitsForOthers(() -> authenticateAgain(answer))) {
            step = Step.RELAY;
        } else if (plugin.equals(CachingSha2Password.NAME) && answer.length > 1 && givesPassword()) {
            step = Step.PASSWORD;
            send(new byte[]{MORE_DATA, CachingSha2Password.FULL_EXCHANGE});
        } else {
            relay();
        }
    }

    /** Once only: whoever logs in to the same account just now may be silent, and must cost nobody more than a moment. */
    private boolean waitsForOthers(Runnable then) {
        if (waitedForOthers) {
            return false;
        }
        waitedForOthers = client.worker().learning().join(accountOf(), then);
        return waitedForOthers;
    }

    /** Somebody else's login to the same account is over, and what it taught may serve here. */
    private void authenticateAgain(byte[] answer) {
        if (!client.closed()) {
            account = client.worker().accounts().find(user);
            authenticate(answer);
        }
    }

    /** Whether the client takes part in the full exchange of caching_sha2_password without a setting of its own. */
    private boolean givesPassword() {
        String name = attributes.getOrDefault("_client_name", "");
        return client.confidential() || name.equals("mysqlnd") || name.equals("pymysql") || name.equals("Node-MySQL-2")
                || name.equals("Go-MySQL-Driver");
    }

    private void switchTo(String newPlugin) {
        if (!Capabilities.has(capabilities, Capabilities.PLUGIN_AUTH)) {
            relay();
            return;
        }
        switchedOnce = true;
        plugin = newPlugin;
        nonce = frontend.nonce();
        byte[] data = java.util.Arrays.copyOf(nonce, nonce.length + 1);
        ByteBuf out = Unpooled.buffer(64);
        new AuthSwitchRequest(newPlugin, data).write(out);
        step = Step.ANSWER;
        send(bytes(out));
    }

    private void password(byte[] payload) {
        if (payload.length == 1 && payload[0] == CachingSha2Password.REQUEST_PUBLIC_KEY) {
            step = Step.ENCRYPTED_PASSWORD;
            RsaKeyPair key = frontend.rsa();
            key.ready().thenRun(() -> client.worker().loop().execute(() -> {
                byte[] pem = key.publicKeyPem();
                byte[] packet = new byte[pem.length + 1];
                packet[0] = MORE_DATA;
                System.arraycopy(pem, 0, packet, 1, pem.length);
                send(packet);
            }));
        } else if (client.confidential()) {
            passwordKnown(CachingSha2Password.passwordFromClear(payload));
        } else {
            client.refuse(Refusal.BAD_HANDSHAKE, "Bad handshake", sequence);
        }
    }

    /** The client has told its password; the server says whether it is right. */
    private void passwordKnown(byte @Nullable [] password) {
        if (password == null) {
            client.refuse(Refusal.BAD_HANDSHAKE, "Bad handshake", sequence);
            return;
        }
        step = Step.RELAY;
        tryPassword(password);
    }

    private void tryPassword(byte[] password) {
        if (client.closed()) {
            return;
        }
        account = client.worker().accounts().find(user);
        Credentials known = accountOf().credentials();
        if (known != null && known.verify(ClearPassword.NAME, nonce, ClearPassword.answer(password)) == Verdict.ACCEPTED) {
            verified(known);
        } else if (!waitsForOthers(() -> tryPassword(password))) {
            openWith(Credentials.ofPassword(password));
        }
    }

    /** Usher has verified the client. The server must have confirmed the account lately. */
    private void verified(Credentials known) {
        Account of = accountOf();
        String wanted = database;
        // Only the server can say whether the account may use a schema, and a login must not wait for a lease to ask.
        String unknown = wanted == null || of.schemas().contains(wanted) ? null : wanted;
        if (unknown == null && of.confirmed(System.nanoTime(), frontend.config().pool().credentialTtl().toNanos()) && current(of)) {
            accepted();
            return;
        }
        step = Step.RELAY;
        client.worker().confirm(of, poolCapabilities(), known, unknown, opening -> {
            if (!client.closed()) {
                switch (opening) {
                    case Opening.Opened in -> accepted();
                    case Opening.Refused refused -> failed(refused.error());
                    case Opening.Full full -> failed(full.error());
                    case Opening.Abandoned abandoned -> relay();
                    case Opening.Unreachable unreachable -> unreachable(unreachable.why());
                }
            }
        });
    }

    private boolean current(Account of) {
        return of.current(poolCapabilities(), client.worker().server());
    }

    private void openWith(Credentials candidate) {
        learns = client.worker().learning().begin(accountOf());
        // Not over the server's Unix socket: whether the password is right is still to be seen, and unix_socket would not look at it.
        client.worker().openForLogin(accountOf(), poolCapabilities(), new KnownCredentials(candidate), false,
                opening -> opened(opening, candidate));
    }

    private void relay() {
        if (!Capabilities.has(capabilities, Capabilities.PLUGIN_AUTH)) {
            client.refuse(Refusal.AUTH_NOT_SUPPORTED,
                    "Client does not support authentication protocol requested by server; consider upgrading MySQL client", sequence);
            return;
        }
        step = Step.RELAY;
        LoginRelay begun = new LoginRelay(this);
        relay = begun;
        learns = client.worker().learning().begin(accountOf());
        frontend.counters().loginRelayed();
        client.worker().openForLogin(accountOf(), poolCapabilities(), begun, false, opening -> opened(opening, null));
    }

    private void opened(Opening opening, @Nullable Credentials candidate) {
        switch (opening) {
            case Opening.Opened in -> {
                if (client.closed()) {
                    doneLearning();
                    client.worker().abandon(in.connection());
                } else {
                    learn(in.connection(), candidate);
                }
            }
            case Opening.Refused refused -> {
                if (candidate != null && candidate == accountOf().credentials()) {
                    accountOf().refused(candidate);
                } else if (refused.error().code() != WRONG_PASSWORD) {
                    // Locked, expired: that is about the account. A wrong password is only about this client.
                    accountOf().doubted();
                }
                failed(refused.error());
            }
            case Opening.Full full -> retryOrFail(full.error(), candidate);
            case Opening.Abandoned abandoned -> {
                doneLearning();
                if (candidate != null && !client.closed()) {
                    accountOf().forget(candidate);
                    relay();
                } else {
                    unreachable(abandoned.why());
                }
            }
            case Opening.Unreachable unreachable -> unreachable(unreachable.why());
        }
    }

    /** The server has no connection left although Usher kept a lane: others took it. A client that has told its password can wait; another must answer anew. */
    private void retryOrFail(ErrPacket error, @Nullable Credentials candidate) {
        doneLearning();
        if (client.closed()) {
            return;
        }
        long now = System.nanoTime();
        if (firstFull == 0) {
            firstFull = now;
        }
        if (error.code() == 1040 && now - firstFull < frontend.config().pool().waitLimit().toNanos()) {
            client.worker().loop().schedule(
                    () -> {
                        if (client.closed()) {
                            return;
                        }
                        if (candidate != null) {
                            openWith(candidate);
                        } else {
                            relay();
                        }
                    },
                    50,
                    TimeUnit.MILLISECONDS);
        } else {
            failed(error);
        }
    }

    private void doneLearning() {
        if (learns) {
            learns = false;
            client.worker().learning().end(accountOf());
        }
    }

    private void learn(ServerConnection connection, @Nullable Credentials candidate) {
        LoginRelay relayed = relay;
        Credentials learned = candidate != null ? candidate : relayed == null ? null : relayed.learned();
        Account of = accountOf();
        of.accepted();
        Credentials old = mismatch;
        if (old != null) {
            of.forget(old);
        }
        if (learned != null) {
            of.learned(learned);
            admitted(connection);
        } else if (relayed != null && relayed.nativeAnswered() && connection.greeting().mariaDb()) {
            connection.ask(Question.query("SHOW GRANTS", answer -> {
                if (answer instanceof Answer.Rows rows) {
                    for (@Nullable
                    String[] row : rows.rows()) {
                        String line = row.length > 0 ? row[0] : null;
                        NativeStoredHash hash = line == null ? null : NativeStoredHash.fromStatement(line);
                        Credentials from = hash == null ? null : relayed.learnedFrom(hash);
                        if (from != null) {
                            of.learned(from);
                            break;
                        }
                    }
                }
                admitted(connection);
            }));
        } else {
            admitted(connection);
        }
    }

    private void admitted(ServerConnection connection) {
        String schema = database;
        if (schema == null || client.closed()) {
            adopted(connection);
            return;
        }
        client.worker().openSchema(connection, schema, error -> {
            if (error == null) {
                adopted(connection);
            } else {
                client.worker().adopt(connection);
                failed(error);
            }
        });
    }

    private void adopted(ServerConnection connection) {
        doneLearning();
        if (client.closed()) {
            client.worker().abandon(connection);
            return;
        }
        // The client must count before the connection is adopted: an account that only its clients can log in keeps it for them.
        ClientSession begun = newSession();
        client.worker().adopt(connection);
        enter(begun);
    }

    private void accepted() {
        if (!client.closed()) {
            enter(newSession());
        }
    }

    private ClientSession newSession() {
        Account of = accountOf();
        Baseline baseline = of.baseline(poolCapabilities());
        if (baseline == null) {
            throw new IllegalStateException("account without a baseline");
        }
        return new ClientSession(client, of, capabilities, collation, baseline,
                attributes.getOrDefault("program_name", attributes.getOrDefault("_client_name", "")));
    }

    private void enter(ClientSession begun) {
        String schema = database;
        client.loggedIn(begun);
        if (schema == null) {
            admit(begun);
        } else {
            begun.openSchema(schema, error -> {
                if (error == null) {
                    admit(begun);
                } else {
                    failed(error);
                }
            });
        }
    }

    private void admit(ClientSession begun) {
        if (client.closed()) {
            return;
        }
        step = Step.DONE;
        stopLimit();
        frontend.counters().login();
        if (fastOkDue) {
            sendOnly(new byte[]{MORE_DATA, CachingSha2Password.FAST_OK});
        }
        ByteBuf out = client.channel().alloc().buffer(32);
        int start = Packets.begin(out, sequence);
        OkPacket.write(out, OkPacket.HEADER, 0, 0, begun.session().status(), 0, certificateProof(), Unpooled.EMPTY_BUFFER);
        client.channel().writeAndFlush(Packets.end(out, start), client.channel().voidPromise());
        if (!compression.isEmpty()) {
            client.compress(compression, zstdLevel);
        }
        begun.ready();
    }

    /** MariaDB's clients from 11.4 on trust a certificate that they can not verify if the OK proves that whoever sent it knows the password's hash. */
    private ByteBuf certificateProof() {
        Credentials known = accountOf().credentials();
        LoginRelay relayed = relay;
        if (greetingNonce.length == 0 || known == null || !client.worker().server().mariaDb()) {
            return Unpooled.EMPTY_BUFFER;
        }
        byte[] proof = known.certificateProof(relayed == null ? plugin : relayed.plugin(), greetingNonce, frontend.fingerprint());
        return proof == null ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(proof);
    }

    private void failed(ErrPacket error) {
        doneLearning();
        if (!client.closed()) {
            step = Step.DONE;
            frontend.counters().loginFailed();
            log.debug("login of {} from {} failed: {}", user, client.addressText(), error);
            client.err(error, sequence);
            client.close();
        }
    }

    private void unreachable(String why) {
        failed(new ErrPacket(Refusal.SERVER_UNREACHABLE.code(), Refusal.SERVER_UNREACHABLE.sqlState(),
                "Usher can not log in to the server: " + why));
    }

    private long poolCapabilities() {
        return capabilities & Capabilities.PER_POOL;
    }

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

    private void sendOnly(byte[] payload) {
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

    /** The client is gone. */
    void ended() {
        stopLimit();
        if (learns) {
            learns = false;
            client.worker().learning().brokenOff(accountOf());
        }
        LoginRelay running = relay;
        if (running != null && step == Step.RELAY) {
            running.abandon();
        }
        step = Step.DONE;
    }

    String user() {
        return user;
    }

    private static byte[] bytes(ByteBuf payload) {
        byte[] bytes = new byte[payload.readableBytes()];
        payload.readBytes(bytes);
        return bytes;
    }
}
