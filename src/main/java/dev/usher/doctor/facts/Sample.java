package dev.usher.doctor.facts;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One look.
 *
 * @param at since the watch began
 * @param status global status, names in lower case
 * @param sessions of clients; neither our own, nor replication, nor the server's own threads
 */
public record Sample(Duration at, Map<String, Long> status, List<Session> sessions) {
    /** No server has this one in its status: connections that MySQL has ended for the memory that they took, where that is limited. */
    public static final String ENDED_FOR_MEMORY = "connections_ended_for_memory";

    public long status(String name) {
        return status.getOrDefault(name, 0L);
    }
}
