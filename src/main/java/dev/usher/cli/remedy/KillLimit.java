package dev.usher.cli.remedy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** No more than so many kills in any minute. */
public final class KillLimit {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final int perMinute;
    private final Deque<Duration> kills = new ArrayDeque<>();

    public KillLimit(int perMinute) {
        this.perMinute = perMinute;
    }

    /** @param now since any fixed moment */
    public boolean allows(Duration now) {
        while (!kills.isEmpty() && kills.getFirst().plus(MINUTE).compareTo(now) <= 0) {
            kills.removeFirst();
        }
        return kills.size() < perMinute;
    }

    public void killed(Duration now) {
        kills.addLast(now);
    }
}
