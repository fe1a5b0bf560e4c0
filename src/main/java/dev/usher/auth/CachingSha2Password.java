package dev.usher.auth;

import java.security.MessageDigest;
import java.security.PublicKey;
import org.jspecify.annotations.Nullable;

/**
 * {@code caching_sha2_password}: answer = SHA256(pw) XOR SHA256(SHA256(SHA256(pw)), nonce), and nothing for an empty password.
 *
 * <p>After a server's {@link #FULL_EXCHANGE} the client sends the password itself: with a NUL on a link that is already secret, else encrypted
 * with the server's RSA key, which {@link #REQUEST_PUBLIC_KEY} asks for. The constants are single bytes of the authentication packets; those
 * of the server follow the 0x01 that marks more data. Follows "Caching_sha2_password information" in the MySQL protocol documentation.
 */
public final class CachingSha2Password {
    /** Name of the plugin on the wire and in SQL. */
    public static final String NAME = "caching_sha2_password";
    /** From the client: send me your public key. */
    public static final byte REQUEST_PUBLIC_KEY = 0x02;
    /** From the server: the answer was right, OK follows. */
    public static final byte FAST_OK = 0x03;
    /** From the server: send the password. */
    public static final byte FULL_EXCHANGE = 0x04;

    private static final byte[] EMPTY = new byte[0];

    private CachingSha2Password() {}

    /** The fast answer for a password. */
    public static byte[] answer(byte[] password, byte[] nonce) {
        return password.length == 0 ? EMPTY : answerFromSha256(Scramble.sha256(password), nonce);
    }

    /** The fast answer of somebody who knows only SHA256(pw). */
    public static byte[] answerFromSha256(byte[] sha256, byte[] nonce) {
        return Scramble.xor(sha256, Scramble.sha256(Scramble.sha256(sha256), Scramble.nonce(nonce)));
    }

    /**
     * SHA256(pw) if the answer was made with the password whose double hash this is, else null. Takes the same time either way.
     *
     * @param stage2Hash SHA256(SHA256(pw)), what a server keeps in its cache
     */
    public static byte @Nullable [] verify(byte[] answer, byte[] nonce, byte[] stage2Hash) {
        if (answer.length != stage2Hash.length) {
            return null;
        }
        byte[] sha256 = Scramble.xor(answer, Scramble.sha256(stage2Hash, Scramble.nonce(nonce)));
        return MessageDigest.isEqual(Scramble.sha256(sha256), stage2Hash) ? sha256 : null;
    }

    /** The password and a NUL: only for a link that nobody can listen on. */
    public static byte[] clearAnswer(byte[] password) {
        return Scramble.terminated(password);
    }

    /**
     * The full answer for a link that is not secret.
     *
     * @throws IllegalArgumentException if the password is too long for the key: 213 bytes at 2048 bits
     */
    public static byte[] encryptedAnswer(byte[] password, byte[] nonce, PublicKey serverKey) {
        return RsaKeyPair.encrypt(Scramble.xor(Scramble.terminated(password), Scramble.nonce(nonce)), serverKey);
    }

    /** The password in a full answer that came over a secret link; null if no NUL ends it. */
    public static byte @Nullable [] passwordFromClear(byte[] answer) {
        return ClearPassword.password(answer);
    }

    /** The password in a full answer that was encrypted with our key for this nonce; null if it was not. */
    public static byte @Nullable [] passwordFromEncrypted(byte[] answer, byte[] nonce, RsaKeyPair ourKey) {
        byte[] masked = ourKey.decrypt(answer);
        return masked == null ? null : ClearPassword.password(Scramble.xor(masked, Scramble.nonce(nonce)));
    }
}
