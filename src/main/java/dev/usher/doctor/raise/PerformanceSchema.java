package dev.usher.doctor.raise;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** What the performance schema says of its own memory. */
final class PerformanceSchema {
    /** The buffers that grow with the number of threads. */
    private static final Set<String> BY_THREAD = Set.of("threads", "session_connect_attrs", "events_waits_history", "events_stages_history",
            "events_statements_history", "events_statements_current", "events_transactions_history",
            "(history_statements_digest_token_array)",
            "(current_statements_digest_token_array)", "(history_statements_text_array)", "(current_statements_text_array)",
            "events_waits_summary_by_thread_by_event_name", "events_stages_summary_by_thread_by_event_name",
            "events_statements_summary_by_thread_by_event_name", "events_transactions_summary_by_thread_by_event_name",
            "memory_summary_by_thread_by_event_name", "events_errors_summary_by_thread_by_error");

    private PerformanceSchema() {}

    /** All of it, in bytes; nothing where the account may not ask. */
    static OptionalLong memory(Statement statement) throws SQLException {
        Long all = status(statement).get("performance_schema.memory");
        return all == null ? OptionalLong.empty() : OptionalLong.of(all);
    }

    /** For one thread, in bytes. */
    static OptionalLong perThread(Statement statement) throws SQLException {
        Map<String, Long> status = status(statement);
        long threads = status.getOrDefault("threads.count", 0L);
        long bytes = BY_THREAD.stream().mapToLong(name -> status.getOrDefault(name + ".memory", 0L)).sum();
        return threads > 0 && bytes > 0 ? OptionalLong.of(bytes / threads) : OptionalLong.empty();
    }

    private static Map<String, Long> status(Statement statement) throws SQLException {
        Map<String, Long> status = new HashMap<>();
        try (ResultSet rows = statement.executeQuery("SHOW ENGINE PERFORMANCE_SCHEMA STATUS")) {
            while (rows.next()) {
                String value = rows.getString(3);
                if (value != null && value.matches("\\d{1,18}")) {
                    status.put(rows.getString(2), Long.parseLong(value));
                }
            }
        } catch (SQLException e) {
            Refused.orThrow(e); // without PROCESS, or without the performance schema
        }
        return status;
    }
}
