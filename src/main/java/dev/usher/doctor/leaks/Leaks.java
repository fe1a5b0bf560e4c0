package dev.usher.doctor.leaks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** From what was seen to who leaks. */
public final class Leaks {
    /** From this score on a client is called a suspect. */
    public static final int SUSPECT = 50;

    private Leaks() {}

    /**
     * The worst first.
     *
     * @param history one look at least; more tell growth from size
     * @param olderThan what sleeps for less is not leaked yet
     */
    public static List<Suspect> suspects(History history, Duration olderThan) {
        List<Look> looks = history.looks();
        Map<Client, List<SeenSession>> clients = new LinkedHashMap<>();
        for (SeenSession session : looks.getLast().sessions()) {
            if (!session.isProtected()) {
                clients.computeIfAbsent(session.client(), client -> new ArrayList<>()).add(session);
            }
        }
        List<Suspect> suspects = new ArrayList<>();
        clients.forEach((client, sessions) -> judged(client, sessions, history, clients, olderThan).ifPresent(suspects::add));
        suspects.sort(Comparator.comparingInt(Suspect::score).reversed().thenComparing(suspect -> -suspect.leaked().size()));
        return List.copyOf(suspects);
    }

    private static Optional<Suspect> judged(Client client, List<SeenSession> sessions, History history,
            Map<Client, List<SeenSession>> clients,
            Duration olderThan) {
        List<SeenSession> stale = sessions.stream()
                .filter(session -> session.sleeps() && session.since().compareTo(olderThan) >= 0 && !history.wasUsedAgain(session.id()))
                .sorted(Comparator.comparing(SeenSession::since).reversed())
                .toList();
        if (stale.isEmpty()) {
            return Optional.empty();
        }
        List<SeenSession> stuck = stale.stream().filter(session -> session.transaction().isPresent()).toList();
        List<Evidence> evidence = new ArrayList<>();
        int asleep = Scoring.leftBehind(client, sessions, stale, history, evidence)
                + Scoring.shape(stale, evidence)
                + Scoring.pools(client, sessions, clients, evidence);
        int inTransaction = Scoring.transactions(stuck, evidence);
        int score = Math.clamp(asleep + inTransaction, 0, 100);
        if (score < SUSPECT) {
            return Optional.empty();
        }
        // Where only transactions speak for a leak, the other sleepers may be a pool's.
        List<SeenSession> leaked = asleep >= SUSPECT ? stale : stuck.isEmpty() ? stale : stuck;
        List<SeenSession> all = sessions.stream().sorted(Comparator.comparing(SeenSession::since).reversed()).toList();
        return Optional.of(new Suspect(client, score, all, leaked, List.copyOf(evidence)));
    }
}
