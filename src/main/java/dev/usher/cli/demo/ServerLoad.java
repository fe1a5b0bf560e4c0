package dev.usher.cli.demo;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** Looks at the server's {@code Threads_connected} again and again, by the extra port: there is always a way in, and it is not counted. */
final class ServerLoad implements AutoCloseable {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
    private static final String QUERY =
            "select variable_value from information_schema.global_status where variable_name = 'THREADS_CONNECTED'";

    private final Connection connection;
    private final Thread watcher = Thread.ofPlatform().daemon().name("server-load").unstarted(this::watch);
    private volatile int now;
    private volatile int peak;
    private volatile boolean closed;

    private ServerLoad(Connection connection) {
        this.connection = connection;
    }

    static ServerLoad watch(int extraPort) throws SQLException {
        ServerLoad load = new ServerLoad(Shop.connectAsRoot(extraPort));
        load.watcher.start();
        return load;
    }

    int now() {
        return now;
    }

    int peak() {
        return peak;
    }

    private void watch() {
        try (Statement statement = connection.createStatement()) {
            while (!closed) {
                try (ResultSet rows = statement.executeQuery(QUERY)) {
                    rows.next();
                    now = rows.getInt(1);
                    peak = Math.max(peak, now);
                }
                Thread.sleep(BETWEEN_LOOKS);
            }
        } catch (SQLException serverGone) {
            now = 0; // the program is being stopped; a server that fails is reported by the clients
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws SQLException {
        closed = true;
        try {
            watcher.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        connection.close();
    }
}
