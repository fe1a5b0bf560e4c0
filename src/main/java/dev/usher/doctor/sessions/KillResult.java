package dev.usher.doctor.sessions;

import dev.usher.doctor.leaks.SeenSession;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What came of one attempt.
 *
 * @param gap from before the check until after the KILL, by the server's clock; nothing if there was no KILL
 * @param checkedAt the server's time before the check, as it writes it
 * @param detail what the server said, or what the session did instead; may be empty
 */
public record KillResult(SeenSession session, Outcome outcome, Optional<Duration> gap, String checkedAt, String detail) {
    public enum Outcome {
        /** It slept at the check, and nothing else was seen of it. */
        KILLED,
        /** It slept at the check and had begun a statement by the time of the KILL. */
        KILLED_AWAKE,
        /** It ran a statement at the check, and was left alone. */
        BECAME_ACTIVE,
        /** It had run a statement since it was looked at, and was left alone. */
        USED_AGAIN,
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
        return outcome == Outcome.KILLED || outcome == Outcome.KILLED_AWAKE;
    }
}
