package dev.usher.cli.demo;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Looks at the server's {@code Threads_connected} again and again, by the extra port: there is always a way in, and it is not counted. */
final class ServerLoad implements AutoCloseable {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
    private static final String QUERY =
            "select variable_value from information_schema.global_status where variable_name = 'THREADS_CONNECTED'";

    private final Connection connection;
    private final Thread watcher = Thread.ofPlatform().daemon().name("server-load").unstarted(this::watch);
    private final AtomicInteger recent = new AtomicInteger();
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

    /** The highest since this was last asked for: from one look to the next it jumps by half the limit. */
    int recent() {
        return recent.getAndSet(0);
    }

    int peak() {
        return peak;
    }

    private void watch() {
        try (Statement statement = connection.createStatement()) {
            while (!closed) {
                try (ResultSet rows = statement.executeQuery(QUERY)) {
                    rows.next();
                    int now = rows.getInt(1);
                    recent.accumulateAndGet(now, Math::max);
                    peak = Math.max(peak, now);
                }
                Thread.sleep(BETWEEN_LOOKS);
            }
        } catch (SQLException serverGone) {
            recent.set(0); // the program is being stopped; a server that fails is reported by the clients
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
