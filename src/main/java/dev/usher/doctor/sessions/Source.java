package dev.usher.doctor.sessions;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Where a server's sessions are read from. */
public enum Source {
    /** MySQL with its performance schema: last statements, programs, and a single session by an index. */
    MYSQL_PERFORMANCE_SCHEMA,
    /** MySQL without: the process list and whole seconds. */
    MYSQL_PROCESSLIST,
    /** MariaDB: the process list, with milliseconds and the id of the last statement. */
    MARIADB_PROCESSLIST;

    /** Whether the performance schema of this server is on, and this account may read it. */
    static boolean hasPerformanceSchema(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT COUNT(*) FROM performance_schema.threads WHERE PROCESSLIST_ID = CONNECTION_ID()")) {
            return row.next() && row.getInt(1) == 1;
        } catch (SQLException e) {
            SessionReader.orThrow(e);
            return false;
        }
    }
}
