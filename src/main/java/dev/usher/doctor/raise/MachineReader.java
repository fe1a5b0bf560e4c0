package dev.usher.doctor.raise;

import dev.usher.doctor.sizing.MachineFacts;
import dev.usher.doctor.sizing.ProcessFacts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** A server's process and its machine, from /proc and /sys. */
final class MachineReader {
    private static final int CHUNK = 64 * 1024;

    private MachineReader() {}

    /** Nothing if there is no such process, or /proc does not show it. */
    static Optional<MachineFacts> read(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        Map<String, String> status = fields(process.resolve("status"));
        Map<String, String> memory = fields(Path.of("/proc/meminfo"));
        if (!status.containsKey("VmRSS") || !memory.containsKey("MemAvailable")) {
            return Optional.empty();
        }
        long threads = Math.min(number("/proc/sys/kernel/threads-max"), number("/proc/sys/kernel/pid_max"));
        ControlGroups groups = ControlGroups.of(process);
        return Optional.of(new MachineFacts(kib(memory, "MemTotal"), kib(memory, "MemAvailable"),
                Runtime.getRuntime().availableProcessors(),
                threads, number("/proc/sys/vm/max_map_count"), groups.memory(), groups.threadsLeft(), process(pid, process, status)));
    }

    private static ProcessFacts process(long pid, Path process, Map<String, String> status) {
        Map<String, OptionalLong> limits = limits(process);
        boolean root = status.getOrDefault("Uid", "0").strip().split("\\s+")[0].equals("0");
        return new ProcessFacts(pid, kib(status, "VmRSS"), kib(status, "VmSize"), kib(status, "VmData"),
                Integer.parseInt(status.getOrDefault("Threads", "1").strip()), entries(process.resolve("fd")),
                lines(process.resolve("maps")),
                limits.getOrDefault("Max open files", OptionalLong.empty()),
                root ? OptionalLong.empty() : limits.getOrDefault("Max processes", OptionalLong.empty()),
                limits.getOrDefault("Max address space", OptionalLong.empty()), limits.getOrDefault("Max data size", OptionalLong.empty()),
                ServerProcesses.command(pid));
    }

    /** Soft limits; "unlimited" is empty. */
    private static Map<String, OptionalLong> limits(Path process) {
        Map<String, OptionalLong> limits = new HashMap<>();
        for (String line : text(process.resolve("limits")).lines().toList()) {
            String[] columns = line.split("\\s{2,}");
            if (columns.length >= 3 && columns[1].matches("\\d{1,18}")) {
                limits.put(columns[0], OptionalLong.of(Long.parseLong(columns[1])));
            }
        }
        return limits;
    }

    private static Map<String, String> fields(Path file) {
        Map<String, String> fields = new HashMap<>();
        text(file).lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return fields;
    }

    private static long kib(Map<String, String> fields, String name) {
        return Long.parseLong(fields.getOrDefault(name, "0").replaceFirst("\\s*kB", "")) * 1024;
    }

    private static long number(String file) {
        String text = text(Path.of(file)).strip();
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : Long.MAX_VALUE;
    }

    private static int entries(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return (int) entries.count();
        } catch (IOException hidden) {
            return 0;
        }
    }

    private static int lines(Path file) {
        return (int) text(file).lines().count();
    }

    static String text(Path file) {
        // Not Files.readString: it reads one byte first, and a file of /proc/sys has nothing more to give after that.
        try (InputStream in = Files.newInputStream(file)) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            byte[] buffer = new byte[CHUNK];
            for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                text.write(buffer, 0, read);
            }
            return text.toString(StandardCharsets.ISO_8859_1);
        } catch (IOException hidden) {
            return "";
        }
    }

    static List<String> textLines(Path file) {
        return text(file).lines().toList();
    }
}
