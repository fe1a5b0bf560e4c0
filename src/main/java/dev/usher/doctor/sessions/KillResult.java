package dev.usher.doctor.sessions;

import dev.usher.doctor.leaks.SeenSession;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What came of one attempt.
 *
 * @param gap nothing if there was no KILL
 * @param detail what the server said, or what the session did instead; may be empty
 */
public record KillResult(SeenSession session, Outcome outcome, Optional<Gap> gap, String detail) {
    /**
     * By the server's clock.
     *
     * @param checkedAt the time before the check, as the server writes it
     * @param untilKill from there until the KILL took its id; a KILL that would have been late is none
     * @param untilDone from there until the KILL had returned: an upper bound, with what the killed thread did with the processor meanwhile
     */
    public record Gap(String checkedAt, Duration untilKill, Duration untilDone) {}

    public enum Outcome {
        /** It slept at the check, and it had begun no statement by the time of the KILL. */
        KILLED,
        /** It slept at the check, and was gone before it could be looked at again: whether it had begun a statement is not known. */
        KILLED_UNSEEN,
        /** It slept at the check and had begun a statement by the time of the KILL. */
        KILLED_AWAKE,
        /** It ran a statement at the check, and was left alone. */
        BECAME_ACTIVE,
        /** It had run a statement since it was looked at, and was left alone. */
        USED_AGAIN,
        /** It slept at each check, and no KILL came soon enough after one; it was left alone. */
        TOO_LATE,
        /** It was no longer there. */
        GONE,
        /** The server refused the KILL. */
        REFUSED;

        /** For programs. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public boolean killed() {
        return outcome == Outcome.KILLED || outcome == Outcome.KILLED_UNSEEN || outcome == Outcome.KILLED_AWAKE;
    }
}
