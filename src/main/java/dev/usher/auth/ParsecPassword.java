package dev.usher.auth;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * {@code parsec} (MariaDB 11.6 and later), the client's side. The server sends a nonce of 32 bytes, the client an empty packet, the server its
 * parameters ('P', a cost factor, a salt), and the client 32 random bytes and the Ed25519 signature of both nonces. The key's seed is
 * PBKDF2-HMAC-SHA512 of the password with 1024 &lt;&lt; factor rounds. Follows "parsec plugin" in MariaDB's protocol documentation.
 */
public final class ParsecPassword {
    /** Name of the plugin on the wire and in SQL. */
    public static final String NAME = "parsec";

    private static final int NONCE_LENGTH = 32;
    private static final int SEED_BITS = 256;
    /**
     * Servers know factors 0 to 3. More is refused, as MariaDB Connector/C does, because the server is not yet known to be the right one
     * when it asks for this work.
     */
    private static final int MAX_FACTOR = 3;

    private ParsecPassword() {}

    /**
     * The answer to the server's parameters. Takes about a millisecond per 1024 rounds: not for an event loop with many other clients.
     *
     * @param nonce the 32 bytes that the server sent first
     * @param parameters the packet with which it answered the empty one, without the 0x01 that may come in front
     * @throws IllegalArgumentException if the server's packets are not what this plugin sends, or the password is not UTF-8
     */
    public static byte[] answer(byte[] password, byte[] nonce, byte[] parameters, SecureRandom random) {
        byte[] clientNonce = new byte[NONCE_LENGTH];
        random.nextBytes(clientNonce);
        return answer(password, nonce, parameters, clientNonce);
    }

    static byte[] answer(byte[] password, byte[] nonce, byte[] parameters, byte[] clientNonce) {
        if (nonce.length != NONCE_LENGTH || parameters.length < 3 || parameters[0] != 'P') {
            throw new IllegalArgumentException("the server's parsec packets can not be read");
        }
        int factor = parameters[1] & 0xFF;
        if (factor > MAX_FACTOR) {
            throw new IllegalArgumentException("the server asks for parsec factor " + factor + ", more than " + MAX_FACTOR);
        }
        byte[] salt = Arrays.copyOfRange(parameters, 2, parameters.length);
        byte[] signature = sign(seed(password, salt, 1024 << factor), nonce, clientNonce);
        byte[] answer = Arrays.copyOf(clientNonce, NONCE_LENGTH + signature.length);
        System.arraycopy(signature, 0, answer, NONCE_LENGTH, signature.length);
        return answer;
    }

    private static byte[] seed(byte[] password, byte[] salt, int rounds) {
        char[] characters = characters(password);
        PBEKeySpec spec = new PBEKeySpec(characters, salt, rounds, SEED_BITS);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(spec).getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("PBKDF2 is missing from this Java runtime", e);
        } finally {
            spec.clearPassword();
            Arrays.fill(characters, '\0');
        }
    }

    /** The JDK's PBKDF2 wants characters and encodes them as UTF-8 again. */
    private static char[] characters(byte[] password) {
        try {
            CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(password));
            char[] characters = Arrays.copyOfRange(decoded.array(), decoded.arrayOffset(), decoded.limit());
            Arrays.fill(decoded.array(), '\0');
            return characters;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a password for parsec has to be UTF-8", e);
        }
    }

    private static byte[] sign(byte[] seed, byte[] nonce, byte[] clientNonce) {
        try {
            PrivateKey key = KeyFactory.getInstance("Ed25519").generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(nonce);
            signature.update(clientNonce);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 is missing from this Java runtime", e);
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }
}
