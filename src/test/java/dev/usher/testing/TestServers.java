package dev.usher.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The real servers that tests run against. Each is started when it is first asked for, once for a JVM, and ends with the JVM. Tests that
 * change what others would notice (global variables, accounts, stopping it) start their own.
 */
public final class TestServers {
    private static final Map<ServerKind, TestServer> SHARED = new EnumMap<>(ServerKind.class);

    private TestServers() {}

    /** Every server that is installed, as a source for parameterized tests. */
    public static List<TestServer> all() {
        return installed().stream().map(TestServers::shared).toList();
    }

    public static List<ServerKind> installed() {
        return Arrays.stream(ServerKind.values()).filter(kind -> Installation.find(kind).isPresent()).toList();
    }

    /** The one of its kind that all tests share, or nothing where it is not installed. */
    public static Optional<TestServer> find(ServerKind kind) {
        return Installation.find(kind).map(installation -> shared(kind));
    }

    private static synchronized TestServer shared(ServerKind kind) {
        return SHARED.computeIfAbsent(kind, any -> start(any).share());
    }

    /**
     * A server of its own for one test, which closes it.
     *
     * @param arguments further ones for the server, such as {@code --max-connections=25}; the last one of a name wins
     */
    public static TestServer start(ServerKind kind, String... arguments) {
        return startUnder(List.of(), kind, arguments);
    }

    /** As {@link #start}, by a command that ends in running the one that follows it, such as {@code prlimit}. */
    public static TestServer startUnder(List<String> launcher, ServerKind kind, String... arguments) {
        Installation installation =
                Installation.find(kind).orElseThrow(() -> new AssertionError(kind + " is not installed: see ci/servers"));
        try {
            TestServer server = TestServer.start(installation, freePort(), launcher, List.of(arguments));
            // .ci/run looks for these lines.
            System.out.println("TESTED SERVER: " + server.name() + " (" + server.version() + ")");
            return server;
        } catch (IOException e) {
            throw new AssertionError("cannot start " + kind, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Somebody else may take it before the server does; the server then ends, and the test says so. */
    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
