package dev.usher.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerCertificateTest {
    @TempDir
    static Path folder;

    private static Path cert;
    private static Path key;

    @BeforeAll
    static void makeOne() {
        SelfSignedCertificate made = SelfSignedCertificate.in(folder);
        cert = made.certificate();
        key = made.key();
    }

    @Test
    void fingerprintIsThatOfTheDerEncoding() throws Exception {
        byte[] der = Base64.getMimeDecoder().decode(Files.readString(cert).replaceAll("-----[^-]+-----", ""));
        assertThat(ServerCertificate.load(cert, key).fingerprint()).isEqualTo(MessageDigest.getInstance("SHA-256").digest(der));
    }

    @Test
    void missingFileIsNamedWithItsSetting() {
        Path missing = folder.resolve("missing.pem");
        assertThatThrownBy(() -> ServerCertificate.load(missing, key))
                .isInstanceOf(ConfigException.class)
                .hasMessage("tls-cert: cannot read " + missing + ": no such file");
        assertThatThrownBy(() -> ServerCertificate.load(cert, missing)).hasMessage("tls-key: cannot read " + missing + ": no such file");
    }

    @Test
    void keyOfAnotherCertificateIsRefusedAtStart(@TempDir Path other) {
        Path otherKey = SelfSignedCertificate.in(other).key();
        assertThatThrownBy(() -> ServerCertificate.load(cert, otherKey))
                .hasMessage("tls-key: " + otherKey + " is not the key of the certificate in " + cert);
    }

    @Test
    void swappedFilesAreRefused() {
        assertThatThrownBy(() -> ServerCertificate.load(key, cert)).isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("tls-cert: ");
        assertThatThrownBy(() -> ServerCertificate.load(cert, cert)).hasMessage("tls-key: " + cert + " is not a private key in PEM");
    }

    @Test
    void oldKeyFormatComesWithTheCommandThatConvertsIt() throws IOException {
        Path old = Files.writeString(folder.resolve("old.pem"), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        assertThatThrownBy(() -> ServerCertificate.load(cert, old)).hasMessageContaining("`openssl pkcs8 -topk8 -nodes -in " + old + "`");
    }

    @Test
    void emptyCertificateFileIsRefused() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        assertThatThrownBy(() -> ServerCertificate.load(empty, key)).isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("tls-cert: ");
    }
}
