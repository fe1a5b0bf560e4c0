package dev.usher.config;

import static dev.usher.config.Settings.ADMIN_ACCOUNT;
import static dev.usher.config.Settings.ADMIN_LISTEN;
import static dev.usher.config.Settings.ADMIN_PASSWORD;
import static dev.usher.config.Settings.ADMIN_PASSWORD_FILE;

import java.util.Optional;

/**
 * The listener for admin statements.
 *
 * @param listen empty when switched off
 * @param password when absent, one is generated into a file of the state directory on first start
 */
public record AdminConfig(Optional<HostAndPort> listen, String account, Optional<Secret> password) {
    public static final int DEFAULT_PORT = 1041;

    public AdminConfig {
        if (account.isBlank()) {
            throw new ConfigException(ADMIN_ACCOUNT.name() + " must not be empty");
        }
        if (password.isPresent() && password.get().isEmpty()) {
            throw new ConfigException(ADMIN_PASSWORD.fileKey() + " must not be empty");
        }
    }

    static AdminConfig from(SettingValues values) {
        // A flag wins over the file also where the file gives the password itself.
        Optional<Secret> file = values.optional(ADMIN_PASSWORD_FILE).map(PasswordFile::read);
        if (file.isPresent() && values.isSet(ADMIN_PASSWORD) && !values.isFlag(ADMIN_PASSWORD_FILE)) {
            throw new ConfigException("[admin] has both password and password-file: keep one");
        }
        return new AdminConfig(
                values.get(ADMIN_LISTEN), values.get(ADMIN_ACCOUNT), file.or(() -> values.optional(ADMIN_PASSWORD)));
    }

    public AdminConfig withListen(Optional<HostAndPort> other) {
        return new AdminConfig(other, account, password);
    }

    public AdminConfig withPassword(Secret other) {
        return new AdminConfig(listen, account, Optional.of(other));
    }
}
