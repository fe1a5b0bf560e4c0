package dev.usher.reference;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Which full entries are near an error that has none: those with its SQLSTATE, unless that says nothing, and those whose symbols share words. */
final class Related {
    private static final Set<String> SAYS_NOTHING = Set.of("HY000", "42000");
    private static final Set<String> IN_TOO_MANY = Set.of("ERROR", "SERVER", "WITH", "USER", "CANT", "NOT", "UNKNOWN", "WRONG", "ACCESS");
    private static final int SHORTEST_WORD = 4;
    private static final int MOST = 5;

    /** Of the full entries, without reading them. */
    private final Map<Integer, ErrorList.Line> full = new LinkedHashMap<>();

    Related() {
        Set<Integer> codes = new HashSet<>(EntryFiles.codes());
        for (Family family : Family.values()) {
            ErrorList.of(family).lines().stream().filter(line -> codes.contains(line.code()))
                    .forEach(line -> full.putIfAbsent(line.code(), line));
        }
    }

    List<Integer> to(ErrorList.Line line) {
        Map<Integer, Integer> nearness = new LinkedHashMap<>();
        Set<String> words = words(line);
        full.forEach((code, other) -> {
            Set<String> shared = words(other);
            shared.retainAll(words);
            int score = 2 * shared.size() + (other.sqlState().equals(line.sqlState()) && !SAYS_NOTHING.contains(line.sqlState()) ? 3 : 0);
            if (score >= 3 && code != line.code()) {
                nearness.put(code, score);
            }
        });
        return nearness.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue(Comparator.reverseOrder()).thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private static Set<String> words(ErrorList.Line line) {
        return Arrays.stream(line.symbol().split("_"))
                .filter(word -> word.length() >= SHORTEST_WORD && !IN_TOO_MANY.contains(word))
                .collect(Collectors.toCollection(HashSet::new));
    }
}
