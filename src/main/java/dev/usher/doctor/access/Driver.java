package dev.usher.doctor.access;

import java.sql.SQLException;

/** What MariaDB Connector/J adds to messages, taken away again. */
public final class Driver {
    private Driver() {}

    /** One line, without the driver's connection number in front. */
    public static String message(SQLException e) {
        String text = String.valueOf(e.getMessage()).replaceFirst("^\\(conn=[-\\d]+\\) ", "");
        return text.lines().findFirst().orElse("").strip();
    }

    /** Whether the connection is gone, as opposed to a statement that failed. */
    public static boolean isLost(SQLException e) {
        String state = e.getSQLState();
        return state != null && state.startsWith("08") || e.getErrorCode() == 1053 || e.getErrorCode() == 1927 || e.getErrorCode() == 3169;
    }
}
