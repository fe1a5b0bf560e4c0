package dev.usher.reference;

import dev.usher.text.EditDistance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The errors whose number or symbol is closest to an unknown one. */
final class Nearest {
    private static final int ONE_DIGIT = 100;
    private static final int ONE_AWAY = 20;

    private final Reference reference;

    Nearest(Reference reference) {
        this.reference = reference;
    }

    List<Explanation> to(String question, int howMany) {
        Set<Integer> full = new HashSet<>(EntryFiles.codes());
        String symbol = question.toUpperCase(Locale.ROOT);
        boolean number = question.matches("\\d{1,9}");
        Map<Integer, Integer> distances = new LinkedHashMap<>();
        for (Family family : Family.values()) {
            for (ErrorList.Line line : ErrorList.of(family).lines()) {
                int distance = number
                        ? numbers(question, line.code()) - (full.contains(line.code()) ? ONE_DIGIT : 0)
                        : 10 * EditDistance.between(symbol, line.symbol()) / Math.max(symbol.length(), line.symbol().length());
                if (number || distance <= 4) {
                    distances.merge(line.code(), distance, Math::min);
                }
            }
        }
        List<Integer> codes = new ArrayList<>(distances.keySet());
        codes.sort(Comparator.<Integer>comparingInt(distances::get).thenComparing(code -> code));
        List<Explanation> found = new ArrayList<>();
        for (int code : codes.subList(0, Math.min(howMany, codes.size()))) {
            found.add(reference.byCode(code).getFirst());
        }
        return found;
    }

    /** A digit mistyped, left out or doubled, or a number close by: 10440 and 1039 may be meant to be 1040. */
    private static int numbers(String question, int code) {
        int off = (int) Math.min(1000, Math.abs(Long.parseLong(question) - code));
        return Math.min(ONE_DIGIT * EditDistance.between(question, String.valueOf(code)), ONE_AWAY * off);
    }
}
