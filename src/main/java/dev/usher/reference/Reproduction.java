package dev.usher.reference;

import java.util.List;
import java.util.Optional;

/**
 * How to make an error happen. The tests do exactly this on real servers.
 *
 * @param steps what is done, in the notation that {@code docs/explain.md} describes
 * @param expected what comes back, as the command line client shows it; {@code {…}} stands for a part that varies
 * @param impossible why there are no steps
 */
public record Reproduction(List<String> steps, String expected, Optional<String> impossible) {
    static Reproduction impossible(String why) {
        return new Reproduction(List.of(), "", Optional.of(why));
    }

    public boolean possible() {
        return impossible.isEmpty();
    }
}
