package dev.usher.reference.render;

import dev.usher.reference.Entry;
import dev.usher.reference.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What one family calls otherwise, in words. */
final class Differences {
    private Differences() {}

    static Optional<String> of(Entry entry, Family family) {
        Entry.Wording own = entry.wording(family);
        List<String> parts = new ArrayList<>();
        if (!own.symbol().equals(entry.symbol())) {
            parts.add("as " + own.symbol());
        }
        if (!own.sqlState().equals(entry.sqlState())) {
            parts.add("SQLSTATE " + own.sqlState());
        }
        if (!own.message().equals(entry.message())) {
            parts.add("“" + own.message() + "”");
        }
        return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", parts));
    }
}
