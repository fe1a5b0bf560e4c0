package dev.usher.doctor.sizing;

import java.util.Optional;

/**
 * The machine that the server runs on.
 *
 * @param memory bytes
 * @param available bytes that programs can still get without swapping
 * @param maxThreads the smaller one of the kernel's {@code threads-max} and {@code pid_max}
 * @param maxMappings {@code vm.max_map_count}, for one process
 * @param cgroup the control group with the least memory left, if one has a limit
 * @param maxGroupThreads how many threads more the control group allows ({@code pids.max}), if it does
 */
public record MachineFacts(long memory, long available, int processors, long maxThreads, long maxMappings, Optional<Cgroup> cgroup,
        java.util.OptionalLong maxGroupThreads, ProcessFacts process) {

    /**
     * @param limit bytes
     * @param used bytes that cannot be given back, so without the page cache
     */
    public record Cgroup(String path, long limit, long used) {}
}
