package dev.usher.doctor.sizing;

import java.util.OptionalLong;

/**
 * What the server's own instruments say of the memory of sessions and statements, in bytes, where it has them.
 *
 * @param idle 95th percentile of sessions that sleep
 * @param idleFrom how {@code idle} was seen
 * @param active 99th percentile of what a statement takes at its peak
 * @param activeFrom how {@code active} was seen
 * @param instruments what the performance schema keeps for one connection; not part of {@code idle}
 */
public record SessionMemory(OptionalLong idle, String idleFrom, OptionalLong active, String activeFrom, OptionalLong instruments) {
    public static final SessionMemory UNKNOWN =
            new SessionMemory(OptionalLong.empty(), "", OptionalLong.empty(), "", OptionalLong.empty());
}
