package dev.usher.config;

import dev.usher.text.EditDistance;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The known name that somebody probably meant. */
final class NearMatch {
    private NearMatch() {}

    /** Empty when nothing is close: a third of the letters may differ. */
    static Optional<String> of(String name, Collection<String> known) {
        return known.stream()
                .filter(candidate -> EditDistance.between(name, candidate) <= Math.max(name.length(), candidate.length()) / 3)
                .min(Comparator.comparingInt(candidate -> EditDistance.between(name, candidate)));
    }
}
