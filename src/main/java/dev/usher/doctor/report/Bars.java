package dev.usher.doctor.report;

import dev.usher.doctor.facts.Session;
import dev.usher.doctor.rules.Picture;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The connections by what they do. */
record Bars(Map<State, Integer> counts) {
    enum State {
        LOGGING_IN("logging in"),
        RUNNING("running"),
        WAITING("waiting for a lock"),
        IN_TRANSACTION("asleep in a transaction"),
        ASLEEP_SECONDS("asleep, below 10 s"),
        ASLEEP_A_MINUTE("asleep, below 1 min"),
        ASLEEP_MINUTES("asleep, below 10 min"),
        ASLEEP_LONG("asleep, longer");

        private final String title;

        State(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }

        String id() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    static Bars of(Picture picture) {
        Set<Long> open = picture.facts().transactions().stream().map(transaction -> transaction.sessionId()).collect(Collectors.toSet());
        Set<Long> waiting = picture.facts().lockWaits().stream().map(wait -> wait.waiting()).collect(Collectors.toSet());
        Map<State, Integer> counts = new EnumMap<>(State.class);
        for (State state : State.values()) {
            counts.put(state, 0);
        }
        picture.facts().last().sessions().forEach(session -> counts.merge(state(session, open, waiting), 1, Integer::sum));
        return new Bars(counts);
    }

    private static State state(Session session, Set<Long> open, Set<Long> waiting) {
        if (session.isLoggingIn()) {
            return State.LOGGING_IN;
        }
        if (session.isRunning()) {
            return session.waitsForLock() || waiting.contains(session.id()) ? State.WAITING : State.RUNNING;
        }
        if (open.contains(session.id())) {
            return State.IN_TRANSACTION;
        }
        if (session.time().compareTo(Duration.ofSeconds(10)) < 0) {
            return State.ASLEEP_SECONDS;
        }
        if (session.time().compareTo(Duration.ofMinutes(1)) < 0) {
            return State.ASLEEP_A_MINUTE;
        }
        return session.time().compareTo(Duration.ofMinutes(10)) < 0 ? State.ASLEEP_MINUTES : State.ASLEEP_LONG;
    }
}
