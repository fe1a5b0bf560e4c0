package dev.usher.doctor.machine;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which processes of this machine are database servers. What listens on a port may as well be a tunnel, a proxy, or Usher. */
public final class ServerProcesses {
    private static final Set<String> PROGRAMS = Set.of("mysqld", "mariadbd", "mysqld-debug", "mysqld_debug");

    private ServerProcesses() {}

    public static boolean isServer(long pid) {
        // Not the first word alone: it may be the loader that runs the program.
        return command(pid).stream().limit(4).anyMatch(word -> PROGRAMS.contains(word.substring(word.lastIndexOf('/') + 1)));
    }

    static List<String> command(long pid) {
        return List.of(Proc.text("/proc/" + pid + "/cmdline").split("\0"));
    }

    /** For users who may not see whose a port is: the one server that runs here, if it is one. */
    public static Optional<Long> theOnlyOne() {
        long found = 0;
        for (Path process : Proc.processes()) {
            long pid = Long.parseLong(process.getFileName().toString());
            if (isServer(pid)) {
                if (found != 0) {
                    return Optional.empty();
                }
                found = pid;
            }
        }
        return found == 0 ? Optional.empty() : Optional.of(found);
    }
}
