package dev.usher.pool;

import dev.usher.auth.Answer;
import dev.usher.auth.CachingSha2Password;
import dev.usher.auth.Credentials;
import dev.usher.auth.ParsecPassword;
import dev.usher.auth.RsaKeyPair;
import dev.usher.auth.Sha256Password;
import dev.usher.wire.AuthSwitchRequest;
import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;
import java.util.Arrays;

/** Usher logs in by itself, with what it was told or has learned. */
public final class KnownCredentials implements AuthResponder {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int MORE_DATA = 0x01;

    private final Credentials credentials;
    private String plugin = "";
    private byte[] nonce = new byte[0];

    public KnownCredentials(Credentials credentials) {
        this.credentials = credentials;
    }

    @Override
    public FirstAnswer first(String serverPlugin, byte[] serverNonce) {
        plugin = serverPlugin;
        nonce = serverNonce;
        return credentials.answerFor(serverPlugin, serverNonce) instanceof Answer.Bytes answer
                ? new FirstAnswer(serverPlugin, answer.bytes())
                : new FirstAnswer("", new byte[0]);
    }

    @Override
    public void switched(String newPlugin, byte[] data, ToServer server) {
        plugin = newPlugin;
        nonce = AuthSwitchRequest.bare(data);
        switch (credentials.answerFor(newPlugin, nonce)) {
            case Answer.Bytes answer -> server.send(answer.bytes());
            case Answer.CannotAnswer cannot -> server.abandon(cannot.reason());
            case Answer.NeedsFullExchange full -> {
                switch (full.exchange()) {
                    case CLEAR -> clear(server);
                    case CLEAR_OR_RSA -> {
                        if (server.encrypted()) {
                            clear(server);
                        } else {
                            server.send(new byte[]{Sha256Password.REQUEST_PUBLIC_KEY});
                        }
                    }
                    case PARSEC -> server.send(new byte[0]);
                }
            }
        }
    }

    @Override
    public void more(ByteBuf payload, ToServer server) {
        byte[] data = new byte[payload.readableBytes()];
        payload.readBytes(data);
        if (plugin.equals(ParsecPassword.NAME)) {
            byte[] parameters = data.length > 0 && data[0] == MORE_DATA ? Arrays.copyOfRange(data, 1, data.length) : data;
            send(credentials.parsecAnswer(nonce, parameters, RANDOM), server);
            return;
        }
        if (data.length < 2 || data[0] != MORE_DATA) {
            server.abandon("the server's plugin " + plugin + " asks for something that is not known here");
            return;
        }
        if (data.length == 2 && data[1] == CachingSha2Password.FAST_OK) {
            return;
        }
        if (data.length == 2 && data[1] == CachingSha2Password.FULL_EXCHANGE) {
            if (server.encrypted()) {
                clear(server);
            } else {
                server.send(new byte[]{CachingSha2Password.REQUEST_PUBLIC_KEY});
            }
            return;
        }
        try {
            send(credentials.encryptedAnswer(nonce, RsaKeyPair.parsePem(Arrays.copyOfRange(data, 1, data.length))), server);
        } catch (IllegalArgumentException e) {
            server.abandon(String.valueOf(e.getMessage()));
        }
    }

    private void clear(ToServer server) {
        if (!server.encrypted()) {
            server.abandon("a password would travel in clear text: " + plugin + " needs server-tls");
            return;
        }
        send(credentials.clearAnswer(), server);
    }

    private static void send(Answer answer, ToServer server) {
        switch (answer) {
            case Answer.Bytes bytes -> server.send(bytes.bytes());
            case Answer.CannotAnswer cannot -> server.abandon(cannot.reason());
            case Answer.NeedsFullExchange full -> server.abandon("no answer of one packet for " + full.exchange());
        }
    }
}
