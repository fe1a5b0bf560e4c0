package dev.usher.doctor.scenarios;

import dev.usher.doctor.rules.Cause;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What was so, against what the doctor said. */
final class Confusion {
    private final Map<Cause, Map<Cause, Integer>> counts = new EnumMap<>(Cause.class);
    private final List<String> lines = new ArrayList<>();

    synchronized void add(String server, Scenario scenario, Cause said, double confidence, boolean right) {
        counts.computeIfAbsent(scenario.expected(), cause -> new EnumMap<>(Cause.class)).merge(said, 1, Integer::sum);
        lines.add("| %s | %s | %s | %s (%.0f %%) | %s |".formatted(scenario.expected().id(), scenario.name(), server, said.id(),
                confidence * 100,
                right ? "right" : "**wrong**"));
    }

    /** Rows are what was so, columns what was said. */
    synchronized String table() {
        StringBuilder text = new StringBuilder("| was | said ");
        List<Cause> causes = List.of(Cause.values());
        text.append(String.join(" | ", causes.stream().map(Cause::id).toList())).append(" |\n|---|").append("---|".repeat(causes.size()))
                .append("\n");
        text.replace(0, "| was | said ".length(), "| was \\ said | ");
        for (Cause was : causes) {
            Map<Cause, Integer> row = counts.getOrDefault(was, Map.of());
            text.append("| ").append(was.id());
            causes.forEach(said -> text.append(" | ").append(row.containsKey(said) ? row.get(said).toString() : ""));
            text.append(" |\n");
        }
        return text.toString();
    }

    synchronized List<String> lines() {
        return lines.stream().sorted().toList();
    }
}
