package dev.usher.doctor.sizing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The memory that the server takes whatever the number of its connections.
 *
 * @param bytes the sum of {@code amounts}
 */
record FixedMemory(long bytes, List<Amount> amounts) {
    /** A cached table with its share of the dictionary, for small tables; wide ones take several times that. */
    private static final long CACHED_TABLE = 16 * Amount.KIB;
    /** Code, static data, background threads. */
    private static final long MYSQL_BASE = 200 * Amount.MIB;
    private static final long MARIADB_BASE = 80 * Amount.MIB;

    /**
     * Measured where there is a process to measure: its resident memory less what its present connections account for, plus what it will still
     * touch. Else from its settings.
     */
    static FixedMemory of(ServerFacts server, Optional<ProcessFacts> process, ConnectionCost cost, boolean measuredStatements) {
        List<Amount> amounts = new ArrayList<>();
        if (process.isPresent()) {
            long sessions = server.connected() * (cost.idle() - ConnectionCost.KERNEL);
            amounts.add(new Amount("the server now", process.get().resident(), "resident memory of process " + process.get().pid()));
            amounts.add(new Amount("less its connections", -Math.min(sessions, process.get().resident() / 2),
                    "Threads_connected " + server.connected() + " x an idle one: they are counted below"));
            add(amounts, "buffer pool not filled yet",
                    server.status("innodb_buffer_pool_pages_free", 0) * server.status("innodb_page_size", 16 * Amount.KIB) * 21 / 20,
                    "Innodb_buffer_pool_pages_free");
            add(amounts, "Aria page cache not filled yet",
                    server.status("aria_pagecache_blocks_unused", 0) * server.variable("aria_block_size", 8 * Amount.KIB),
                    "Aria_pagecache_blocks_unused");
            add(amounts, "key buffer not filled yet",
                    server.status("key_blocks_unused", 0) * server.variable("key_cache_block_size", Amount.KIB), "Key_blocks_unused");
            add(amounts, "query cache not filled yet", server.isOn("query_cache_type") ? server.status("qcache_free_memory", 0) : 0,
                    "Qcache_free_memory");
        } else {
            add(amounts, "buffer pool", server.variable("innodb_buffer_pool_size", 0) * 11 / 10, "1.1 x innodb_buffer_pool_size");
            add(amounts, "log buffer", server.variable("innodb_log_buffer_size", 0), "innodb_log_buffer_size");
            add(amounts, "key buffer", server.variable("key_buffer_size", 0), "key_buffer_size");
            add(amounts, "Aria page cache", server.variable("aria_pagecache_buffer_size", 0), "aria_pagecache_buffer_size");
            add(amounts, "query cache", server.isOn("query_cache_type") ? server.variable("query_cache_size", 0) : 0, "query_cache_size");
            add(amounts, "performance schema", server.status("performance_schema_memory", 0), "SHOW ENGINE PERFORMANCE_SCHEMA STATUS");
            amounts.add(new Amount("the program", server.mariaDb() ? MARIADB_BASE : MYSQL_BASE,
                    "estimate: its process cannot be seen from here"));
        }
        long tables = server.variable("table_open_cache", 0) - server.status("open_tables", 0);
        add(amounts, "table cache not filled yet", Math.max(0, tables) * CACHED_TABLE, "(table_open_cache - Open_tables) x 16 KiB");
        if (!server.mariaDb() && !measuredStatements) {
            add(amounts, "temporary tables of all connections", server.variable("temptable_max_ram", 0),
                    "temptable_max_ram, the limit for the whole server");
        }
        return new FixedMemory(amounts.stream().mapToLong(Amount::bytes).sum(), List.copyOf(amounts));
    }

    private static void add(List<Amount> amounts, String what, long bytes, String from) {
        if (bytes > 0) {
            amounts.add(new Amount(what, bytes, from));
        }
    }
}
