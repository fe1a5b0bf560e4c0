package dev.usher.doctor.sizing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Servers and machines for the tests of sizing: a server as its defaults make it, on a machine with 16 GiB. */
final class SizingInputs {
    static final long MIB = 1 << 20;
    static final long GIB = 1 << 30;

    final Map<String, String> variables = new HashMap<>(Map.of("max_connections", "151", "thread_stack", "299008", "net_buffer_length",
            "16384",
            "sort_buffer_size", "2097152", "join_buffer_size", "262144", "read_buffer_size", "131072", "read_rnd_buffer_size", "262144",
            "tmp_table_size", "16777216", "max_heap_table_size", "16777216", "table_open_cache", "2000"));
    final Map<String, String> status = new HashMap<>(Map.of("threads_connected", "50", "open_tables", "100"));
    boolean mariaDb = true;
    long memory = 16 * GIB;
    long available = 12 * GIB;
    long resident = 2 * GIB;
    OptionalLong maxFiles = OptionalLong.of(1_000_000);
    OptionalLong maxAddressSpace = OptionalLong.empty();
    OptionalLong maxProcesses = OptionalLong.empty();
    long maxMappings = 1_000_000;
    Optional<MachineFacts.Cgroup> cgroup = Optional.empty();
    SessionMemory sessions = SessionMemory.UNKNOWN;
    OptionalLong given = OptionalLong.empty();
    boolean local = true;
    int running = 5;

    SizingInputs() {
        variables.put("innodb_open_files", "2000");
        variables.put("open_files_limit", "1000000");
        variables.put("innodb_buffer_pool_size", Long.toString(GIB));
    }

    Sizing sizing() {
        return Sizing.of(input());
    }

    SizingInput input() {
        ProcessFacts process = new ProcessFacts(1, resident, 8 * GIB, 4 * GIB, 70, 200, 500, maxFiles, maxProcesses, maxAddressSpace,
                OptionalLong.empty(), List.of("/usr/sbin/mariadbd"));
        MachineFacts machine = new MachineFacts(memory, available, 4, 120_000, maxMappings, cgroup, OptionalLong.empty(), process);
        return new SizingInput(new ServerFacts(mariaDb, mariaDb ? "10.11.6-MariaDB" : "8.4.3", variables, status), sessions, running,
                local ? Optional.of(machine) : Optional.empty(), given);
    }

    static SessionMemory measured(long idle, long active) {
        return new SessionMemory(OptionalLong.of(idle), "measured", OptionalLong.of(active), "measured", OptionalLong.empty());
    }
}
