package dev.usher.proxy;

import dev.usher.auth.CachingSha2Password;
import dev.usher.auth.Credentials;
import dev.usher.auth.NativePassword;
import dev.usher.auth.NativeStoredHash;
import dev.usher.auth.RsaKeyPair;
import dev.usher.auth.Sha256Password;
import dev.usher.pool.AuthResponder;
import dev.usher.wire.AuthSwitchRequest;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A login that the server itself decides: its challenge goes to the client, the client's answer to the server. In the full exchange of caching_sha2_password
 * Usher stands in between with its own TLS or key, so that either link may be plain or encrypted, and learns the password on the way.
 */
final class LoginRelay implements AuthResponder {
    /** Towards the client; its answers come back to {@link #answered}. */
    interface ToClient {
        void send(byte[] payload);

        /** Whether a password may travel to Usher in clear. */
        boolean encrypted();

        RsaKeyPair rsa();

        /** It has not answered in time. */
        void tooSlow();
    }

    /** No server has a plugin of this name, so that the server names the account's own and sends a fresh nonce. */
    private static final String NO_PLUGIN = "usher_relay";

    private enum Awaiting {
        NOTHING,
        ANSWER,
        FULL_ANSWER,
        ENCRYPTED_PASSWORD,
        SERVER_KEY
    }

    private final ToClient client;
    private @Nullable ToServer server;
    private Awaiting awaiting = Awaiting.NOTHING;
    private String plugin = "";
    private byte[] nonce = new byte[0];
    private byte[] answer = new byte[0];
    private byte @Nullable [] password;
    private boolean abandoned;
    private long silentSince;

    LoginRelay(ToClient client) {
        this.client = client;
    }

    @Override
    public long silentSince() {
        return silentSince;
    }

    @Override
    public void tooSilent() {
        client.tooSlow();
    }

    private void ask(byte[] payload) {
        silentSince = System.nanoTime();
        client.send(payload);
    }

    @Override
    public FirstAnswer first(String serverPlugin, byte[] serverNonce) {
        return new FirstAnswer(NO_PLUGIN, new byte[0]);
    }

    @Override
    public void switched(String newPlugin, byte[] data, ToServer to) {
        server = to;
        plugin = newPlugin;
        if (abandoned) {
            abandon();
            return;
        }
        AuthSwitchRequest request = new AuthSwitchRequest(newPlugin, data);
        nonce = request.bareNonce();
        awaiting = Awaiting.ANSWER;
        ByteBuf out = io.netty.buffer.Unpooled.buffer(64);
        request.write(out);
        ask(bytes(out));
    }

    @Override
    public void more(ByteBuf payload, ToServer to) {
        server = to;
        byte[] data = bytes(payload);
        boolean sha2 = plugin.equals(CachingSha2Password.NAME) || plugin.equals(Sha256Password.NAME);
        byte[] held = password;
        if (awaiting == Awaiting.SERVER_KEY && held != null) {
            sendEncrypted(Arrays.copyOfRange(data, 1, data.length), held, to);
        } else if (sha2 && data.length == 2 && data[1] == CachingSha2Password.FULL_EXCHANGE) {
            awaiting = Awaiting.FULL_ANSWER;
            ask(data);
        } else {
            awaiting = sha2 && data.length == 2 && data[1] == CachingSha2Password.FAST_OK ? Awaiting.NOTHING : Awaiting.ANSWER;
            ask(data);
        }
    }

    /** The client has sent a packet. */
    void answered(byte[] payload) {
        ToServer to = server;
        if (to == null || awaiting == Awaiting.NOTHING) {
            return;
        }
        silentSince = 0;
        switch (awaiting) {
            case ANSWER -> {
                if (plugin.equals(Sha256Password.NAME) && payload.length > 0) {
                    sha256Answer(payload, to);
                } else {
                    answer = payload;
                    to.send(payload);
                }
            }
            case FULL_ANSWER -> {
                if (payload.length == 1 && payload[0] == CachingSha2Password.REQUEST_PUBLIC_KEY) {
                    sendOwnKey();
                } else if (client.encrypted()) {
                    passwordKnown(CachingSha2Password.passwordFromClear(payload), to);
                } else {
                    to.abandon("a password in clear on a plain link");
                }
            }
            case ENCRYPTED_PASSWORD -> passwordKnown(CachingSha2Password.passwordFromEncrypted(payload, nonce, client.rsa()), to);
            case SERVER_KEY, NOTHING -> {
                // It is the server's turn; a client that talks out of turn is not heard.
            }
        }
    }

    private void sha256Answer(byte[] payload, ToServer to) {
        if (payload.length == 1 && payload[0] == Sha256Password.REQUEST_PUBLIC_KEY && !client.encrypted()) {
            sendOwnKey();
        } else if (client.encrypted()) {
            passwordKnown(CachingSha2Password.passwordFromClear(payload), to);
        } else {
            to.send(payload);
        }
    }

    private void sendOwnKey() {
        awaiting = Awaiting.ENCRYPTED_PASSWORD;
        silentSince = System.nanoTime();
        client.rsa().publicKeyPem().thenAccept(pem -> {
            byte[] packet = new byte[pem.length + 1];
            packet[0] = 0x01;
            System.arraycopy(pem, 0, packet, 1, pem.length);
            client.send(packet); // perhaps on the thread that has made the key
        });
    }

    private void passwordKnown(byte @Nullable [] clear, ToServer to) {
        if (clear == null) {
            to.abandon("the client's password could not be read");
            return;
        }
        password = clear;
        if (to.encrypted()) {
            awaiting = Awaiting.NOTHING;
            to.send(CachingSha2Password.clearAnswer(clear));
        } else {
            awaiting = Awaiting.SERVER_KEY;
            to.send(new byte[]{
                plugin.equals(Sha256Password.NAME) ? Sha256Password.REQUEST_PUBLIC_KEY : CachingSha2Password.REQUEST_PUBLIC_KEY});
        }
    }

    private void sendEncrypted(byte[] pem, byte[] clear, ToServer to) {
        awaiting = Awaiting.NOTHING;
        try {
            to.send(CachingSha2Password.encryptedAnswer(clear, nonce, RsaKeyPair.parsePem(pem)));
        } catch (IllegalArgumentException e) {
            to.abandon(String.valueOf(e.getMessage()));
        }
    }

    /** What the login has taught, once the server has accepted it; null if nothing. */
    @Nullable
    Credentials learned() {
        byte[] known = password;
        if (known != null) {
            return Credentials.ofPassword(known);
        }
        boolean noPassword = plugin.equals(NativePassword.NAME) && answer.length == 0
                || plugin.equals(CachingSha2Password.NAME) && (answer.length == 0 || answer.length == 1 && answer[0] == 0);
        return noPassword ? Credentials.ofPassword(new byte[0]) : null;
    }

    /** Whether the account's stored hash, were it known, would make this login an account that Usher can log in itself. */
    boolean nativeAnswered() {
        return plugin.equals(NativePassword.NAME) && answer.length > 0;
    }

    @Nullable
    Credentials learnedFrom(NativeStoredHash stored) {
        return stored.recover(nonce, answer);
    }

    /** The client is gone: the server gets a wrong answer, so that it does not count a broken handshake against Usher. */
    void abandon() {
        abandoned = true;
        ToServer to = server;
        if (to != null) {
            to.abandon("the client went away during login");
        }
    }

    String plugin() {
        return plugin;
    }

    private static byte[] bytes(ByteBuf buf) {
        byte[] bytes = new byte[buf.readableBytes()];
        buf.readBytes(bytes);
        return bytes;
    }
}
