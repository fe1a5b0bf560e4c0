package dev.usher.cli.reproduce;

import java.sql.SQLException;

/**
 * The server's refusal.
 *
 * @param code such as 1040
 * @param message the server's own
 */
public record Refusal(int code, String sqlState, String message) {
    static Refusal of(SQLException e) {
        String message = String.valueOf(e.getMessage()).replaceFirst("^\\(conn=[-\\d]+\\) ", "").lines().findFirst().orElse("");
        String state = e.getSQLState() == null ? "HY000" : e.getSQLState();
        return new Refusal(e.getErrorCode(), state, message);
    }

    /** As the servers' own clients write an error. */
    public String text() {
        return "ERROR " + code + " (" + sqlState + "): " + message;
    }
}
