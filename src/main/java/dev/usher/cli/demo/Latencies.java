package dev.usher.cli.demo;

import java.time.Duration;
import java.util.Arrays;

/** Collects how long requests took. Every value is kept: a phase has some ten thousand. Safe for use by many threads. */
final class Latencies {
    private long[] nanos = new long[1024];
    private int size;

    synchronized void add(Duration latency) {
        if (size == nanos.length) {
            nanos = Arrays.copyOf(nanos, size * 2);
        }
        nanos[size++] = latency.toNanos();
    }

    /**
     * The percentile by nearest rank: the smallest collected value that at least {@code percent} of all do not exceed. 0 if there
     * is none.
     *
     * @param percent more than 0, and up to 100
     */
    Duration percentile(double percent) {
        long[] sorted = sorted();
        if (sorted.length == 0) {
            return Duration.ZERO;
        }
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return Duration.ofNanos(sorted[Math.clamp(rank - 1, 0, sorted.length - 1)]);
    }

    /** Sorted outside of the lock, so that clients do not wait for it. */
    private long[] sorted() {
        long[] copy;
        synchronized (this) {
            copy = Arrays.copyOf(nanos, size);
        }
        Arrays.sort(copy);
        return copy;
    }
}
