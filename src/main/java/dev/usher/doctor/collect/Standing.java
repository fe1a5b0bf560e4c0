package dev.usher.doctor.collect;

import dev.usher.doctor.facts.AccountLimit;
import dev.usher.doctor.facts.HostErrors;
import dev.usher.doctor.facts.ReplicaState;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/** What does not change from one second to the next. */
final class Standing {
    private final Asker asker;
    private final boolean mariaDb;

    Standing(Asker asker, boolean mariaDb) {
        this.asker = asker;
        this.mariaDb = mariaDb;
    }

    Map<String, String> variables() throws SQLException {
        Map<String, String> all = new HashMap<>();
        for (Asker.Row row : asker.ask("SHOW GLOBAL VARIABLES")) {
            all.put(row.text("variable_name").toLowerCase(Locale.ROOT), row.text("value"));
        }
        return Map.copyOf(all);
    }

    List<AccountLimit> accountLimits() throws SQLException {
        return asker.askIfAllowed("limits of single accounts (mysql.user)",
                "SELECT CONCAT(user, '@', host) AS account, max_user_connections AS connections, max_connections AS hourly FROM mysql.user"
                        + " WHERE max_user_connections > 0 OR max_connections > 0")
                .stream().map(row -> new AccountLimit(row.text("account"), row.number("connections"), row.number("hourly"))).toList();
    }

    List<HostErrors> hostErrors() throws SQLException {
        return asker.askIfAllowed("broken logins by host (performance_schema.host_cache)",
                "SELECT ip, sum_connect_errors AS connect_errors, count_authentication_errors AS authentication_errors,"
                        + " count_handshake_errors + count_authentication_errors + sum_connect_errors AS total FROM performance_schema.host_cache")
                .stream()
                .map(row -> new HostErrors(row.text("ip"), row.number("connect_errors"), row.number("authentication_errors"),
                        row.number("total")))
                .filter(host -> host.total() > 0).toList();
    }

    /** Statements that each session has executed since its login. */
    Map<Long, Long> statements() throws SQLException {
        Map<Long, Long> counts = new HashMap<>();
        for (Asker.Row row : asker.askIfAllowed("how many statements each session has executed (performance_schema.status_by_thread)",
                "SELECT t.processlist_id AS id, s.variable_value AS questions FROM performance_schema.status_by_thread s"
                        + " JOIN performance_schema.threads t USING (thread_id) WHERE s.variable_name = 'Questions' AND t.processlist_id IS NOT NULL")) {
            counts.put(row.number("id"), row.number("questions"));
        }
        return Map.copyOf(counts);
    }

    /** Connections that MySQL has ended since they took more memory than they may (4081 together, 4082 one alone). */
    long endedForMemory() throws SQLException {
        return asker.askIfAllowed("connections ended for their memory (performance_schema.events_errors_summary_global_by_error)",
                "SELECT SUM(sum_error_raised) AS ended FROM performance_schema.events_errors_summary_global_by_error"
                        + " WHERE error_name IN ('ER_DA_GLOBAL_CONN_LIMIT', 'ER_DA_CONN_LIMIT')")
                .stream().mapToLong(row -> row.number("ended")).sum();
    }

    List<ReplicaState> replicas() throws SQLException {
        String sql = mariaDb ? "SHOW ALL SLAVES STATUS" : "SHOW REPLICA STATUS";
        return asker.askIfAllowed("replication state (" + sql + ")", sql).stream().map(this::replica).toList();
    }

    private ReplicaState replica(Asker.Row row) {
        String sql = row.text(mariaDb ? "slave_sql_running" : "replica_sql_running");
        String io = row.text(mariaDb ? "slave_io_running" : "replica_io_running");
        String behind = row.text(mariaDb ? "seconds_behind_master" : "seconds_behind_source");
        return new ReplicaState(row.text(mariaDb ? "connection_name" : "channel_name"), sql.equals("Yes") && io.equals("Yes"),
                behind.isEmpty() ? OptionalLong.empty()
                        : OptionalLong.of(row.number(mariaDb ? "seconds_behind_master" : "seconds_behind_source")));
    }
}
