package dev.usher.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StartFailureTest {
    @Test
    void namesThePackageOfAMissingLibrary() {
        String line = "/cache/bin/mariadbd: error while loading shared libraries: libcrypt.so.1: cannot open shared object file: "
                + "No such file or directory";
        assertThat(StartFailure.of("It ended", List.of(line)))
                .hasMessageContaining("libcrypt.so.1 is missing: install libcrypt1 (Debian, Ubuntu) or libxcrypt-compat (Fedora).")
                .hasMessageContaining(line);
    }

    @Test
    void namesALibraryItDoesNotKnow() {
        assertThat(StartFailure.of("It ended", List.of("x: error while loading shared libraries: libnew.so.3: cannot open")))
                .hasMessageContaining("libnew.so.3 is missing");
    }

    @Test
    void showsTheEndOfALongLog() {
        List<String> log = IntStream.rangeClosed(1, 100).mapToObj(i -> "line " + i + ".").toList();
        assertThat(StartFailure.of("It ended", log)).hasMessageContaining("line 100.").hasMessageNotContaining("line 80.");
    }

    @Test
    void saysThatThePlatformIsWrong() {
        assertThatThrownBy(() -> EmbeddedServerBuilder.requirePlatform("Linux", "aarch64"))
                .isInstanceOf(EmbeddedServerException.class)
                .hasMessageContaining("Linux on aarch64");
        EmbeddedServerBuilder.requirePlatform("Linux", "amd64");
    }
}
