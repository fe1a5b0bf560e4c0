package dev.usher.embedded;

import java.nio.file.Path;

/**
 * A running MariaDB server of our own, with an empty data directory that goes when it is closed. It listens on 127.0.0.1 alone.
 * The account {@code root} has no password and may log in from this machine.
 *
 * <p>It ends, and its files are removed, at {@link #close}, at the end of this program, and also when this program is killed.
 * Instances are safe for use by several threads.
 */
public final class EmbeddedServer implements AutoCloseable {
    private final ServerProcess process;
    private final Path folder;
    private final int port;
    private final int extraPort;
    private final Thread shutdownHook = Thread.ofPlatform().name("stop-embedded-server").unstarted(this::stop);
    private boolean stopped;

    EmbeddedServer(ServerProcess process, Path folder, int port, int extraPort) {
        this.process = process;
        this.folder = folder;
        this.port = port;
        this.extraPort = extraPort;
        Runtime.getRuntime().addShutdownHook(shutdownHook);
    }

    /** A server is described, then started: {@code EmbeddedServer.builder().maxConnections(20).start()}. */
    public static EmbeddedServerBuilder builder() {
        return new EmbeddedServerBuilder();
    }

    public String host() {
        return EmbeddedServerBuilder.HOST;
    }

    public int port() {
        return port;
    }

    /** A second port, which has one connection left when {@code max_connections} is reached on the first. */
    public int extraPort() {
        return extraPort;
    }

    /** The Unix socket. */
    public Path socket() {
        return socketIn(folder);
    }

    public Path dataDirectory() {
        return dataIn(folder);
    }

    /** The server's process id. */
    public long pid() {
        return process.pid();
    }

    /** The server's version, without anything behind it: {@code 11.4.5}. */
    public String version() {
        return Distribution.VERSION;
    }

    static Path socketIn(Path folder) {
        return folder.resolve("s");
    }

    static Path dataIn(Path folder) {
        return folder.resolve("data");
    }

    /** Shuts the server down and removes its files. Returns when that is done, after 20 s at the latest; again is no error. */
    @Override
    public void close() {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException shuttingDown) {
            // the hook is running or has run; it found the server stopped
        }
    }

    private synchronized void stop() {
        if (!stopped) {
            stopped = true;
            process.stop();
        }
    }

    @Override
    public String toString() {
        return "MariaDB " + version() + " at " + host() + ":" + port;
    }
}
