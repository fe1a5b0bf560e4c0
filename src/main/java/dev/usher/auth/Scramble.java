package dev.usher.auth;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The arithmetic that the scrambles of several plugins share. */
final class Scramble {
    /** Length in bytes of the nonce in the greeting and in an AuthSwitchRequest, without the NUL that follows it there. */
    static final int NONCE_LENGTH = 20;

    private Scramble() {}

    /** Digest of the concatenated parts; {@code algorithm} is one that every Java runtime has. */
    static byte[] digest(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(algorithm + " is missing from this Java runtime", e);
        }
    }

    static byte[] sha1(byte[]... parts) {
        return digest("SHA-1", parts);
    }

    static byte[] sha256(byte[]... parts) {
        return digest("SHA-256", parts);
    }

    /** {@code data} XOR {@code pad}, the pad repeated as often as needed. */
    static byte[] xor(byte[] data, byte[] pad) {
        byte[] result = new byte[data.length];
        for (int i = 0; i < data.length; i++) {
            result[i] = (byte) (data[i] ^ pad[i % pad.length]);
        }
        return result;
    }

    /**
     * The 20 bytes that are hashed. The NUL that ends the nonce on the wire may still be there.
     *
     * @throws IllegalArgumentException if it is neither 20 bytes nor 20 and a NUL
     */
    static byte[] nonce(byte[] nonce) {
        if (nonce.length == NONCE_LENGTH) {
            return nonce;
        }
        if (nonce.length == NONCE_LENGTH + 1 && nonce[NONCE_LENGTH] == 0) {
            return Arrays.copyOf(nonce, NONCE_LENGTH);
        }
        throw new IllegalArgumentException("a nonce of " + nonce.length + " bytes instead of " + NONCE_LENGTH);
    }

    /** Whether a client says with this answer that it has no password. libmysqlclient sends a NUL where others send nothing. */
    static boolean isEmptyAnswer(byte[] answer) {
        return answer.length == 0 || answer.length == 1 && answer[0] == 0;
    }

    /** The password as the plugins send it in clear: with a NUL after it. */
    static byte[] terminated(byte[] password) {
        return Arrays.copyOf(password, password.length + 1);
    }
}
