package dev.usher.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All session variables of an account as they are after login and {@code init_connect}: what {@link SessionState} holds differences from, and two
 * that no session can set. Read from a fresh
 * server connection, and read anew when a SET GLOBAL has been seen.
 *
 * @param values by lower-case name, as SHOW SESSION VARIABLES writes them
 */
public record Baseline(Map<String, String> values) {
    /**
     * Follow from something else that is restored (the schema, a login), last for one statement only, are Usher's own business, or are what the server's administrator has set
     * for new connections: a session has {@code max_allowed_packet} and the like, but no statement that changes its own.
     */
    private static final Set<String> NOT_STATE = Set.of(
            "character_set_database",
            "collation_database",
            "last_gtid",
            "last_insert_id",
            "identity",
            "insert_id",
            "timestamp",
            "rand_seed1",
            "rand_seed2",
            "statement_id",
            "warning_count",
            "error_count",
            "pseudo_thread_id",
            "max_allowed_packet",
            "max_user_connections",
            "net_buffer_length",
            "session_track_schema",
            "session_track_state_change",
            "session_track_system_variables",
            "session_track_transaction_info",
            "init_connect");

    /**
     * Variables that MariaDB keeps as bits of one number. Its tracker takes each of them for the one that was set first on the connection, so that which has been set is not
     * known. As 11.4 and 11.8 report them, which EverySettingIT asks.
     */
    public static final Set<String> OPTION_BITS = Set.of("autocommit", "check_constraint_checks", "explicit_defaults_for_timestamp",
            "foreign_key_checks", "profiling", "skip_parallel_replication", "skip_replication", "sql_auto_is_null", "sql_big_selects",
            "sql_buffer_result",
            "sql_if_exists", "sql_log_bin", "sql_log_off", "sql_notes", "sql_quote_show_create", "sql_safe_updates", "sql_warnings",
            "system_versioning_insert_history", "unique_checks");

    /** Others that are bits of one number to MariaDB: whoever sets one sets what another shows. */
    static final Set<String> LOG_BITS = Set.of("log_slow_filter", "log_queries_not_using_indexes", "log_slow_disabled_statements",
            "log_slow_admin_statements", "log_slow_slave_statements", "log_disabled_statements");

    /** A server has two names for one setting; the first is the one that is kept. */
    private static final Map<String, String> ALIASES =
            Map.of("tx_isolation", "transaction_isolation", "tx_read_only", "transaction_read_only", "tmp_memory_table_size",
                    "tmp_table_size", "storage_engine", "default_storage_engine", "max_insert_delayed_threads", "max_delayed_threads",
                    "log_slow_query", "slow_query_log",
                    "log_slow_query_time", "long_query_time", "log_slow_min_examined_row_limit", "min_examined_row_limit");

    private static final Set<String> OF_MYSQL = read();

    public Baseline {
        values = Map.copyOf(values);
    }

    /** Whether MariaDB's query cache is switched on, always or on demand; where it is off, no session can switch it on. */
    public boolean cachesQueries() {
        return !values.getOrDefault("query_cache_type", "OFF").equals("OFF");
    }

    /** Whether a variable is part of a session's portable state at all. */
    public static boolean isState(String name) {
        return !NOT_STATE.contains(name);
    }

    /** Whether a session of a MySQL server can set a variable, so that it need be tracked. */
    public static boolean settableOnMySql(String name) {
        return OF_MYSQL.contains(name);
    }

    private static Set<String> read() {
        try (InputStream in = Baseline.class.getResourceAsStream("mysql-session-variables.txt")) {
            if (in == null) {
                throw new IllegalStateException("mysql-session-variables.txt is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public @Nullable String value(String name) {
        return values.get(name);
    }

    /** {@code state} after a variable has taken a value, however it took it. */
    public SessionState apply(SessionState state, String name, String value) {
        if (!isState(name)) {
            return state;
        }
        String alias = ALIASES.get(name);
        if (alias != null && values.containsKey(alias)) {
            return apply(state, alias, value);
        }
        return value.equals(values.get(name)) ? state.without(name) : state.with(name, value);
    }
}
