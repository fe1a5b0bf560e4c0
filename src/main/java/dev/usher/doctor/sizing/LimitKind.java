package dev.usher.doctor.sizing;

import java.util.Locale;

/** What can be the first to run out. */
public enum LimitKind {
    MEMORY,
    CGROUP,
    ADDRESS_SPACE,
    FILE_DESCRIPTORS,
    THREADS,
    MAPPINGS,
    /** No server takes a larger {@code max_connections}. */
    SERVER_MAXIMUM,
    /** The server is elsewhere and nobody has said how much memory it has. */
    MEMORY_UNKNOWN;

    /** For programs. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return switch (this) {
            case MEMORY -> "memory";
            case CGROUP -> "the memory limit of its control group";
            case ADDRESS_SPACE -> "its limit of address space";
            case FILE_DESCRIPTORS -> "file descriptors";
            case THREADS -> "threads";
            case MAPPINGS -> "memory mappings (vm.max_map_count)";
            case SERVER_MAXIMUM -> "the largest value that the server takes";
            case MEMORY_UNKNOWN -> "the server's memory, which is not known";
        };
    }
}
