package dev.usher.doctor.leaks;

import java.time.Duration;
import java.util.List;

/**
 * All sessions at one moment, without our own.
 *
 * @param at since any fixed moment; differences matter
 */
public record Look(Duration at, List<SeenSession> sessions) {
    public Look {
        sessions = List.copyOf(sessions);
    }
}
