package dev.usher.admin;

import dev.usher.config.AdminAccess;
import dev.usher.config.AdminConfig;
import dev.usher.config.PasswordFile;
import dev.usher.config.Secret;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin account's password: configured, or generated on first start into a file that only its owner can read. */
public final class AdminPassword {
    private static final Logger log = LoggerFactory.getLogger(AdminPassword.class);
    /** As base64, 24 characters. */
    private static final int BYTES = 18;

    private AdminPassword() {}

    /** @throws IOException when a password has to be generated and its file cannot be written */
    public static Secret of(AdminConfig config, Path stateDirectory) throws IOException {
        if (config.password().isPresent()) {
            return config.password().get();
        }
        Path file = AdminAccess.generatedPasswordFile(stateDirectory);
        if (!Files.exists(file)) {
            generate(stateDirectory, file);
        }
        return PasswordFile.read(file);
    }

    /** Written under another name first, so that nobody reads half of it; of two processes that start at once, one wins. */
    private static void generate(Path directory, Path file) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        Path draft = Files.createTempFile(directory, ".admin-password", "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(draft, Base64.getUrlEncoder().encodeToString(random) + "\n");
            // A link fails where the name exists; a rename would replace what the other process already uses.
            Files.createLink(file, draft);
            log.info("generated the password of the admin account into {}", file);
        } catch (FileAlreadyExistsException e) {
            log.debug("another process generated {} meanwhile", file);
        } finally {
            Files.delete(draft);
        }
    }
}
