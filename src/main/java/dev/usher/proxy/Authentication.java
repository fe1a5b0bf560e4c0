package dev.usher.proxy;

import dev.usher.auth.CachingSha2Password;
import dev.usher.auth.ClearPassword;
import dev.usher.auth.Credentials;
import dev.usher.auth.NativePassword;
import dev.usher.auth.Verdict;
import dev.usher.config.AccountConfig;
import dev.usher.config.Cidr;
import dev.usher.error.Refusal;
import dev.usher.pool.Account;
import dev.usher.pool.KnownCredentials;
import dev.usher.pool.Opening;
import dev.usher.pool.RequiredLink;
import dev.usher.pool.ServerConnection;
import dev.usher.pool.Worker;
import dev.usher.wire.AuthSwitchRequest;
import dev.usher.wire.Capabilities;
import dev.usher.wire.ErrPacket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a client may log in. There are three ways: an account whose credentials are known is verified here, and the server confirms now and then that they still
 * hold; one whose password the client will give is asked for it, and logged in to the server with it; any other login is relayed to the server. A mismatch with
 * what is known is relayed too: the password may have changed, and it is the server that decides. What follows is {@link Admission}.
 */
final class Authentication {
    private static final Logger log = LoggerFactory.getLogger(Authentication.class);
    private static final int MORE_DATA = 0x01;
    private static final int WRONG_PASSWORD = 1045;

    /** What the next packet of the client's is. */
    private enum Expected {
        NOTHING,
        /** The answer to an AuthSwitchRequest of Usher's. */
        ANSWER,
        /** The password, in clear on TLS, or a request for the key. */
        PASSWORD,
        ENCRYPTED_PASSWORD,
        /** Something for the server. */
        RELAYED
    }

    private final ClientLogin login;
    private final ClientConnection client;
    private final Frontend frontend;
    private final Worker worker;
    private final LoginRequest request;
    private final byte[] greetingNonce;
    private Account account;
    private Expected expected = Expected.NOTHING;
    private String plugin;
    private byte[] nonce;
    private @Nullable LoginRelay relay;
    private boolean switchedOnce;
    private boolean fastOkDue;
    private long firstFull;
    private boolean learns;
    private boolean waitedForOthers;
    private boolean over;
    /** What was known about the account and did not fit the client's answer. */
    private @Nullable Credentials mismatch;

    /** @param nonce of the greeting; empty for COM_CHANGE_USER */
    Authentication(ClientLogin login, ClientConnection client, LoginRequest request, byte[] nonce) {
        this.login = login;
        this.client = client;
        this.frontend = client.frontend();
        this.worker = client.worker();
        this.request = request;
        this.greetingNonce = nonce;
        this.nonce = nonce;
        this.plugin = request.plugin();
        this.account = worker.accounts().find(request.user());
    }

    LoginRequest request() {
        return request;
    }

    /** @param answer to the greeting's nonce, with the request's plugin */
    void begin(byte[] answer) {
        if (allowedFrom()) {
            authenticate(answer);
        }
    }

    /** COM_CHANGE_USER, for which there is no answer yet. */
    void beginChange() {
        if (!allowedFrom()) {
            return;
        }
        Credentials known = account.credentials();
        if (known != null || plugin.equals(CachingSha2Password.NAME)) {
            switchTo(known != null && !known.hasPassword() ? NativePassword.NAME : plugin);
        } else {
            relay();
        }
    }

    private boolean allowedFrom() {
        for (AccountConfig each : frontend.config().accounts()) {
            if (each.user().equals(request.user()) && !Cidr.allows(each.allowFrom(), from())) {
                frontend.counters().loginFailed();
                log.info("account {} refused from {}: allow-from", request.user(), client.addressText());
                login.refuse(Refusal.ACCESS_DENIED, accessDenied("YES"));
                return false;
            }
        }
        return true;
    }

    private InetAddress from() {
        return client.address() instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress()
                : InetAddress.getLoopbackAddress(); // over a Unix socket
    }

    private String accessDenied(String usingPassword) {
        return "Access denied for user '" + request.user() + "'@'" + from().getHostAddress() + "' (using password: " + usingPassword + ")";
    }

    /** The client's next packet. */
    void answered(byte[] payload) {
        switch (expected) {
            case ANSWER -> authenticate(payload);
            case PASSWORD -> password(payload);
            case ENCRYPTED_PASSWORD -> passwordKnown(CachingSha2Password.passwordFromEncrypted(payload, nonce, frontend.rsa()));
            case RELAYED -> {
                LoginRelay running = relay;
                if (running != null) {
                    running.answered(payload);
                }
            }
            case NOTHING -> login.refuse(Refusal.OUT_OF_ORDER, "Got packets out of order");
        }
    }

    private void authenticate(byte[] answer) {
        Credentials known = account.credentials();
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
            expected = Expected.RELAYED;
        } else if (plugin.equals(CachingSha2Password.NAME) && answer.length > 1 && (client.confidential() || request.fetchesKey())) {
            expected = Expected.PASSWORD;
            login.send(new byte[]{MORE_DATA, CachingSha2Password.FULL_EXCHANGE});
        } else {
            relay();
        }
    }

    /** Once only: whoever logs in to the same account just now may be silent, and must cost nobody more than a moment. */
    private boolean waitsForOthers(Runnable then) {
        if (waitedForOthers) {
            return false;
        }
        waitedForOthers = worker.logins().learning().join(account, then);
        return waitedForOthers;
    }

    /** Somebody else's login to the same account is over, and what it taught may serve here. */
    private void authenticateAgain(byte[] answer) {
        if (!client.closed()) {
            account = worker.accounts().find(request.user());
            authenticate(answer);
        }
    }

    private void switchTo(String newPlugin) {
        if (!request.has(Capabilities.PLUGIN_AUTH)) {
            relay();
            return;
        }
        switchedOnce = true;
        plugin = newPlugin;
        nonce = frontend.nonce();
        ByteBuf out = Unpooled.buffer(64);
        new AuthSwitchRequest(newPlugin, Arrays.copyOf(nonce, nonce.length + 1)).write(out);
        expected = Expected.ANSWER;
        login.send(ByteBufUtil.getBytes(out));
    }

    // ---- the client tells its password ----

    private void password(byte[] payload) {
        if (payload.length == 1 && payload[0] == CachingSha2Password.REQUEST_PUBLIC_KEY) {
            expected = Expected.ENCRYPTED_PASSWORD;
            frontend.rsa().publicKeyPem().thenAccept(pem -> worker.loop().execute(() -> {
                byte[] packet = new byte[pem.length + 1];
                packet[0] = MORE_DATA;
                System.arraycopy(pem, 0, packet, 1, pem.length);
                login.send(packet);
            }));
        } else if (client.confidential()) {
            passwordKnown(CachingSha2Password.passwordFromClear(payload));
        } else {
            login.refuse(Refusal.BAD_HANDSHAKE, "Bad handshake");
        }
    }

    /** The server says whether it is right. */
    private void passwordKnown(byte @Nullable [] password) {
        if (password == null) {
            login.refuse(Refusal.BAD_HANDSHAKE, "Bad handshake");
            return;
        }
        expected = Expected.RELAYED;
        tryPassword(password);
    }

    private void tryPassword(byte[] password) {
        if (client.closed()) {
            return;
        }
        account = worker.accounts().find(request.user());
        Credentials known = account.credentials();
        if (known != null && known.verify(ClearPassword.NAME, nonce, ClearPassword.answer(password)) == Verdict.ACCEPTED) {
            verified(known);
        } else if (!waitsForOthers(() -> tryPassword(password))) {
            openWith(Credentials.ofPassword(password));
        }
    }

    // ---- Usher verifies, the server confirms ----

    /** Usher has verified the client. The server must have confirmed the account lately. */
    private void verified(Credentials known) {
        String wanted = request.database();
        // Only the server can say whether the account may use a schema, and a login must not wait for a lease to ask.
        long ttl = frontend.config().pool().credentialTtl().toNanos();
        String unknown = wanted == null || account.mayUse(wanted, ttl) ? null : wanted;
        if (unknown == null && account.confirmed(System.nanoTime(), ttl)
                && account.current(request.poolCapabilities(), worker.server())) {
            accepted();
            return;
        }
        expected = Expected.RELAYED;
        worker.logins().confirm(account, request.poolCapabilities(), known, unknown, opening -> {
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

    private void accepted() {
        if (!client.closed()) {
            admission(null).enter();
        }
    }

    // ---- the server decides ----

    private void openWith(Credentials candidate) {
        learns = worker.logins().learning().begin(account);
        // Not over the server's Unix socket: whether the password is right is still to be seen, and unix_socket would not look at it.
        worker.logins().open(account, request.poolCapabilities(), new KnownCredentials(candidate), false,
                opening -> opened(opening, candidate));
    }

    private void relay() {
        if (!request.has(Capabilities.PLUGIN_AUTH)) {
            login.refuse(Refusal.AUTH_NOT_SUPPORTED,
                    "Client does not support authentication protocol requested by server; consider upgrading MySQL client");
            return;
        }
        expected = Expected.RELAYED;
        LoginRelay begun = new LoginRelay(login);
        relay = begun;
        learns = worker.logins().learning().begin(account);
        frontend.counters().loginRelayed();
        worker.logins().open(account, request.poolCapabilities(), begun, false, opening -> opened(opening, null));
    }

    private void opened(Opening opening, @Nullable Credentials candidate) {
        switch (opening) {
            case Opening.Opened in -> {
                if (client.closed()) {
                    doneLearning();
                    worker.logins().abandon(in.connection());
                } else {
                    letIn(in.connection(), candidate);
                }
            }
            case Opening.Refused refused -> {
                if (candidate != null && candidate == account.credentials()) {
                    account.refused(candidate);
                } else if (refused.error().code() != WRONG_PASSWORD) {
                    // Locked, expired: that is about the account. A wrong password is only about this client.
                    account.doubted();
                }
                failed(refused.error());
            }
            case Opening.Full full -> retryOrFail(full.error(), candidate);
            case Opening.Abandoned abandoned -> {
                doneLearning();
                if (candidate != null && !client.closed()) {
                    account.forget(candidate);
                    relay();
                } else {
                    unreachable(abandoned.why());
                }
            }
            case Opening.Unreachable unreachable -> unreachable(unreachable.why());
        }
    }

    private void letIn(ServerConnection connection, @Nullable Credentials candidate) {
        account.accepted();
        Credentials old = mismatch;
        if (old != null) {
            account.forget(old);
        }
        admission(relay).learn(connection, candidate);
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
            worker.loop().schedule(() -> {
                if (client.closed()) {
                    return;
                }
                if (candidate != null) {
                    openWith(candidate);
                } else {
                    relay();
                }
            }, 50, TimeUnit.MILLISECONDS);
        } else {
            failed(error);
        }
    }

    // ---- the end ----

    /** Refuses a client whose link the server would not have taken: it has seen Usher's. */
    boolean linkIsEnough() {
        RequiredLink required = account.requiredLink();
        if (required.metBy(client.tls(), client.confidential())) {
            return true;
        }
        log.info("account {} refused from {}: its link has no TLS", request.user(), client.addressText());
        Credentials known = account.credentials();
        failed(required == RequiredLink.TLS
                ? new ErrPacket(WRONG_PASSWORD, "28000", accessDenied(known != null && known.emptyPassword() ? "NO" : "YES"))
                : new ErrPacket(Refusal.INSECURE_TRANSPORT.code(),
                        worker.server().mariaDb() ? "08004" : Refusal.INSECURE_TRANSPORT.sqlState(),
                        "Connections using insecure transport are prohibited while --require_secure_transport=ON."));
        return false;
    }

    private Admission admission(@Nullable LoginRelay relayed) {
        return new Admission(this, login, client, request, account, relayed);
    }

    /** Sends what the client's plugin expects in front of the OK. */
    void beforeOk() {
        over = true;
        if (fastOkDue) {
            login.sendOnly(new byte[]{MORE_DATA, CachingSha2Password.FAST_OK});
        }
    }

    /** MariaDB's clients from 11.4 on trust a certificate that they can not verify if the OK proves that whoever sent it knows the password's hash. */
    ByteBuf certificateProof() {
        Credentials known = account.credentials();
        LoginRelay relayed = relay;
        if (greetingNonce.length == 0 || known == null || !worker.server().mariaDb()) {
            return Unpooled.EMPTY_BUFFER;
        }
        byte[] proof = known.certificateProof(relayed == null ? plugin : relayed.plugin(), greetingNonce, frontend.fingerprint());
        return proof == null ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(proof);
    }

    void failed(ErrPacket error) {
        doneLearning();
        if (!client.closed()) {
            over = true;
            login.fail(error);
        }
    }

    private void unreachable(String why) {
        failed(new ErrPacket(Refusal.SERVER_UNREACHABLE.code(), Refusal.SERVER_UNREACHABLE.sqlState(),
                "Usher can not log in to the server: " + why));
    }

    /** Others who wait for what this login teaches need wait no longer. */
    void doneLearning() {
        if (learns) {
            learns = false;
            worker.logins().learning().end(account);
        }
    }

    /** The client is gone. */
    void ended() {
        if (learns) {
            learns = false;
            worker.logins().learning().brokenOff(account);
        }
        LoginRelay running = relay;
        if (running != null && !over) {
            running.abandon();
        }
    }
}
