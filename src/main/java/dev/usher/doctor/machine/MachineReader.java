package dev.usher.doctor.machine;

import dev.usher.doctor.sizing.MachineFacts;
import dev.usher.doctor.sizing.ProcessFacts;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A server's process and its machine, from /proc and /sys. */
public final class MachineReader {
    private MachineReader() {}

    /** Nothing if there is no such process, or /proc does not show it. */
    public static Optional<MachineFacts> read(long pid) {
        List<String> memory = Proc.lines("/proc/meminfo");
        ProcessFacts process = process(pid);
        if (process.resident() == 0 || Proc.field(memory, "MemAvailable") == 0) {
            return Optional.empty();
        }
        long threads = Math.min(number("/proc/sys/kernel/threads-max"), number("/proc/sys/kernel/pid_max"));
        Cgroup cgroup = Cgroup.of(pid);
        return Optional.of(new MachineFacts(Proc.field(memory, "MemTotal"), Proc.field(memory, "MemAvailable"),
                Runtime.getRuntime().availableProcessors(), threads, number("/proc/sys/vm/max_map_count"), cgroup.tightest(),
                cgroup.threadsLeft(), process));
    }

    /** Zeros where there is no such process. */
    static ProcessFacts process(long pid) {
        String folder = "/proc/" + pid;
        List<String> status = Proc.lines(folder + "/status");
        Map<String, OptionalLong> limits = limits(folder);
        boolean root = Proc.field(status, "Uid") == 0;
        return new ProcessFacts(pid, Proc.field(status, "VmRSS"), Proc.field(status, "VmSize"), Proc.field(status, "VmData"),
                Math.toIntExact(Proc.field(status, "Threads")), Proc.entries(Path.of(folder, "fd"), "*").size(),
                Proc.lines(folder + "/maps").size(), limits.getOrDefault("Max open files", OptionalLong.empty()),
                root ? OptionalLong.empty() : limits.getOrDefault("Max processes", OptionalLong.empty()),
                limits.getOrDefault("Max address space", OptionalLong.empty()), limits.getOrDefault("Max data size", OptionalLong.empty()),
                ServerProcesses.command(pid));
    }

    /** Soft limits; "unlimited" is empty. */
    private static Map<String, OptionalLong> limits(String process) {
        Map<String, OptionalLong> limits = new HashMap<>();
        for (String line : Proc.lines(process + "/limits")) {
            String[] columns = line.split("\\s{2,}");
            if (columns.length >= 3) {
                limits.put(columns[0], Proc.parsed(columns[1]));
            }
        }
        return limits;
    }

    private static long number(String file) {
        return Proc.number(file).orElse(Long.MAX_VALUE);
    }
}
