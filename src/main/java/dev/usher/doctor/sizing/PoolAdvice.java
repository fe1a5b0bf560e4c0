package dev.usher.doctor.sizing;

import java.util.Optional;

/** When fewer connections, shared, are the better answer than a higher limit. */
public final class PoolAdvice {
    private static final int FEW_PERCENT = 20;
    private static final int ENOUGH_TO_JUDGE = 20;

    private PoolAdvice() {}

    /** @param target the limit that is wanted */
    public static Optional<String> of(ServerFacts server, int peakRunning, int target) {
        int connected = server.connected();
        int running = Math.max(1, peakRunning);
        if (connected >= ENOUGH_TO_JUDGE && running * 100L <= (long) FEW_PERCENT * connected) {
            return Optional.of(("Of %d connections at most %d ran a statement at once: about %d that are shared would do the same work. "
                    + "A pool (usher serve) lets clients wait for a moment instead of being refused, at any limit.")
                    .formatted(connected, running, Math.max(8, 2 * running)));
        }
        if (target >= 2000) {
            return Optional
                    .of(("Each of %d connections costs a thread and its memory whether it is used or not. Where most are idle, a pool "
                            + "(usher serve) serves as many clients with a few dozen.").formatted(target));
        }
        return Optional.empty();
    }
}
