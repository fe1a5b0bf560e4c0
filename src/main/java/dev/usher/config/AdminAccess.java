package dev.usher.config;

import java.nio.file.Files;
import java.nio.file.Path;

/** How to reach the admin statements of an Usher that runs with the same settings. */
public record AdminAccess(AdminConfig admin, Path stateDirectory) {
    /**
     * The file with the password that Usher generates when the settings have none.
     *
     * @param stateDirectory as {@code state-directory}
     */
    public static Path generatedPasswordFile(Path stateDirectory) {
        return stateDirectory.resolve("admin-password");
    }

    /** @throws ConfigException when there is none in the settings and none was generated */
    public Secret password() {
        return admin.password().orElseGet(() -> {
            Path generated = generatedPasswordFile(stateDirectory);
            if (!Files.exists(generated)) {
                throw new ConfigException("no password for the admin account: " + generated
                        + " does not exist; give --admin-password-file, or the --state-directory of the running Usher");
            }
            return PasswordFile.read(generated);
        });
    }
}
