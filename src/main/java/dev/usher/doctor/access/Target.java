package dev.usher.doctor.access;

import dev.usher.config.HostAndPort;
import dev.usher.config.Secret;
import dev.usher.config.ServerTls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Which server, and as whom.
 *
 * @param endpoint the first thing to try
 * @param socket a Unix socket of the same server, if the user named one
 * @param adminAddress where MySQL's {@code admin_port} or MariaDB's {@code extra_port} is, if the user named it
 * @param authority PEM file of the authority that signed the server's certificate
 * @param timeout for connecting and for the server's first word
 */
public record Target(Endpoint endpoint, Optional<Path> socket, Optional<HostAndPort> adminAddress, String user, Secret password,
        ServerTls tls, Optional<Path> authority, Duration timeout) {
    public static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** Over TCP, TLS where the server offers it. */
    public static Target of(HostAndPort address, String user, Secret password) {
        return new Target(new Endpoint.Tcp(address), Optional.empty(), Optional.empty(), user, password, ServerTls.PREFERRED,
                Optional.empty(),
                TIMEOUT);
    }

    public Target withTls(ServerTls mode) {
        return new Target(endpoint, socket, adminAddress, user, password, mode, authority, timeout);
    }
}
