package dev.usher.auth;

import java.security.PublicKey;

/**
 * {@code sha256_password}, the client's side: there is no fast answer, the password itself goes to the server, as in the full exchange of
 * {@link CachingSha2Password} but with another byte to ask for the key. Follows "Sha256 Authentication" in the MySQL protocol documentation.
 */
public final class Sha256Password {
    /** Name of the plugin on the wire and in SQL. */
    public static final String NAME = "sha256_password";
    /** From the client: send me your public key. */
    public static final byte REQUEST_PUBLIC_KEY = 0x01;

    private Sha256Password() {}

    /** The password and a NUL: only for a link that nobody can listen on. */
    public static byte[] clearAnswer(byte[] password) {
        return Scramble.terminated(password);
    }

    /** The answer for a link that is not secret; see {@link CachingSha2Password#encryptedAnswer}. An empty password travels as a NUL. */
    public static byte[] encryptedAnswer(byte[] password, byte[] nonce, PublicKey serverKey) {
        return password.length == 0 ? new byte[1] : CachingSha2Password.encryptedAnswer(password, nonce, serverKey);
    }
}
