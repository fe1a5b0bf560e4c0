package dev.usher.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The expected values were computed apart from this code, with Python's hashlib and cryptography, or stand in MariaDB's documentation. */
class KnownAnswersTest {
    private static final byte[] PASSWORD = "correct horse".getBytes(UTF_8);
    private static final byte[] NONCE = count(1, 20);

    @Test
    void nativeAnswer() {
        assertThat(hex(NativePassword.answer(PASSWORD, NONCE))).isEqualTo("85cbaea93f89ea1664bbfdce6ce1af4f0f4a9f88");
    }

    @Test
    void nonceMayKeepTheNulThatEndsItOnTheWire() {
        byte[] onTheWire = Arrays.copyOf(NONCE, 21);
        assertThat(NativePassword.answer(PASSWORD, onTheWire)).isEqualTo(NativePassword.answer(PASSWORD, NONCE));
        assertThatThrownBy(() -> NativePassword.answer(PASSWORD, new byte[8])).hasMessageContaining("8 bytes");
    }

    @Test
    void cachingSha2FastAnswer() {
        assertThat(hex(CachingSha2Password.answer(PASSWORD, NONCE)))
                .isEqualTo("f16e4bdf1fbf64d96bba0a87b408b36ba19739c0313d446bba6b4165c13c40fc");
    }

    @Test
    void cachingSha2AnswerYieldsTheHashThatAnswersAgain() {
        byte[] sha256 = Scramble.sha256(PASSWORD);
        byte[] stored = Scramble.sha256(sha256);
        assertThat(CachingSha2Password.verify(CachingSha2Password.answer(PASSWORD, NONCE), NONCE, stored)).isEqualTo(sha256);
        assertThat(CachingSha2Password.verify(CachingSha2Password.answer(PASSWORD, NONCE), count(2, 20), stored)).isNull();
        assertThat(CachingSha2Password.verify(new byte[0], NONCE, stored)).isNull();
    }

    @Test
    void ed25519PublicKeyIsWhatMariaDbStoresForThisPassword() {
        assertThat(storedEd25519("secret")).isEqualTo("ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY");
        assertThat(storedEd25519("MySup8%rPassw@ord")).isEqualTo("6aW9C7ENlasUfymtfMvMZZtnkCVlcb1ssxOLJ0kj/AA");
    }

    @Test
    void parsecAnswer() {
        byte[] parameters = new byte[20];
        parameters[0] = 'P';
        parameters[1] = 1;
        System.arraycopy(count(0, 18), 0, parameters, 2, 18);
        byte[] clientNonce = count(100, 32);
        assertThat(hex(ParsecPassword.answer(PASSWORD, count(0, 32), parameters, clientNonce)))
                .isEqualTo(hex(clientNonce)
                        + "04a89b37cd96d9795e67da1876efeea582330b5f727533c84e3ecd557ad41d36"
                        + "94d6483b2cb7578fb26d167385a9bec9b66b50d95cb6ff02b86115efc7c5e504");
    }

    @Test
    void parsecRefusesWorkThatNoServerAsksFor() {
        byte[] parameters = new byte[20];
        parameters[0] = 'P';
        parameters[1] = 20;
        assertThatThrownBy(() -> ParsecPassword.answer(PASSWORD, count(0, 32), parameters, count(0, 32)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("factor 20");
    }

    @Test
    void proofOfTheCertificate() {
        byte[] stage2 = Scramble.sha1(NativePassword.sha1(PASSWORD));
        byte[] fingerprint = Scramble.sha256("certificate".getBytes(US_ASCII));
        String proof = "\u00013BFD7B3DC1C439DCF226D16256B5468134140425F78AAC5DD9A3D899AA968CA6";
        assertThat(CertificateProof.message(stage2, NONCE, fingerprint)).isEqualTo(proof.getBytes(US_ASCII));
        assertThat(Credentials.ofSha1(NativePassword.sha1(PASSWORD)).certificateProof(NativePassword.NAME, NONCE, fingerprint))
                .isEqualTo(proof.getBytes(US_ASCII));
    }

    private static String storedEd25519(String password) {
        return Base64.getEncoder().withoutPadding().encodeToString(Ed25519Password.publicKey(password.getBytes(UTF_8)));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] count(int from, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (from + i);
        }
        return bytes;
    }
}
