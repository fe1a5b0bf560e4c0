package dev.usher.doctor.access;

import dev.usher.config.HostAndPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;

/** Where a server listens. */
public sealed interface Endpoint {
    /** TCP. */
    record Tcp(HostAndPort address) implements Endpoint {
        @Override
        public boolean isLocal() {
            try {
                return InetAddress.getByName(address.host()).isLoopbackAddress();
            } catch (UnknownHostException unresolved) {
                return false;
            }
        }

        @Override
        public String toString() {
            return address.toString();
        }
    }

    /** A Unix socket. */
    record UnixSocket(Path path) implements Endpoint {
        @Override
        public boolean isLocal() {
            return true;
        }

        @Override
        public String toString() {
            return "socket " + path;
        }
    }

    /** Whether the server is on this machine. An address of this machine other than loopback may be a forwarded one, and does not count. */
    boolean isLocal();
}
