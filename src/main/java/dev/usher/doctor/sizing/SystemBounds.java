package dev.usher.doctor.sizing;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** How many connections descriptors, threads and the server itself allow. */
final class SystemBounds {
    /** Both servers refuse more. */
    static final int SERVER_MAXIMUM = 100_000;
    /** The stack of a thread, and the page that guards it. */
    private static final int MAPPINGS_OF_A_THREAD = 2;
    private static final int OPEN_TABLES_AT_LEAST = 400;

    private SystemBounds() {}

    static List<Bound> of(SizingInput input) {
        List<Bound> bounds = new ArrayList<>();
        bounds.add(descriptors(input));
        if (!input.server().hasThreadPool()) {
            input.machine().ifPresent(machine -> threads(input.server(), machine, bounds));
        }
        bounds.add(Bound.same(LimitKind.SERVER_MAXIMUM, SERVER_MAXIMUM, "max_connections takes no more"));
        return bounds;
    }

    /**
     * What files need comes first: a connection that gets the last descriptor leaves none for a table. MySQL itself reckons with two descriptors
     * for each cached table; InnoDB, with one for a file, has a limit of its own.
     */
    private static Bound descriptors(SizingInput input) {
        ServerFacts server = input.server();
        long limit = descriptorLimit(input);
        long cache = server.variable("table_open_cache", 2000);
        long perServer = 10 + 2 * cache;
        long perEngine =
                10 + server.variable("innodb_open_files", cache) + 2 * Math.max(OPEN_TABLES_AT_LEAST, server.status("open_tables", 0));
        long open = input.machine().map(machine -> (long) machine.process().openFiles() - server.connected()).orElse(0L);
        long files = Math.max(open, Math.min(perServer, perEngine));
        return Bound.same(LimitKind.FILE_DESCRIPTORS, limit - files, limit + " descriptors - " + files + " for tables, logs and the rest");
    }

    static long descriptorLimit(SizingInput input) {
        OptionalLong ofProcess = input.machine().map(machine -> machine.process().maxFiles()).orElse(OptionalLong.empty());
        return ofProcess.orElse(input.server().variable("open_files_limit", 1024));
    }

    private static void threads(ServerFacts server, MachineFacts machine, List<Bound> bounds) {
        ProcessFacts process = machine.process();
        int connected = server.connected();
        long background = Math.max(0, process.threads() - connected);
        // A tenth stays for everything else on the machine.
        bounds.add(Bound.same(LimitKind.THREADS, machine.maxThreads() * 9 / 10 - background,
                "9/10 of the kernel's " + machine.maxThreads() + " threads - " + background + " of the server's own"));
        process.maxProcesses().ifPresent(limit -> bounds.add(Bound.same(LimitKind.THREADS, limit - background,
                limit + " threads of its user (ulimit -u) - " + background + " of the server's own")));
        machine.maxGroupThreads().ifPresent(more -> bounds.add(Bound.same(LimitKind.THREADS, connected + more,
                connected + " connected + " + more + " threads that the control group still allows (pids.max)")));
        if (process.mappings() > 0) {
            long left = machine.maxMappings() - process.mappings();
            bounds.add(Bound.same(LimitKind.MAPPINGS, connected + left * 9 / 10 / MAPPINGS_OF_A_THREAD,
                    "%d connected + 9/10 of %d mappings left / %d for a thread".formatted(connected, left, MAPPINGS_OF_A_THREAD)));
        }
    }
}
