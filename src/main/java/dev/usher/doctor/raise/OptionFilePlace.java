package dev.usher.doctor.raise;

import dev.usher.doctor.sizing.MachineFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where a server's settings belong.
 *
 * @param file the file, or two names to choose from
 * @param warning what would win over it; empty if nothing is known to
 */
public record OptionFilePlace(String file, String warning) {
    private static final String DEBIAN = "/etc/mysql/mariadb.conf.d";
    private static final String OTHERS = "/etc/my.cnf.d";

    public static OptionFilePlace of(Optional<MachineFacts> machine) {
        if (machine.isEmpty()) {
            return new OptionFilePlace(
                    DEBIAN + "/99-max-connections.cnf (Debian, Ubuntu) or " + OTHERS + "/zz-max-connections.cnf (Red Hat, SUSE)", "");
        }
        List<String> command = machine.get().process().command();
        return new OptionFilePlace(file(command), warning(command));
    }

    private static String file(List<String> command) {
        Optional<String> named = command.stream().filter(word -> word.startsWith("--defaults-file=")).findFirst();
        if (named.isPresent()) {
            return named.get().substring("--defaults-file=".length());
        }
        if (Files.isDirectory(Path.of(DEBIAN))) {
            return DEBIAN + "/99-max-connections.cnf";
        }
        return Files.isDirectory(Path.of(OTHERS)) ? OTHERS + "/zz-max-connections.cnf" : "/etc/my.cnf";
    }

    private static String warning(List<String> command) {
        if (command.contains("--no-defaults")) {
            return "The server was started with --no-defaults and reads no file: the lines belong on its command line.";
        }
        return command.stream().filter(word -> word.replace('_', '-').startsWith("--max-connections=")).findFirst()
                .map(word -> "The server was started with " + word + ", which wins over any file.").orElse("");
    }
}
