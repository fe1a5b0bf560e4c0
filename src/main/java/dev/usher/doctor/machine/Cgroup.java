package dev.usher.doctor.machine;

import dev.usher.doctor.sizing.MachineFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The control group of a process, version 1 or 2, with the limits of the groups above it: the tightest one counts.
 *
 * @param memory folders, the process's own first
 * @param pids the same for the number of threads
 * @param unified whether these are of version 2
 */
record Cgroup(List<Path> memory, List<Path> pids, boolean unified) {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    /** Version 1 has no word for "no limit": it is a number that no machine has. */
    private static final long NO_LIMIT = 1L << 60;

    static Cgroup of(long pid) {
        List<Path> memory = List.of();
        List<Path> pids = List.of();
        String own = "/";
        for (String line : Proc.lines("/proc/" + pid + "/cgroup")) {
            String[] fields = line.split(":", 3);
            if (fields.length < 3) {
                continue;
            }
            List<String> controllers = List.of(fields[1].split(","));
            if (controllers.contains("memory")) {
                memory = folders(ROOT.resolve("memory"), fields[2]);
            } else if (controllers.contains("pids")) {
                pids = folders(ROOT.resolve("pids"), fields[2]);
            } else if (fields[1].isEmpty()) {
                own = fields[2];
            }
        }
        if (memory.isEmpty() && pids.isEmpty()) {
            List<Path> all = folders(ROOT, own);
            return new Cgroup(all, all, true);
        }
        return new Cgroup(memory, pids, false);
    }

    /** Inside a container the path may be the host's and lead nowhere here; the root is then the container's own group. */
    private static List<Path> folders(Path root, String path) {
        List<Path> all = new ArrayList<>();
        for (Path at = root.resolve(path.replaceFirst("^/+", "")).normalize(); at != null && at.startsWith(root); at = at.getParent()) {
            if (Files.isDirectory(at)) {
                all.add(at);
            }
        }
        return List.copyOf(all);
    }

    /** The group with the least memory left, if one has a limit; used is what counts against that, without the page cache, which can be given back. */
    Optional<MachineFacts.Cgroup> tightest() {
        return memory.stream().flatMap(folder -> limit(folder, unified ? "memory.max" : "memory.limit_in_bytes").stream()
                .mapToObj(limit -> new MachineFacts.Cgroup(folder.toString(), limit, used(folder))))
                .min(Comparator.comparingLong(group -> group.limit() - group.used()));
    }

    private long used(Path folder) {
        long used = Proc.number(folder.resolve(unified ? "memory.current" : "memory.usage_in_bytes").toString()).orElse(0);
        List<String> stat = Proc.lines(folder.resolve("memory.stat").toString());
        String prefix = unified ? "" : "total_";
        return Math.max(0, used - Proc.field(stat, prefix + "inactive_file") - Proc.field(stat, prefix + "active_file"));
    }

    OptionalLong threadLimit() {
        return pids.stream().flatMapToLong(folder -> limit(folder, "pids.max").stream()).min();
    }

    /** How many threads more there may be. */
    OptionalLong threadsLeft() {
        return pids.stream().flatMapToLong(folder -> limit(folder, "pids.max").stream()
                .map(limit -> Math.max(0, limit - Proc.number(folder.resolve("pids.current").toString()).orElse(0)))).min();
    }

    long memoryLimitHits() {
        return sum("max", "memory.failcnt");
    }

    long outOfMemoryKills() {
        return unified ? sum("oom_kill", "") : memory.stream()
                .mapToLong(folder -> Proc.field(Proc.lines(folder.resolve("memory.oom_control").toString()), "oom_kill")).sum();
    }

    private long sum(String event, String fileOfVersion1) {
        return memory.stream().mapToLong(folder -> unified
                ? Proc.field(Proc.lines(folder.resolve("memory.events").toString()), event)
                : Proc.number(folder.resolve(fileOfVersion1).toString()).orElse(0)).sum();
    }

    private static OptionalLong limit(Path folder, String file) {
        OptionalLong limit = Proc.number(folder.resolve(file).toString());
        return limit.isPresent() && limit.getAsLong() < NO_LIMIT ? limit : OptionalLong.empty();
    }
}
