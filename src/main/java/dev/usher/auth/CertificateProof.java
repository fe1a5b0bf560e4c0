package dev.usher.auth;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * How a MariaDB server proves that its self-signed certificate is its own: only somebody who knows the account's stored hash can
 * compute SHA256(hash, nonce, SHA256(certificate in DER)). It is the whole message of the OK that ends the login, behind a byte 0x01 that
 * names SHA-256. Servers from 11.4 on send it at every login with a password, to any client, and without TLS
 * too. Connector/C 3.4 and Connector/J 4.0 insist on it when they verify TLS and have no CA that vouches for the certificate.
 *
 * <p>The definition is the one that clients check: {@code run_plugin_auth} in Connector/C's {@code plugins/auth/my_auth.c} (compares
 * upper-case hexadecimal, byte by byte) and {@code validateFingerPrint} in Connector/J's {@code StandardClient}. In both the nonce is
 * the greeting's, 20 bytes, also when another plugin was switched to; only for mysql_native_password does Connector/C take the nonce of
 * the AuthSwitchRequest, so a server that switches to that plugin has to repeat the greeting's nonce.
 */
public final class CertificateProof {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private CertificateProof() {}

    /**
     * The OK packet's message.
     *
     * @param pluginHash what the account's plugin stores, in binary: SHA1(SHA1(pw)) for mysql_native_password, the public key for ed25519
     * @param greetingNonce the 20 bytes of the greeting
     * @param fingerprint SHA-256 of the certificate in DER
     */
    public static byte[] message(byte[] pluginHash, byte[] greetingNonce, byte[] fingerprint) {
        byte[] proof = Scramble.sha256(pluginHash, Scramble.nonce(greetingNonce), fingerprint);
        return ('\1' + HEX.formatHex(proof)).getBytes(StandardCharsets.US_ASCII);
    }
}
