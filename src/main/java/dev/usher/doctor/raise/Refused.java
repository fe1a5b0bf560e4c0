package dev.usher.doctor.raise;

import dev.usher.doctor.access.Driver;
import java.sql.SQLException;

/** Statements that a server may refuse, as opposed to a connection that is lost. */
final class Refused {
    private Refused() {}

    /** @throws SQLException the same, if the connection is lost */
    static void orThrow(SQLException e) throws SQLException {
        if (Driver.isLost(e) || e.getErrorCode() == 0) {
            throw e;
        }
    }
}
