package dev.usher.cli.demo;

import java.util.Optional;

/**
 * What the clients saw in one phase.
 *
 * @param served requests that were answered
 * @param refused requests that ended with the server's error 1040
 * @param errors requests that failed in any other way
 * @param p50Millis half of the served requests took at most this long, from connecting to having disconnected
 * @param p99Millis likewise for 99 of 100
 * @param peakThreadsConnected the highest {@code Threads_connected} that was seen on the server
 * @param firstRefusal the first error 1040, as the client saw it
 * @param firstError the first other error, as the client saw it
 */
public record PhaseResult(
        long served,
        long refused,
        long errors,
        double p50Millis,
        double p99Millis,
        int peakThreadsConnected,
        Optional<String> firstRefusal,
        Optional<String> firstError) {
    public boolean clean() {
        return refused == 0 && errors == 0;
    }
}
