package dev.usher.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * The RSA key with which clients on plain links encrypt their password for Usher. It is made in memory when the first of them asks for it, as most never
 * do, and never stored: they ask at each login, so nothing depends on its lasting. RSA-OAEP with SHA-1 and MGF1 is what the protocol prescribes.
 */
public final class RsaKeyPair {
    private static final String OAEP = "RSA/ECB/OAEPWithSHA-1AndMGF1Padding";
    private static final int BITS = 2048;
    private static final int OAEP_OVERHEAD = 42;
    private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
    private static final String END = "-----END PUBLIC KEY-----";

    private final Executor executor;
    private final AtomicBoolean wanted = new AtomicBoolean();
    private final CompletableFuture<KeyPair> keys = new CompletableFuture<>();

    /** @param executor makes the key, on another thread than the one that asks: it takes 50 to 500 ms */
    public RsaKeyPair(Executor executor) {
        this.executor = executor;
    }

    /** The public key as MySQL sends it: PEM, lines of 64 characters, each ended by one line feed. */
    public CompletableFuture<byte[]> publicKeyPem() {
        if (wanted.compareAndSet(false, true)) {
            keys.completeAsync(RsaKeyPair::newKeyPair, executor);
        }
        return keys.thenApply(made -> pem(made.getPublic()));
    }

    private static byte[] pem(PublicKey key) {
        String body = Base64.getMimeEncoder(64, new byte[]{'\n'}).encodeToString(key.getEncoded());
        return (BEGIN + "\n" + body + "\n" + END + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * A server's public key from the PEM text that it sent.
     *
     * @throws IllegalArgumentException if that is not an RSA key in PEM
     */
    public static PublicKey parsePem(byte[] pem) {
        String text = new String(pem, StandardCharsets.US_ASCII).strip();
        if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
            throw new IllegalArgumentException("the server's RSA key is not a PEM public key");
        }
        byte[] der = Base64.getMimeDecoder().decode(text.substring(BEGIN.length(), text.length() - END.length()));
        try {
            return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the server's RSA key can not be read", e);
        }
    }

    static byte[] encrypt(byte[] message, PublicKey key) {
        if (key instanceof RSAPublicKey rsa && message.length > rsa.getModulus().bitLength() / 8 - OAEP_OVERHEAD) {
            throw new IllegalArgumentException("the password is too long for the server's RSA key");
        }
        try {
            Cipher cipher = Cipher.getInstance(OAEP);
            cipher.init(Cipher.ENCRYPT_MODE, key);
            return cipher.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the password can not be encrypted with the server's RSA key", e);
        }
    }

    /** What was encrypted for this key, or null if this was not. Says nothing about the reason, which would help a guesser. */
    byte @Nullable [] decrypt(byte[] encrypted) {
        if (!keys.isDone()) {
            return null; // nobody has been told the key
        }
        try {
            Cipher cipher = Cipher.getInstance(OAEP);
            cipher.init(Cipher.DECRYPT_MODE, keys.join().getPrivate());
            return cipher.doFinal(encrypted);
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    private static KeyPair newKeyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(BITS);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("RSA is missing from this Java runtime", e);
        }
    }
}
