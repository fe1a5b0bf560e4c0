package dev.usher.config;

import static dev.usher.config.Settings.SERVER;
import static dev.usher.config.Settings.SERVER_CONNECT_TIMEOUT;
import static dev.usher.config.Settings.SERVER_SOCKET;
import static dev.usher.config.Settings.SERVER_TLS;
import static dev.usher.config.Settings.SERVER_TLS_CA;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The MySQL or MariaDB server.
 *
 * @param socket the server's Unix socket, used for accounts that Usher verified itself and for nothing else
 * @param tlsCa the authorities to trust, in PEM; the system's when absent
 * @param connectTimeout how long clients wait for a server that is down
 */
public record ServerConfig(
        HostAndPort address, Optional<Path> socket, ServerTls tls, Optional<Path> tlsCa, Duration connectTimeout) {
    public ServerConfig {
        if (address.port() == 0) {
            throw ConfigException.wrongValue(SERVER.name(), address, "must have a port");
        }
        if (tlsCa.isPresent() && !tls.verifies()) {
            throw ConfigException.wrongValue(SERVER_TLS_CA.name(), tlsCa.get(),
                    "is used only with " + SERVER_TLS.name() + " = verify-ca or verify-identity");
        }
        Check.positive(SERVER_CONNECT_TIMEOUT.name(), connectTimeout);
    }

    static ServerConfig from(SettingValues values) {
        return new ServerConfig(
                values.optional(SERVER).orElseThrow(() -> new ConfigException(
                        "server is missing: say which server to use, as in --server db.example:3306")),
                values.optional(SERVER_SOCKET),
                values.get(SERVER_TLS),
                values.optional(SERVER_TLS_CA),
                values.get(SERVER_CONNECT_TIMEOUT));
    }

    public ServerConfig withTls(ServerTls other, Optional<Path> ca) {
        return new ServerConfig(address, socket, other, ca, connectTimeout);
    }

    public ServerConfig withSocket(Path other) {
        return new ServerConfig(address, Optional.of(other), tls, tlsCa, connectTimeout);
    }

    public ServerConfig withConnectTimeout(Duration other) {
        return new ServerConfig(address, socket, tls, tlsCa, other);
    }
}
