package dev.usher.auth;

import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is known about one account: its password, or only SHA1(pw), which suffices for {@code mysql_native_password}. Both log in to a server
 * and verify a client, without saying what they hold: nothing here is ever printed, and {@link #destroy} overwrites it.
 *
 * <p>Safe for several threads; destroyed ones answer and tell nothing.
 */
public final class Credentials {
    private enum Kind {
        PASSWORD,
        SHA1,
        DESTROYED
    }

    private final byte[] secret;
    private Kind kind;

    private Credentials(Kind kind, byte[] secret) {
        this.kind = kind;
        this.secret = secret;
    }

    /** From a password, in the bytes that the client sent or UTF-8; the array is copied. An empty one is a password too. */
    public static Credentials ofPassword(byte[] password) {
        return new Credentials(Kind.PASSWORD, password.clone());
    }

    /** From SHA1(pw); the array is copied. */
    public static Credentials ofSha1(byte[] sha1) {
        if (sha1.length != NativePassword.HASH_LENGTH) {
            throw new IllegalArgumentException("SHA1(pw) has " + sha1.length + " bytes");
        }
        return new Credentials(Kind.SHA1, sha1.clone());
    }

    /** Whether the password itself is known, and with it the answer for every plugin. */
    public synchronized boolean hasPassword() {
        return kind == Kind.PASSWORD;
    }

    /** Whether the account is known to have none. */
    public synchronized boolean emptyPassword() {
        return kind == Kind.PASSWORD && secret.length == 0;
    }

    /** The answer to a server's challenge by this plugin. The nonce may still have the NUL that ends it on the wire. */
    public synchronized Answer answerFor(String plugin, byte[] nonce) {
        if (kind == Kind.SHA1 && plugin.equals(NativePassword.NAME)) {
            return new Answer.Bytes(NativePassword.answerFromSha1(secret, nonce));
        }
        if (kind != Kind.PASSWORD) {
            return new Answer.CannotAnswer("the password is not known, which " + plugin + " needs");
        }
        return switch (plugin) {
            case NativePassword.NAME -> new Answer.Bytes(NativePassword.answer(secret, nonce));
            case CachingSha2Password.NAME -> new Answer.Bytes(CachingSha2Password.answer(secret, nonce));
            case Ed25519Password.NAME -> new Answer.Bytes(Ed25519Password.answer(secret, nonce));
            case ClearPassword.NAME -> new Answer.NeedsFullExchange(Answer.Exchange.CLEAR);
            case Sha256Password.NAME -> new Answer.NeedsFullExchange(Answer.Exchange.CLEAR_OR_RSA);
            case ParsecPassword.NAME -> new Answer.NeedsFullExchange(Answer.Exchange.PARSEC);
            default -> new Answer.CannotAnswer("the plugin " + plugin + " is not known here");
        };
    }

    /** The password and a NUL: only for a link that nobody can listen on. */
    public synchronized Answer clearAnswer() {
        return kind == Kind.PASSWORD ? new Answer.Bytes(ClearPassword.answer(secret)) : unknownPassword();
    }

    /** The password for a link that is not secret, in the full exchange of caching_sha2_password and in sha256_password. */
    public synchronized Answer encryptedAnswer(byte[] nonce, PublicKey serverKey) {
        return kind == Kind.PASSWORD
                ? new Answer.Bytes(CachingSha2Password.encryptedAnswer(secret, nonce, serverKey))
                : unknownPassword();
    }

    /** The answer to parsec's parameters; see {@link ParsecPassword#answer}. */
    public synchronized Answer parsecAnswer(byte[] nonce, byte[] parameters, SecureRandom random) {
        return kind == Kind.PASSWORD
                ? new Answer.Bytes(ParsecPassword.answer(secret, nonce, parameters, random))
                : unknownPassword();
    }

    /** Whether a client that was sent this nonce answered by this plugin with the same password. */
    public synchronized Verdict verify(String plugin, byte[] nonce, byte[] answer) {
        return switch (kind) {
            case DESTROYED -> Verdict.CANNOT_TELL;
            case SHA1 -> plugin.equals(NativePassword.NAME)
                    ? verdict(NativePassword.verify(answer, nonce, Scramble.sha1(secret)) != null)
                    : Verdict.CANNOT_TELL;
            case PASSWORD -> verifyWithPassword(plugin, nonce, answer);
        };
    }

    private Verdict verifyWithPassword(String plugin, byte[] nonce, byte[] answer) {
        return switch (plugin) {
            case NativePassword.NAME -> verdict(sameAnswer(NativePassword.answer(secret, nonce), answer));
            case CachingSha2Password.NAME -> verdict(sameAnswer(CachingSha2Password.answer(secret, nonce), answer));
            case Ed25519Password.NAME -> verdict(Ed25519Password.verify(answer, nonce, secret));
            case ClearPassword.NAME -> verdict(MessageDigest.isEqual(ClearPassword.answer(secret), answer));
            default -> Verdict.CANNOT_TELL;
        };
    }

    private static boolean sameAnswer(byte[] expected, byte[] answer) {
        return expected.length == 0 ? Scramble.isEmptyAnswer(answer) : MessageDigest.isEqual(expected, answer);
    }

    private static Verdict verdict(boolean same) {
        return same ? Verdict.ACCEPTED : Verdict.MISMATCH;
    }

    /**
     * The message with which the final OK proves to a MariaDB client that the certificate is genuine, for an account that logs in by this plugin;
     * null if it can not be computed, and for an empty password, which proves nothing. See {@link CertificateProof}.
     */
    public synchronized byte @Nullable [] certificateProof(String plugin, byte[] greetingNonce, byte[] fingerprint) {
        if (kind == Kind.DESTROYED || kind == Kind.PASSWORD && secret.length == 0) {
            return null;
        }
        byte[] hash = switch (plugin) {
            case NativePassword.NAME -> Scramble.sha1(kind == Kind.SHA1 ? secret : Scramble.sha1(secret));
            case Ed25519Password.NAME -> kind == Kind.PASSWORD ? Ed25519Password.publicKey(secret) : null;
            default -> null;
        };
        return hash == null ? null : CertificateProof.message(hash, greetingNonce, fingerprint);
    }

    /** Overwrites the secret. */
    public synchronized void destroy() {
        kind = Kind.DESTROYED;
        Arrays.fill(secret, (byte) 0);
    }

    private static Answer unknownPassword() {
        return new Answer.CannotAnswer("the password is not known");
    }

    @Override
    public String toString() {
        return "Credentials[redacted]";
    }
}
