package dev.usher.differential;

import java.util.ArrayList;
import java.util.List;

/** What a client sees through Usher and would not see directly. */
record Difference(int index, Step step, List<String> direct, List<String> usher) {
    /** What it is about: equal for differences that have the same cause, as far as one can tell. */
    String kind() {
        for (int i = 0; i < Math.max(direct.size(), usher.size()); i++) {
            String left = i < direct.size() ? direct.get(i) : "";
            String right = i < usher.size() ? usher.get(i) : "";
            if (!left.equals(right)) {
                return step.command() + ": " + firstWords(left) + " is " + firstWords(right);
            }
        }
        return "";
    }

    private static String firstWords(String line) {
        String[] words = line.split(" ", 3);
        return words[0].equals("ERR") || words[0].equals("CLOSED") ? words[0] + " " + words[1] : words[0];
    }

    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        lines.add("step " + index + ": " + step);
        for (int i = 0; i < Math.max(direct.size(), usher.size()); i++) {
            String left = i < direct.size() ? direct.get(i) : "(nothing)";
            String right = i < usher.size() ? usher.get(i) : "(nothing)";
            if (!left.equals(right)) {
                lines.add("  direct: " + left);
                lines.add("  Usher:  " + right);
            }
        }
        return String.join("\n", lines);
    }
}
