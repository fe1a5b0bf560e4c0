package dev.usher.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A limit of memory for a server process: a control group where this user may make one (version 2 or 1), else RLIMIT_DATA.
 *
 * @param group the control group's folder, if there is one
 */
public record MemoryLimit(long bytes, Optional<Path> group) implements AutoCloseable {
    private static final Path VERSION_2 = Path.of("/sys/fs/cgroup");
    private static final Path VERSION_1 = Path.of("/sys/fs/cgroup/memory");

    public static MemoryLimit of(long bytes) {
        String name = "usher-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        return new MemoryLimit(bytes,
                made(VERSION_2.resolve(name), "memory.max", bytes).or(() -> made(VERSION_1.resolve(name), "memory.limit_in_bytes", bytes)));
    }

    /** For {@link TestServers#startUnder}. */
    public List<String> launcher() {
        return group.map(folder -> List.of("/bin/sh", "-c", "echo $$ >\"$0\" && exec \"$@\"", folder.resolve("cgroup.procs").toString()))
                .orElseGet(() -> List.of("prlimit", "--data=" + bytes, "--"));
    }

    /** The most that was in use, if it is known. */
    public Optional<Long> peak() {
        return group
                .flatMap(folder -> List.of("memory.peak", "memory.max_usage_in_bytes").stream().map(folder::resolve).filter(Files::exists)
                        .findFirst())
                .map(file -> Long.parseLong(read(file).strip()));
    }

    private static Optional<Path> made(Path folder, String limit, long bytes) {
        try {
            Files.createDirectory(folder);
            if (!Files.exists(folder.resolve(limit))) {
                Files.delete(folder); // without the memory controller
                return Optional.empty();
            }
            Files.writeString(folder.resolve(limit), Long.toString(bytes));
            return Optional.of(folder);
        } catch (IOException notHere) {
            return Optional.empty();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** After the server has ended. */
    @Override
    public void close() throws IOException {
        if (group.isPresent()) {
            Files.deleteIfExists(group.get());
        }
    }
}
