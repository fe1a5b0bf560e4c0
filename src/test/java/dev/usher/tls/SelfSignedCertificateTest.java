package dev.usher.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfSignedCertificateTest {
    @TempDir
    Path folder;

    @Test
    void secondStartReusesTheCertificate() {
        byte[] first = fingerprint(SelfSignedCertificate.in(folder));
        assertThat(fingerprint(SelfSignedCertificate.in(folder))).isEqualTo(first);
    }

    @Test
    void onlyTheOwnerReadsTheKey() throws IOException {
        SelfSignedCertificate made = SelfSignedCertificate.in(folder.resolve("not/there/yet"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.key()))).isEqualTo("rw-------");
    }

    @Test
    void twoThatStartAtOnceEndUpWithTheSameAndLeaveNothingElse() throws IOException {
        var first = CompletableFuture.supplyAsync(() -> SelfSignedCertificate.in(folder));
        var second = CompletableFuture.supplyAsync(() -> SelfSignedCertificate.in(folder));
        assertThat(fingerprint(first.join())).isEqualTo(fingerprint(second.join()));
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(folder.resolve("tls"));
        }
    }

    @Test
    void folderThatCanNotBeWrittenIsNamed() throws IOException {
        Path file = Files.createFile(folder.resolve("a-file"));
        assertThatThrownBy(() -> SelfSignedCertificate.in(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("tls-cert is not set, and no certificate can be made in " + file);
    }

    private static byte[] fingerprint(SelfSignedCertificate made) {
        return ServerCertificate.load(made.certificate(), made.key()).fingerprint();
    }
}
