package dev.usher.doctor.sizing;

/**
 * How many connections one resource allows.
 *
 * @param connections the largest {@code max_connections} with the expected number of active ones
 * @param allActive the largest one with all of them active at once
 * @param how the calculation in a line
 */
public record Bound(LimitKind kind, long connections, long allActive, String how) {
    static Bound same(LimitKind kind, long connections, String how) {
        return new Bound(kind, connections, connections, how);
    }
}
