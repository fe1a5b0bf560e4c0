package dev.usher.doctor.rules;

import java.util.List;

/**
 * What a rule has found.
 *
 * @param id of the rule's case, such as {@code idle_transaction_blocks}
 * @param cause that it speaks for; {@link Cause#HEALTHY} for what is only worth knowing
 * @param confidence from 0 to 1
 * @param explains the share of the connections that it accounts for, from 0 to 1
 * @param summary one sentence
 * @param evidence in numbers
 * @param wrongIf what would prove it wrong
 */
public record Finding(String id, Cause cause, Severity severity, double confidence, double explains, String summary, List<String> evidence,
        String wrongIf, List<Remedy> remedies) {
    /** A finding that speaks for a cause, as opposed to one that is only worth knowing. */
    public boolean accuses() {
        return cause != Cause.HEALTHY;
    }

    /** By which findings are ranked: a sure one that explains little stands behind a sure one that explains all. */
    double weight() {
        return confidence * (0.6 + 0.4 * explains);
    }
}
