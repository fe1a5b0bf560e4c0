package dev.usher.doctor.sizing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sets variables in the text of a server's option file and leaves everything else as it is. */
public final class OptionFileEdit {
    private static final Pattern SECTION = Pattern.compile("\\s*\\[\\s*([^]]+?)\\s*]\\s*");
    private static final Pattern OPTION = Pattern.compile("\\s*([A-Za-z0-9_-]+)\\s*(?:=.*)?");
    private static final String GROUP = "mysqld";

    private OptionFileEdit() {}

    /**
     * The text with each variable set in {@code [mysqld]}: where it is set already, every time, in whichever group of the server; else at the
     * end of the last {@code [mysqld]}, or in a new one.
     *
     * @param settings names with underscores, and their values, in the order in which they shall be written
     */
    public static String set(String text, Map<String, String> settings) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        settings.forEach((name, value) -> set(lines, name, value));
        return String.join("\n", lines) + "\n";
    }

    private static void set(List<String> lines, String name, String value) {
        String line = name + " = " + value;
        boolean found = false;
        int end = -1;
        String group = "";
        for (int i = 0; i < lines.size(); i++) {
            Matcher section = SECTION.matcher(withoutComment(lines.get(i)));
            Matcher option = OPTION.matcher(withoutComment(lines.get(i)));
            if (section.matches()) {
                group = section.group(1);
            } else if (isOfServer(group) && option.matches() && normal(option.group(1)).equals(name)) {
                lines.set(i, line);
                found = true;
            }
            if (group.equals(GROUP) && !lines.get(i).isBlank()) {
                end = i + 1;
            }
        }
        if (found) {
            return;
        }
        if (end >= 0) {
            lines.add(end, line);
            return;
        }
        if (!lines.isEmpty() && !lines.getLast().isBlank()) {
            lines.add("");
        }
        lines.add("[" + GROUP + "]");
        lines.add(line);
    }

    /** {@code [mysqld-8.0]}, {@code [mariadb]}, {@code [mariadb-10.11]}, {@code [server]} and {@code [mysqld]} are read by servers. */
    private static boolean isOfServer(String group) {
        return group.equals("server") || group.matches("(mysqld|mariadb|mariadbd)(-\\d.*)?");
    }

    private static String withoutComment(String line) {
        String stripped = line.strip();
        return stripped.startsWith("#") || stripped.startsWith(";") ? "" : stripped.replaceFirst("\\s+#.*$", "");
    }

    /** Option files take both - and _ in names, and the prefix loose_ or loose-. */
    private static String normal(String name) {
        return name.replace('-', '_').replaceFirst("^loose_", "");
    }
}
