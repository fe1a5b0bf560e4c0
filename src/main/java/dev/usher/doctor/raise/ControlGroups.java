package dev.usher.doctor.raise;

import dev.usher.doctor.sizing.MachineFacts.Cgroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The control groups that a process is in, versions 1 and 2, and those above them: the tightest one counts. */
final class ControlGroups {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    /** Version 1 has no word for "no limit": it is a number that no machine has. */
    private static final long NO_LIMIT = 1L << 60;

    private final List<Cgroup> memory = new ArrayList<>();
    private final List<Long> threadsLeft = new ArrayList<>();

    private ControlGroups() {}

    static ControlGroups of(Path process) {
        ControlGroups groups = new ControlGroups();
        for (String line : MachineReader.textLines(process.resolve("cgroup"))) {
            String[] fields = line.split(":", 3);
            if (fields.length == 3) {
                groups.add(fields[1], fields[2]);
            }
        }
        return groups;
    }

    private void add(String controllers, String path) {
        if (controllers.isEmpty()) {
            for (Path group : upwards(Files.isDirectory(ROOT.resolve("unified")) ? ROOT.resolve("unified") : ROOT, path)) {
                memory(group, "memory.max", "memory.current", "");
                threads(group);
            }
        }
        List<String> names = List.of(controllers.split(","));
        if (names.contains("memory")) {
            upwards(ROOT.resolve("memory"), path)
                    .forEach(group -> memory(group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_"));
        }
        if (names.contains("pids")) {
            upwards(ROOT.resolve("pids"), path).forEach(this::threads);
        }
    }

    /** Inside a container the path may be the host's and lead nowhere here; the root is then the container's own group. */
    private static List<Path> upwards(Path root, String path) {
        List<Path> groups = new ArrayList<>();
        for (Path at = root.resolve(path.substring(1)).normalize(); at != null && at.startsWith(root); at = at.getParent()) {
            if (Files.isDirectory(at)) {
                groups.add(at);
            }
        }
        return groups;
    }

    private void memory(Path group, String limitFile, String usageFile, String prefix) {
        long limit = number(group.resolve(limitFile));
        if (limit < 0 || limit > NO_LIMIT) {
            return;
        }
        long cache = 0;
        for (String line : MachineReader.textLines(group.resolve("memory.stat"))) {
            if (line.startsWith(prefix + "inactive_file ") || line.startsWith(prefix + "active_file ")) {
                cache += Long.parseLong(line.substring(line.indexOf(' ') + 1));
            }
        }
        memory.add(new Cgroup(group.toString(), limit, Math.max(0, number(group.resolve(usageFile)) - cache)));
    }

    private void threads(Path group) {
        long most = number(group.resolve("pids.max"));
        if (most >= 0) {
            threadsLeft.add(Math.max(0, most - number(group.resolve("pids.current"))));
        }
    }

    private static long number(Path file) {
        String text = MachineReader.text(file).strip();
        return text.matches("\\d{1,19}") ? Long.parseLong(text) : -1;
    }

    Optional<Cgroup> memory() {
        return memory.stream().min(java.util.Comparator.comparingLong(group -> group.limit() - group.used()));
    }

    OptionalLong threadsLeft() {
        return threadsLeft.stream().mapToLong(Long::longValue).min();
    }
}
