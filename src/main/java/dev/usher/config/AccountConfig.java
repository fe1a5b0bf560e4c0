package dev.usher.config;

import java.util.List;
import java.util.Optional;

/**
 * An account that the configuration tells about: {@code [[accounts]]}.
 *
 * @param password from {@code password}, {@code password-file} or {@code password-env}; absent when the entry only restricts
 * @param allowFrom client addresses that may use the account; empty for all
 */
public record AccountConfig(String user, Optional<Secret> password, List<Cidr> allowFrom) {
    public AccountConfig {
        allowFrom = List.copyOf(allowFrom);
    }
}
