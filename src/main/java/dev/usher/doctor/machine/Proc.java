package dev.usher.doctor.machine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** Reads files of /proc and /sys. Whatever is not there, not ours to read, or just gone is empty. */
final class Proc {
    private static final int CHUNK = 64 * 1024;
    private static final String SOCKET = "socket:[";

    private Proc() {}

    static List<String> lines(String file) {
        return text(file).lines().toList();
    }

    static String text(String file) {
        // Not Files.readString: it reads one byte first, and a file of /proc/sys has nothing more to give after that.
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            byte[] buffer = new byte[CHUNK];
            for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                text.write(buffer, 0, read);
            }
            return text.toString(StandardCharsets.ISO_8859_1);
        } catch (IOException notThere) {
            return "";
        }
    }

    static OptionalLong number(String file) {
        return lines(file).stream().findFirst().map(Proc::parsed).orElse(OptionalLong.empty());
    }

    /** The number behind a name, such as {@code VmRSS:  123 kB} or {@code oom_kill 2}; 0 where there is none. */
    static long field(List<String> lines, String name) {
        for (String line : lines) {
            if (line.startsWith(name) && line.length() > name.length() && !Character.isLetterOrDigit(line.charAt(name.length()))
                    && line.charAt(name.length()) != '_') {
                String[] words = line.substring(name.length()).replace(':', ' ').strip().split("\\s+");
                return parsed(words[0]).orElse(0) * (words.length > 1 && words[1].equals("kB") ? 1024 : 1);
            }
        }
        return 0;
    }

    static OptionalLong parsed(String text) {
        try {
            return OptionalLong.of(Long.parseLong(text.strip()));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    static List<Path> processes() {
        return entries(Path.of("/proc"), "[0-9]*");
    }

    static List<Path> entries(Path directory, String pattern) {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, pattern)) {
            entries.forEach(all::add);
        } catch (IOException | DirectoryIteratorException notThere) {
            return all; // what has been read of it is right
        }
        return all;
    }

    /** The inodes of the sockets that a process has open. */
    static Set<String> sockets(Path process) {
        Set<String> inodes = new HashSet<>();
        for (Path descriptor : entries(process.resolve("fd"), "*")) {
            try {
                String link = Files.readSymbolicLink(descriptor).toString();
                if (link.startsWith(SOCKET)) {
                    inodes.add(link.substring(SOCKET.length(), link.length() - 1));
                }
            } catch (IOException closedMeanwhile) {
                continue;
            }
        }
        return inodes;
    }
}
