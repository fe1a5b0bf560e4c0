package dev.usher.config;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where clients connect to Usher. */
public sealed interface ListenAddress {
    int DEFAULT_PORT = 1040;
    ListenAddress DEFAULT = new Tcp("127.0.0.1", DEFAULT_PORT);

    /** @param host an IP address, a name, or {@code *} for every interface */
    record Tcp(String host, int port) implements ListenAddress {
        public static final String EVERY_INTERFACE = "*";

        /** Resolves the host; the result is unresolved when it has no address. */
        public InetSocketAddress socketAddress() {
            return host.equals(EVERY_INTERFACE) ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
        }

        @Override
        public String toString() {
            return new HostAndPort(host, port).toString();
        }
    }

    record Unix(Path path) implements ListenAddress {
        /** What {@code sockaddr_un} holds on Linux, less the closing zero. */
        private static final int LONGEST_PATH = 107;

        public Unix {
            if (path.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
                throw new IllegalArgumentException("the path of a Unix socket has at most " + LONGEST_PATH + " bytes");
            }
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /**
     * Reads {@code 127.0.0.1:1040}, {@code [::1]:1040}, {@code db-proxy}, {@code :1040} and {@code *:1040} (every
     * interface), or the absolute path of a Unix socket.
     *
     * @throws IllegalArgumentException with what is allowed
     */
    static ListenAddress parse(String text) {
        if (text.startsWith("/")) {
            return new Unix(Path.of(text));
        }
        try {
            HostAndPort tcp = HostAndPort.parse(text, Tcp.EVERY_INTERFACE, DEFAULT_PORT);
            return new Tcp(tcp.host(), tcp.port());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + ", or the absolute path of a Unix socket", e);
        }
    }
}
