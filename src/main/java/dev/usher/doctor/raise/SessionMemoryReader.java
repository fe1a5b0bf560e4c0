package dev.usher.doctor.raise;

import dev.usher.doctor.sizing.Percentile;
import dev.usher.doctor.sizing.ServerFacts;
import dev.usher.doctor.sizing.SessionMemory;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.OptionalLong;

/** The memory of sessions and statements, where the server measures it: MySQL 8.0.31 and later, MariaDB. */
final class SessionMemoryReader {
    /** With fewer statements than this since the start, what they took says little of what is to come. */
    private static final long ENOUGH_STATEMENTS = 10_000;
    private static final int ENOUGH_SESSIONS = 20;

    private SessionMemoryReader() {}

    static SessionMemory read(Statement statement, ServerFacts server) throws SQLException {
        try {
            return server.mariaDb() ? mariaDb(statement, server) : mysql(statement);
        } catch (SQLException e) {
            Refused.orThrow(e); // an older version without the columns, or no privilege
            return SessionMemory.UNKNOWN;
        }
    }

    private static SessionMemory mysql(Statement statement) throws SQLException {
        OptionalLong instruments = PerformanceSchema.perThread(statement);
        Percentile idle = new Percentile();
        try (ResultSet rows = statement.executeQuery("SELECT TOTAL_MEMORY FROM performance_schema.threads"
                + " WHERE TYPE = 'FOREGROUND' AND PROCESSLIST_COMMAND = 'Sleep' AND TOTAL_MEMORY > 0")) {
            while (rows.next()) {
                idle.add(rows.getLong(1), 1);
            }
        }
        Percentile active = new Percentile();
        try (ResultSet rows =
                statement.executeQuery("SELECT MAX_TOTAL_MEMORY, COUNT_STAR FROM performance_schema.events_statements_summary_by_digest"
                        + " WHERE MAX_TOTAL_MEMORY > 0")) {
            while (rows.next()) {
                active.add(rows.getLong(1), rows.getLong(2));
            }
        }
        return new SessionMemory(idle.atLeast(1).at(95), "95th percentile of TOTAL_MEMORY of sleeping threads",
                active.atLeast(ENOUGH_STATEMENTS).at(99),
                "99th percentile of MAX_TOTAL_MEMORY by digest, %d statements".formatted(active.count()),
                instruments);
    }

    private static SessionMemory mariaDb(Statement statement, ServerFacts server) throws SQLException {
        OptionalLong instruments = server.isOn("performance_schema") ? PerformanceSchema.perThread(statement) : OptionalLong.empty();
        Percentile idle = new Percentile();
        Percentile peak = new Percentile();
        try (ResultSet rows = statement.executeQuery("SELECT COMMAND, MEMORY_USED, MAX_MEMORY_USED FROM information_schema.PROCESSLIST"
                + " WHERE ID <> CONNECTION_ID() AND USER <> 'system user' AND COMMAND NOT IN ('Daemon', 'Binlog Dump')")) {
            while (rows.next()) {
                peak.add(rows.getLong(3), 1);
                if ("Sleep".equals(rows.getString(1))) {
                    idle.add(rows.getLong(2), 1);
                }
            }
        }
        boolean enough = server.status("questions", 0) >= ENOUGH_STATEMENTS;
        return new SessionMemory(idle.atLeast(1).at(95), "95th percentile of MEMORY_USED of sleeping sessions",
                enough ? peak.atLeast(ENOUGH_SESSIONS).at(99) : OptionalLong.empty(),
                "99th percentile of MAX_MEMORY_USED of %d sessions".formatted(peak.count()), instruments);
    }
}
