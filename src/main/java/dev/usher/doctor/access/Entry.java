package dev.usher.doctor.access;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * A connection to the server, and how it came about.
 *
 * @param version as the server's greeting gives it
 * @param attempts what was tried, in order; the last one worked
 */
public record Entry(Connection connection, Way way, Endpoint endpoint, String version, List<Attempt> attempts) implements AutoCloseable {
    public boolean isMariaDb() {
        return version.contains("MariaDB");
    }

    /** One line, such as {@code the extra port (extra_port) 127.0.0.1:3307, after 127.0.0.1:3306: Too many connections (1040)}. */
    public String description() {
        String failed = attempts.stream().filter(attempt -> !attempt.worked()).map(Attempt::outcome)
                .reduce((one, two) -> one + "; " + two).map(all -> ", after " + all).orElse("");
        return way + " at " + endpoint + failed;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException gone) {
            // it is closed all the same
        }
    }
}
