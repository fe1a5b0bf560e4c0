package dev.usher.cli.reproduce;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The server's refusal, as clients word it.
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

    /** What each client prints, by its name. */
    public Map<String, String> byClient() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("mysql, mariadb", "ERROR " + code + " (" + sqlState + "): " + message);
        all.put("PHP PDO", "PDOException: SQLSTATE[" + (sqlState.equals("08004") ? "08004" : sqlState) + "] [" + code + "] " + message);
        all.put("PHP mysqli", "mysqli_sql_exception: " + message + " (code " + code + ")");
        return all;
    }
}
