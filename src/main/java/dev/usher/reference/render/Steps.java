package dev.usher.reference.render;

import dev.usher.reference.Entry;
import dev.usher.reference.Family;
import dev.usher.reference.Reproduction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A reproduction as it is shown. Where the families differ, each one's steps follow a line with its name.
 *
 * @param expected empty if it cannot be reproduced on any
 */
record Steps(List<String> lines, String expected) {
    private static final Pattern CONNECTION_ID = Pattern.compile("\\{(\\w+)\\.id}");

    static Steps of(Entry entry) {
        Map<Reproduction, List<Family>> ways = new LinkedHashMap<>();
        entry.reproduce().forEach((family, way) -> ways.computeIfAbsent(way, any -> new ArrayList<>()).add(family));
        if (ways.size() == 1) {
            Reproduction only = ways.keySet().iterator().next();
            return new Steps(lines(only), only.expected());
        }
        List<String> lines = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        ways.forEach((way, families) -> {
            String title = families.getFirst().toString();
            lines.add("# " + title);
            lines.addAll(lines(way));
            if (way.possible()) {
                expected.add("# " + title + "\n" + way.expected());
            }
        });
        return new Steps(lines, String.join("\n", expected));
    }

    private static List<String> lines(Reproduction way) {
        return way.impossible().map(why -> List.of("# not reproducible: " + why)).orElse(way.steps().stream().map(Steps::readable).toList());
    }

    /** {@code {app.id}}, which a run replaces by the connection id of that client, as a reader expects it. */
    static String readable(String code) {
        return CONNECTION_ID.matcher(code).replaceAll("<id of $1>");
    }
}
