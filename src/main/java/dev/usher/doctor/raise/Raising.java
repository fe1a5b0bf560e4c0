package dev.usher.doctor.raise;

import dev.usher.doctor.access.Driver;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Sets {@code max_connections}. */
public final class Raising {
    private Raising() {}

    /**
     * @param limit what the server says afterwards
     * @param permanent whether the server has kept it for its next start
     * @param refused why it has not, or why nothing was set; empty if there is nothing to say
     */
    public record Outcome(int limit, boolean applied, boolean permanent, String refused) {}

    /**
     * Now, and on MySQL for the next start too.
     *
     * @throws SQLException if the connection is lost
     */
    public static Outcome apply(Connection connection, boolean mariaDb, int target) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try {
                statement.execute("SET GLOBAL max_connections = " + target);
            } catch (SQLException e) {
                Refused.orThrow(e);
                return new Outcome(SizingCollector.maxConnections(connection), false, false, privilege(e, mariaDb));
            }
            // A server may set less than it was told, without an error.
            int limit = SizingCollector.maxConnections(connection);
            if (mariaDb) {
                return new Outcome(limit, true, false, "");
            }
            try {
                statement.execute("SET PERSIST max_connections = " + target);
                return new Outcome(limit, true, true, "");
            } catch (SQLException e) {
                Refused.orThrow(e);
                return new Outcome(limit, true, false, "SET PERSIST: " + Driver.message(e) + " (" + e.getErrorCode() + ")");
            }
        }
    }

    private static String privilege(SQLException e, boolean mariaDb) {
        String text = Driver.message(e) + " (" + e.getErrorCode() + ")";
        return e.getErrorCode() != 1227 ? text
                : text + ". It takes " + (mariaDb ? "CONNECTION ADMIN (10.5 and later) or SUPER" : "SYSTEM_VARIABLES_ADMIN or SUPER");
    }
}
