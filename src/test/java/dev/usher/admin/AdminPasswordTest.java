package dev.usher.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.config.AdminAccess;
import dev.usher.config.AdminConfig;
import dev.usher.config.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminPasswordTest {
    private static final AdminConfig NOT_SET = new AdminConfig(Optional.empty(), "admin", Optional.empty());

    @TempDir
    Path directory;

    @Test
    void isGeneratedOnceIntoAFileForTheOwnerOnly() throws Exception {
        Path state = directory.resolve("not/there/yet");

        Secret first = AdminPassword.of(NOT_SET, state);

        assertThat(first.reveal()).hasSize(24);
        assertThat(AdminPassword.of(NOT_SET, state)).isEqualTo(first);
        assertThat(new AdminAccess(NOT_SET, state).password()).isEqualTo(first);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("admin-password"))))
                .isEqualTo("rw-------");
        try (var files = Files.list(state)) {
            assertThat(files).as("no draft is left").hasSize(1);
        }
    }

    @Test
    void ofTwoThatStartAtOnceBothGetTheSame() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Secret> start = () -> AdminPassword.of(NOT_SET, directory);
            List<Future<Secret>> all = executor.invokeAll(java.util.Collections.nCopies(8, start));

            assertThat(all).extracting(Future::get).containsOnly(all.getFirst().get());
        }
    }

    @Test
    void aConfiguredOneIsUsedAndNothingIsWritten() throws Exception {
        AdminConfig config = NOT_SET.withPassword(Secret.of("given"));

        assertThat(AdminPassword.of(config, directory)).isEqualTo(Secret.of("given"));
        assertThat(directory).isEmptyDirectory();
    }
}
