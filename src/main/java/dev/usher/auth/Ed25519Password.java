package dev.usher.auth;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import org.mariadb.jdbc.plugin.authentication.standard.ed25519.math.ed25519.Ed25519ScalarOps;
import org.mariadb.jdbc.plugin.authentication.standard.ed25519.spec.EdDSANamedCurveTable;
import org.mariadb.jdbc.plugin.authentication.standard.ed25519.spec.EdDSAParameterSpec;

/**
 * {@code client_ed25519}: an Ed25519 signature of the 32-byte nonce, with SHA512(pw) in the place of SHA512(seed).
 *
 * <p>RFC 8032 keys are hashes of a 32-byte seed, and the JDK takes only seeds; this plugin hashes the password, of any length. So the
 * signature is put together here, step by step as in RFC 8032, section 5.1.6, over the curve arithmetic of MariaDB Connector/J, whose own
 * plugin does the same but is bound to its sockets. Verification needs no such thing and is the JDK's.
 */
public final class Ed25519Password {
    /** Name of the client plugin on the wire; in SQL the server's half is called {@code ed25519}. */
    public static final String NAME = "client_ed25519";
    /** Bytes in the nonce of this plugin. */
    public static final int NONCE_LENGTH = 32;

    private static final EdDSAParameterSpec CURVE = EdDSANamedCurveTable.getByName("Ed25519");
    private static final Ed25519ScalarOps SCALARS = new Ed25519ScalarOps();

    private Ed25519Password() {}

    /** The answer for a password: 64 bytes. */
    public static byte[] answer(byte[] password, byte[] nonce) {
        byte[] expanded = expand(password);
        byte[] publicKey = publicKeyOf(expanded);
        byte[] prefix = Arrays.copyOfRange(expanded, 32, 64);
        byte[] r = SCALARS.reduce(Scramble.digest("SHA-512", prefix, nonce));
        byte[] encodedR = CURVE.getB().scalarMultiply(r).toByteArray();
        byte[] k = SCALARS.reduce(Scramble.digest("SHA-512", encodedR, publicKey, nonce));
        byte[] s = SCALARS.multiplyAndAdd(k, expanded, r);
        byte[] signature = Arrays.copyOf(encodedR, 64);
        System.arraycopy(s, 0, signature, 32, 32);
        return signature;
    }

    /** The public key of a password, 32 bytes: what the server stores, in base64 without padding. */
    public static byte[] publicKey(byte[] password) {
        return publicKeyOf(expand(password));
    }

    /** Whether the answer to this nonce was made with this password. */
    public static boolean verify(byte[] answer, byte[] nonce, byte[] password) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(KeyFactory.getInstance("Ed25519")
                    .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point(publicKey(password)))));
            signature.update(nonce);
            return signature.verify(answer);
        } catch (GeneralSecurityException e) {
            return false; // not a signature at all, for instance of the wrong length
        }
    }

    private static byte[] expand(byte[] password) {
        byte[] expanded = Scramble.digest("SHA-512", password);
        expanded[0] &= (byte) 0xF8;
        expanded[31] &= 0x3F;
        expanded[31] |= 0x40;
        return expanded;
    }

    private static byte[] publicKeyOf(byte[] expanded) {
        return CURVE.getB().scalarMultiply(Arrays.copyOf(expanded, 32)).toByteArray();
    }

    /** Little-endian y with the sign of x in the highest bit, as RFC 8032 encodes a point. */
    private static EdECPoint point(byte[] encoded) {
        byte[] y = new byte[encoded.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = encoded[encoded.length - 1 - i];
        }
        boolean xIsOdd = (y[0] & 0x80) != 0;
        y[0] &= 0x7F;
        return new EdECPoint(xIsOdd, new BigInteger(1, y));
    }
}
