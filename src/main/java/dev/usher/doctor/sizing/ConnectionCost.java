package dev.usher.doctor.sizing;

import java.util.ArrayList;
import java.util.List;

/**
 * The memory of one connection, in bytes.
 *
 * @param idle while it sleeps
 * @param active while it runs a statement
 * @param activeIsMeasured whether {@code active} was seen; else it is every buffer that the settings allow a statement
 * @param amounts how it comes about
 */
record ConnectionCost(long idle, long active, boolean activeIsMeasured, List<Amount> amounts) {
    /**
     * What the kernel keeps for a connection: its thread's kernel stack, page tables and task, the socket and its buffers at rest. It counts
     * against a control group's limit and does not show in the process's resident memory.
     */
    static final long KERNEL = 48 * Amount.KIB;
    /** Resident memory beyond what the servers' instruments count: the touched part of the stack, and the allocator's slack. */
    private static final long STACK_TOUCHED = 64 * Amount.KIB;
    private static final double ALLOCATOR_SLACK = 1.25;

    /** The session object and what hangs from it after a few statements, without stack and performance schema. Measured: see docs/raise.md. */
    private static final long MYSQL_SESSION = 100 * Amount.KIB;
    private static final long MARIADB_SESSION = 72 * Amount.KIB;
    /** Of the performance schema, where it is on and does not say: MySQL 9.7 takes 165 KiB for a connection more. */
    private static final long INSTRUMENTS = 200 * Amount.KIB;

    /** Joins in one statement that have no index, each with a buffer of its own. */
    private static final int JOINS = 2;

    static ConnectionCost of(ServerFacts server, SessionMemory sessions) {
        List<Amount> amounts = new ArrayList<>();
        long network = 2 * server.variable("net_buffer_length", 16 * Amount.KIB);
        long stack = server.hasThreadPool() ? 0 : Math.min(STACK_TOUCHED, server.variable("thread_stack", STACK_TOUCHED));
        long instruments = server.isOn("performance_schema") ? sessions.instruments().orElse(INSTRUMENTS) : 0;
        long outside = stack + KERNEL + instruments;
        long model = (server.mariaDb() ? MARIADB_SESSION : MYSQL_SESSION) + network + outside;
        long seen = sessions.idle().isPresent() ? (long) (sessions.idle().getAsLong() * ALLOCATOR_SLACK) + outside : 0;
        long idle = Math.max(model, seen);
        amounts.add(new Amount("an idle connection", idle, seen > model
                ? sessions.idleFrom() + ", the allocator's slack, stack, kernel, performance schema"
                : "session, 2 x net_buffer_length, touched stack, kernel" + (instruments > 0 ? ", performance schema" : "")));
        if (sessions.active().isPresent()) {
            long active = Math.max(idle, (long) (sessions.active().getAsLong() * ALLOCATOR_SLACK) + outside);
            amounts.add(new Amount("an active connection", active, sessions.activeFrom() + ", the allocator's slack, stack, kernel"));
            return new ConnectionCost(idle, active, true, List.copyOf(amounts));
        }
        long active = idle + buffers(server);
        amounts.add(new Amount("an active connection", active, "idle + sort_buffer_size + " + JOINS
                + " x join_buffer_size + read_buffer_size + read_rnd_buffer_size + binlog_cache_size"
                + (server.mariaDb() ? " + min(tmp_table_size, max_heap_table_size)" : "") + ": nothing was measured"));
        return new ConnectionCost(idle, active, false, List.copyOf(amounts));
    }

    /** Every buffer of a statement at once. On MySQL temporary tables have a limit of their own for the whole server: {@link FixedMemory}. */
    private static long buffers(ServerFacts server) {
        return server.variable("sort_buffer_size", 0) + JOINS * server.variable("join_buffer_size", 0)
                + server.variable("read_buffer_size", 0)
                + server.variable("read_rnd_buffer_size", 0) + (server.isOn("log_bin") ? server.variable("binlog_cache_size", 0) : 0)
                + (server.mariaDb() ? temporaryTable(server) : 0);
    }

    /** What one temporary table may take in memory. */
    static long temporaryTable(ServerFacts server) {
        return Math.min(server.variable("tmp_table_size", 0), server.variable("max_heap_table_size", Long.MAX_VALUE));
    }
}
