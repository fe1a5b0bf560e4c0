package dev.usher.doctor.sizing;

import java.util.ArrayList;
import java.util.List;

/** What a limit costs that no running server can change: descriptors, threads, mappings. */
public final class RestartAdvice {
    private RestartAdvice() {}

    /**
     * Lines to act on, for each resource that does not allow what is wanted.
     *
     * @param wanted a limit that somebody wants, or the one that memory allows
     */
    public static List<String> of(Sizing sizing, int wanted) {
        List<String> lines = new ArrayList<>();
        for (Bound bound : sizing.bounds()) {
            if (bound.connections() >= wanted) {
                continue;
            }
            switch (bound.kind()) {
                case FILE_DESCRIPTORS -> {
                    long more = roundedUp(sizing.descriptors() + wanted - bound.connections());
                    lines.add(
                            ("File descriptors allow %d connections, and a running server cannot get more. For %d: open_files_limit = %d under [mysqld], "
                                    + "LimitNOFILE=%d under [Service] of its systemd unit (systemctl edit), and a restart.")
                                    .formatted(bound.connections(), wanted, more, more));
                }
                case THREADS -> lines.add(
                        ("Threads allow %d connections. For %d: TasksMax and LimitNPROC of its systemd unit, kernel.threads-max and kernel.pid_max; "
                                + "unit settings take a restart.").formatted(bound.connections(), wanted));
                case MAPPINGS -> lines.add("Memory mappings allow %d connections. For %d: sysctl vm.max_map_count=%d, without a restart."
                        .formatted(bound.connections(), wanted, roundedUp(65_530 + 3L * wanted)));
                case ADDRESS_SPACE -> lines.add(
                        "The limit of address space (ulimit -v, ulimit -d) allows %d connections. A server is better limited by a control group."
                                .formatted(bound.connections()));
                case MEMORY, CGROUP, SERVER_MAXIMUM, MEMORY_UNKNOWN -> {
                    // not a matter of a restart
                }
            }
        }
        return List.copyOf(lines);
    }

    private static long roundedUp(long value) {
        return (value + 999) / 1000 * 1000;
    }
}
