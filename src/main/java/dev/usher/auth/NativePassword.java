package dev.usher.auth;

import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * {@code mysql_native_password}: answer = SHA1(pw) XOR SHA1(nonce, SHA1(SHA1(pw))), and an empty answer for an empty password.
 *
 * <p>Whoever holds SHA1(pw) can log in; whoever holds the stored SHA1(SHA1(pw)) can verify, and gets SHA1(pw) from the first right answer.
 * Follows "Native Authentication" in the MySQL protocol documentation.
 */
public final class NativePassword {
    /** Name of the plugin on the wire and in SQL. */
    public static final String NAME = "mysql_native_password";

    static final int HASH_LENGTH = 20;
    private static final byte[] EMPTY = new byte[0];

    private NativePassword() {}

    /** SHA1(pw), with which one can log in. */
    public static byte[] sha1(byte[] password) {
        return Scramble.sha1(password);
    }

    /** The answer for a password, in the client's own encoding of it. */
    public static byte[] answer(byte[] password, byte[] nonce) {
        return password.length == 0 ? EMPTY : answerFromSha1(sha1(password), nonce);
    }

    /** The answer of somebody who knows only SHA1(pw). */
    public static byte[] answerFromSha1(byte[] sha1, byte[] nonce) {
        return Scramble.xor(sha1, Scramble.sha1(Scramble.nonce(nonce), Scramble.sha1(sha1)));
    }

    /**
     * SHA1(pw) if the answer was made with the password whose stored hash this is, else null. Takes the same time either way.
     *
     * @param stage2Hash SHA1(SHA1(pw)), the 20 bytes that the server stores in hexadecimal
     */
    public static byte @Nullable [] verify(byte[] answer, byte[] nonce, byte[] stage2Hash) {
        if (answer.length != HASH_LENGTH || stage2Hash.length != HASH_LENGTH) {
            return null;
        }
        byte[] sha1 = Scramble.xor(answer, Scramble.sha1(Scramble.nonce(nonce), stage2Hash));
        return MessageDigest.isEqual(Scramble.sha1(sha1), stage2Hash) ? sha1 : null;
    }
}
