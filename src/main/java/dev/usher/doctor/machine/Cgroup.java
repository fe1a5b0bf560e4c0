package dev.usher.doctor.machine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The control group of a process, version 1 or 2, with the limits of the groups above it.
 *
 * @param memory folders, the process's own first
 * @param pids the same for the number of threads
 * @param unified whether these are of version 2
 */
record Cgroup(List<Path> memory, List<Path> pids, boolean unified) {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    /** Version 1 writes "no limit" as a number near 2^63. */
    private static final long NO_LIMIT = 1L << 60;

    static Cgroup of(long pid) {
        List<Path> memory = List.of();
        List<Path> pids = List.of();
        Path own = Path.of("/");
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
                own = Path.of(fields[2]);
            }
        }
        if (memory.isEmpty() && pids.isEmpty()) {
            List<Path> all = folders(ROOT, own.toString());
            return new Cgroup(all, all, true);
        }
        return new Cgroup(memory, pids, false);
    }

    private static List<Path> folders(Path root, String path) {
        List<Path> all = new ArrayList<>();
        Path at = root.resolve(path.replaceFirst("^/+", "")).normalize();
        if (!Files.isDirectory(at)) {
            at = root; // in a container the group's path is that of the host
        }
        for (; at != null && at.startsWith(root); at = at.getParent()) {
            all.add(at);
        }
        return List.copyOf(all);
    }

    OptionalLong memoryLimit() {
        return lowest(memory, unified ? "memory.max" : "memory.limit_in_bytes");
    }

    OptionalLong threadLimit() {
        return lowest(pids, "pids.max");
    }

    /** What counts against the tightest limit, without the page cache that can be given back at once. */
    long memoryUsed() {
        for (Path folder : memory) {
            if (limit(folder, unified ? "memory.max" : "memory.limit_in_bytes").isPresent()) {
                long used = Proc.number(folder.resolve(unified ? "memory.current" : "memory.usage_in_bytes").toString()).orElse(0);
                List<String> stat = Proc.lines(folder.resolve("memory.stat").toString());
                return Math.max(0, used - Proc.field(stat, unified ? "inactive_file" : "total_inactive_file"));
            }
        }
        return 0;
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

    private static OptionalLong lowest(List<Path> folders, String file) {
        return folders.stream().map(folder -> limit(folder, file)).filter(OptionalLong::isPresent).mapToLong(OptionalLong::getAsLong).min();
    }

    private static OptionalLong limit(Path folder, String file) {
        OptionalLong limit = Proc.number(folder.resolve(file).toString());
        return limit.isPresent() && limit.getAsLong() < NO_LIMIT ? limit : OptionalLong.empty();
    }
}
