package dev.usher.doctor.access;

import dev.usher.config.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What the client groups of a MySQL option file say, such as {@code ~/.my.cnf}; a later line wins over an earlier one. */
public final class OptionFile {
    private static final Set<String> GROUPS = Set.of("client", "client-server", "client-mariadb", "usher");
    private static final int DEEPEST_INCLUDE = 10;

    private final Map<String, String> values = new HashMap<>();

    private OptionFile() {}

    public static OptionFile empty() {
        return new OptionFile();
    }

    /** @throws ConfigException if the file cannot be read */
    public static OptionFile read(Path file) {
        OptionFile options = new OptionFile();
        options.include(file, 0);
        return options;
    }

    /** The user's own file, or nothing where there is none. */
    public static OptionFile ofUser() {
        Path file = Path.of(System.getProperty("user.home"), ".my.cnf");
        return Files.isReadable(file) ? read(file) : empty();
    }

    /** An option without a value, such as {@code skip-ssl}, is an empty text. */
    public Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    private void include(Path file, int depth) {
        if (depth > DEEPEST_INCLUDE) {
            throw new ConfigException("option file " + file + " includes itself");
        }
        String group = "";
        for (String raw : lines(file)) {
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#") || line.startsWith(";")) {
                continue;
            }
            if (line.startsWith("!includedir ")) {
                files(file.resolveSibling(line.substring(12).strip())).forEach(one -> include(one, depth + 1));
            } else if (line.startsWith("!include ")) {
                include(file.resolveSibling(line.substring(9).strip()), depth + 1);
            } else if (line.startsWith("[") && line.indexOf(']') > 0) {
                group = line.substring(1, line.indexOf(']')).strip();
            } else if (GROUPS.contains(group)) {
                option(line);
            }
        }
    }

    private void option(String line) {
        int equals = line.indexOf('=');
        String name = (equals < 0 ? line : line.substring(0, equals)).strip().toLowerCase(Locale.ROOT).replace('_', '-');
        values.put(name, equals < 0 ? "" : value(line.substring(equals + 1).strip()));
    }

    /** Quotes go, escapes are resolved, and a comment behind an unquoted value ends it: as the servers' clients read it. */
    private static String value(String text) {
        if (text.length() >= 2 && (text.charAt(0) == '"' || text.charAt(0) == '\'') && text.indexOf(text.charAt(0), 1) > 0) {
            return unescaped(text.substring(1, text.lastIndexOf(text.charAt(0))));
        }
        return unescaped(text.replaceFirst("\\s+#.*$", ""));
    }

    private static String unescaped(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\' || i + 1 == text.length()) {
                out.append(c);
                continue;
            }
            char next = text.charAt(++i);
            switch (next) {
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 'r' -> out.append('\r');
                case 'b' -> out.append('\b');
                case 's' -> out.append(' ');
                case '\\', '"', '\'' -> out.append(next);
                default -> out.append(c).append(next);
            }
        }
        return out.toString();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ConfigException("option file " + file + " cannot be read: " + e);
        }
    }

    private static List<Path> files(Path directory) {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> file.toString().endsWith(".cnf")).sorted().toList();
        } catch (IOException e) {
            throw new ConfigException("option files in " + directory + " cannot be read: " + e);
        }
    }

    /** The names only: values may be passwords. */
    @Override
    public String toString() {
        return "options " + values.keySet();
    }
}
