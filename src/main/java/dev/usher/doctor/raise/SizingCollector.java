package dev.usher.doctor.raise;

import dev.usher.doctor.access.Entry;
import dev.usher.doctor.access.ServerAccess;
import dev.usher.doctor.machine.LocalServer;
import dev.usher.doctor.machine.MachineReader;
import dev.usher.doctor.machine.ServerProcesses;
import dev.usher.doctor.sizing.ServerFacts;
import dev.usher.doctor.sizing.SizingInput;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;

/** Asks a server, and the machine if the server runs on this one. Changes nothing. */
public final class SizingCollector {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    private SizingCollector() {}

    /**
     * @param watch how long to look for the most statements at once
     * @param memory what the user says the server's machine has
     */
    public static SizingInput collect(Entry entry, Duration watch, OptionalLong memory) throws SQLException {
        try (Statement statement = entry.connection().createStatement()) {
            int peak = peakRunning(statement, watch);
            Map<String, String> status = pairs(statement, "SHOW GLOBAL STATUS");
            PerformanceSchema.memory(statement).ifPresent(bytes -> status.put("performance_schema_memory", Long.toString(bytes)));
            ServerFacts server = new ServerFacts(entry.isMariaDb(), entry.version(), pairs(statement, "SHOW GLOBAL VARIABLES"), status);
            Optional<LocalServer> local = ServerAccess.processOf(entry.endpoint());
            Optional<Long> pid = local.map(LocalServer::pid).filter(ServerProcesses::isServer)
                    .or(() -> entry.endpoint().isLocal() && local.isEmpty() ? ServerProcesses.theOnlyOne() : Optional.empty());
            return new SizingInput(server, SessionMemoryReader.read(statement, server), peak, pid.flatMap(MachineReader::read), memory);
        }
    }

    /** Without our own statement, which is one of them. */
    private static int peakRunning(Statement statement, Duration watch) throws SQLException {
        long end = System.nanoTime() + watch.toNanos();
        int peak = 0;
        do {
            try (ResultSet row = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'Threads_running'")) {
                if (row.next()) {
                    peak = Math.max(peak, row.getInt(2) - 1);
                }
            }
            LockSupport.parkNanos(Math.min(BETWEEN_LOOKS.toNanos(), Math.max(0, end - System.nanoTime())));
        } while (System.nanoTime() < end && !Thread.currentThread().isInterrupted());
        return peak;
    }

    private static Map<String, String> pairs(Statement statement, String query) throws SQLException {
        Map<String, String> pairs = new HashMap<>();
        try (ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                pairs.put(rows.getString(1).toLowerCase(Locale.ROOT), String.valueOf(rows.getString(2)));
            }
        }
        return pairs;
    }

    /** The limit as the server has it now. */
    public static int maxConnections(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT @@global.max_connections")) {
            row.next();
            return row.getInt(1);
        }
    }
}
