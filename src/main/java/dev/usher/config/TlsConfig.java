package dev.usher.config;

import static dev.usher.config.Settings.STATE_DIRECTORY;
import static dev.usher.config.Settings.TLS_CERT;
import static dev.usher.config.Settings.TLS_KEY;

import java.nio.file.Path;
import java.util.Optional;

/**
 * TLS towards clients.
 *
 * @param cert certificate chain in PEM; when absent, a self-signed one is made in the state directory
 * @param key its private key in PEM
 * @param stateDirectory where Usher keeps what it generates: certificate, keys, the admin account's password
 */
public record TlsConfig(Optional<Path> cert, Optional<Path> key, Path stateDirectory) {
    public TlsConfig {
        if (cert.isPresent() != key.isPresent()) {
            throw new ConfigException(TLS_CERT.name() + " and " + TLS_KEY.name() + " belong together: "
                    + (cert.isPresent() ? TLS_KEY : TLS_CERT).name() + " is missing");
        }
    }

    static TlsConfig from(SettingValues values) {
        return new TlsConfig(values.optional(TLS_CERT), values.optional(TLS_KEY), values.get(STATE_DIRECTORY));
    }

    public TlsConfig withCertificate(Path otherCert, Path otherKey) {
        return new TlsConfig(Optional.of(otherCert), Optional.of(otherKey), stateDirectory);
    }

    public TlsConfig withStateDirectory(Path other) {
        return new TlsConfig(cert, key, other);
    }
}
