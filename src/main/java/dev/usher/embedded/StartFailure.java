package dev.usher.embedded;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From what a server that did not start wrote, to what its user should do. */
final class StartFailure {
    private static final Pattern MISSING_LIBRARY = Pattern.compile("error while loading shared libraries: (\\S+?):");
    private static final int LAST_LINES = 12;

    /** What the executable is linked with, beyond the C library: package on Debian and Ubuntu, package on Fedora. */
    private static final Map<String, String> PACKAGES = Map.of(
            "libcrypt.so.1", "libcrypt1 (Debian, Ubuntu) or libxcrypt-compat (Fedora)",
            "libsystemd.so.0", "libsystemd0 (Debian, Ubuntu) or systemd-libs (Fedora)",
            "libstdc++.so.6", "libstdc++6 (Debian, Ubuntu) or libstdc++ (Fedora)",
            "libgcc_s.so.1", "libgcc-s1 (Debian, Ubuntu) or libgcc (Fedora)");

    private StartFailure() {}

    static EmbeddedServerException of(String what, List<String> log) {
        StringBuilder message = new StringBuilder(what).append('.');
        String advice = advice(String.join("\n", log));
        if (!advice.isEmpty()) {
            message.append(' ').append(advice);
        }
        if (!log.isEmpty()) {
            message.append("\nThe server's last words:");
            log.stream().skip(Math.max(0, log.size() - LAST_LINES)).forEach(line -> message.append("\n    ").append(line));
        }
        return new EmbeddedServerException(message.toString());
    }

    static boolean portWasTaken(List<String> log) {
        return String.join("\n", log).contains("Address already in use");
    }

    private static String advice(String log) {
        Matcher library = MISSING_LIBRARY.matcher(log);
        if (library.find()) {
            String name = library.group(1);
            String where = PACKAGES.get(name);
            return "The library " + name + " is missing: install " + (where == null ? "the package that has it" : where) + ".";
        }
        if (log.contains("Address already in use")) {
            return "Another program uses the port: choose another one, or 0 for any free one.";
        }
        if (log.contains("No space left on device")) {
            return "The disk is full.";
        }
        if (log.contains("mariadbd: not found") || log.contains("cannot execute")) {
            return "The server needs the GNU C library on x86-64 (Debian, Ubuntu, Fedora, …; not Alpine).";
        }
        return "";
    }
}
