package dev.usher.admin;

import dev.usher.auth.CachingSha2Password;
import dev.usher.auth.Credentials;
import dev.usher.auth.NativePassword;
import dev.usher.auth.Verdict;
import dev.usher.tls.TlsContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Who may send admin statements: one account, whose password is known and never empty.
 *
 * @param tls for clients that ask for it
 * @param fingerprint SHA-256 of the certificate that {@code tls} shows
 */
record AdminLogin(String account, Credentials credentials, TlsContext tls, byte[] fingerprint) {
    /**
     * What the greeting announces. MariaDB's clients insist on TLS by now, and take a self-signed certificate only with the
     * proof that goes with this plugin; MySQL's, which no longer have it, ask for {@link CachingSha2Password} by themselves.
     */
    static final String FIRST_PLUGIN = NativePassword.NAME;

    /** The plugin to go on with, for a client that answered by this one: both prove the password in one packet. */
    static String pluginFor(@Nullable String clientPlugin) {
        return CachingSha2Password.NAME.equals(clientPlugin) ? CachingSha2Password.NAME : NativePassword.NAME;
    }

    /** The answer is checked for a wrong account too, so that the time taken does not tell which accounts exist. */
    boolean admits(String user, String plugin, byte[] nonce, byte[] answer) {
        boolean rightUser =
                MessageDigest.isEqual(user.getBytes(StandardCharsets.UTF_8), account.getBytes(StandardCharsets.UTF_8));
        return credentials.verify(plugin, nonce, answer) == Verdict.ACCEPTED & rightUser;
    }

    /** The message of the OK that ends a login on TLS; empty where the plugin has no proof. */
    String certificateProof(String plugin, byte[] nonce) {
        byte[] proof = credentials.certificateProof(plugin, nonce, fingerprint);
        return proof == null ? "" : new String(proof, StandardCharsets.US_ASCII);
    }
}
