package dev.usher.doctor.raise;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which processes of this machine are database servers. What listens on a port may as well be a tunnel, a proxy, or Usher. */
final class ServerProcesses {
    private static final Set<String> PROGRAMS = Set.of("mysqld", "mariadbd", "mysqld-debug", "mysqld_debug");

    private ServerProcesses() {}

    static boolean isServer(long pid) {
        // Not the first word alone: it may be the loader that runs the program.
        return command(pid).stream().limit(4).anyMatch(word -> PROGRAMS.contains(word.substring(word.lastIndexOf('/') + 1)));
    }

    static List<String> command(long pid) {
        try {
            return List.of(Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.ISO_8859_1).split("\0"));
        } catch (IOException gone) {
            return List.of();
        }
    }

    /** For users who may not see whose a port is: the one server that runs here, if it is one. */
    static Optional<Long> theOnlyOne() {
        long found = 0;
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                long pid = Long.parseLong(process.getFileName().toString());
                if (isServer(pid)) {
                    if (found != 0) {
                        return Optional.empty();
                    }
                    found = pid;
                }
            }
        } catch (IOException | DirectoryIteratorException noProc) {
            return Optional.empty();
        }
        return found == 0 ? Optional.empty() : Optional.of(found);
    }
}
