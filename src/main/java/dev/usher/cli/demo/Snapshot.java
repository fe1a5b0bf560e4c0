package dev.usher.cli.demo;

import java.time.Duration;

/**
 * A phase at one moment.
 *
 * @param elapsed since it began
 * @param seen what the clients have seen so far
 * @param threadsConnected on the server, the most of the last moment
 */
record Snapshot(Duration elapsed, PhaseResult seen, int threadsConnected) {
    /** Served requests a second, on average since the phase began. */
    long servedPerSecond() {
        return Math.round(seen.served() * 1000.0 / Math.max(1, elapsed.toMillis()));
    }
}
