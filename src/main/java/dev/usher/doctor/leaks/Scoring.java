package dev.usher.doctor.leaks;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The pieces of evidence and what each is worth. docs/leaks.md has the same table. */
final class Scoring {
    private static final int FEW = 3;
    /** A pool that is used in turn shows the same order with one chance in so many, and not for long. */
    private static final int MANY = 15;
    /** Fewer ages say nothing about their distribution. */
    private static final int ENOUGH_AGES = 5;
    /** Beyond what pools keep a connection by default (30 minutes in the common ones), with some jitter. */
    private static final Duration BEYOND_A_POOLS_LIFETIME = Duration.ofMinutes(35);
    /** A connection that ran this few statements served one request. */
    private static final int ONE_REQUEST = 20;

    private Scoring() {}

    /** Growth without release, and new connections while old ones sleep: a pool would have lent one of those. */
    static int leftBehind(Client client, List<SeenSession> sessions, List<SeenSession> stale, History history, List<Evidence> evidence) {
        List<Look> looks = history.looks();
        Set<Long> first = ids(looks.getFirst(), client);
        Set<Long> last = sessions.stream().map(SeenSession::id).collect(Collectors.toSet());
        Set<Long> seen = new HashSet<>();
        looks.forEach(look -> seen.addAll(ids(look, client)));
        long opened = seen.stream().filter(id -> !first.contains(id)).count();
        long closed = seen.stream().filter(id -> !last.contains(id)).count();
        long usedAgain = sessions.stream().filter(session -> history.wasUsedAgain(session.id())).count();
        Duration watched = looks.getLast().at().minus(looks.getFirst().at());
        int points = 0;
        if (opened - closed >= 2 && stale.size() >= FEW) {
            points += add(evidence, "growth_without_release", closed == 0 ? 35 : 20,
                    "grew from %d to %d connections in %s, %s".formatted(first.size(),
                            last.size(), text(watched), closed == 0 ? "none was closed" : closed + " were closed"));
        }
        long left = last.stream().filter(id -> !first.contains(id) && !history.wasUsedAgain(id)).count();
        if (opened >= 2 && stale.size() >= FEW && usedAgain * 10 < sessions.size()) {
            points +=
                    add(evidence, "opened_while_others_slept", left >= 2 ? 30 : 10, "opened %d connections while %d slept and were not used"
                            .formatted(opened, stale.size()));
        }
        // A few in use beside many that are not: a process can have a pool and a leak.
        if (usedAgain * 10 >= sessions.size()) {
            points += add(evidence, "sleepers_used_again", usedAgain * 2 >= sessions.size() ? -40 : -15,
                    "%d of %d connections were used again after they had slept, as a pool does".formatted(usedAgain, sessions.size()));
        }
        return points;
    }

    /** What the ages of the sleepers tell. */
    static int shape(List<SeenSession> stale, List<Evidence> evidence) {
        int points = 0;
        Duration longest = stale.getFirst().since();
        Duration shortest = stale.getLast().since();
        boolean spread = stale.size() >= ENOUGH_AGES && isSpread(stale);
        if (spread) {
            points += add(evidence, "ages_spread", 20, "%d sleep for %s to %s, one after the other: left behind over time, not since a peak"
                    .formatted(stale.size(), text(shortest), text(longest)));
        } else {
            evidence.add(new Evidence("sleeping", 0, "%d sleep for %s to %s".formatted(stale.size(), text(shortest), text(longest))));
        }
        if (spread && isOlderLonger(stale)) {
            points += add(evidence, "never_used_again", stale.size() >= MANY ? 30 : 20,
                    "the older a connection the longer it sleeps: each was used once");
        }
        long oneRequest = stale.stream()
                .filter(session -> session.statements().isPresent() && session.statements().getAsLong() <= ONE_REQUEST).count();
        if (stale.size() >= FEW && oneRequest * 10 >= stale.size() * 9L) {
            points += add(evidence, "one_request_each", 15,
                    "%d of them ran no more than %d statements since their login".formatted(oneRequest, ONE_REQUEST));
        }
        if (longest.compareTo(BEYOND_A_POOLS_LIFETIME) > 0 && stale.size() >= FEW) {
            points += add(evidence, "older_than_pools_keep", 15,
                    "the longest sleeps for %s: pools retire a connection before that".formatted(text(longest)));
        }
        return points;
    }

    /** Several processes of one program with as many connections each are pools of a fixed size. */
    static int pools(Client client, List<SeenSession> sessions, Map<Client, List<SeenSession>> clients, List<Evidence> evidence) {
        if (client.pid().isEmpty()) {
            return 0;
        }
        long alike = clients.entrySet().stream()
                .filter(other -> !other.getKey().equals(client) && other.getKey().account().equals(client.account())
                        && other.getKey().program().equals(client.program()) && other.getValue().size() == sessions.size())
                .count();
        return alike >= 2 && sessions.size() > 1
                ? add(evidence, "pools_of_one_size", -20,
                        "%d other processes of this program have %d connections too: pools".formatted(alike, sessions.size()))
                : 0;
    }

    /** Whatever the reason, nobody else gets what an idle transaction has locked. */
    static int transactions(List<SeenSession> stuck, List<Evidence> evidence) {
        if (stuck.isEmpty()) {
            return 0;
        }
        Duration oldest = stuck.stream().flatMap(session -> session.transaction().stream()).map(SeenSession.OpenTransaction::age)
                .max(Comparator.naturalOrder()).orElse(Duration.ZERO);
        long locked =
                stuck.stream().flatMap(session -> session.transaction().stream()).mapToLong(SeenSession.OpenTransaction::locked).sum();
        return add(evidence, "idle_transactions", locked > 0 ? 65 : 50,
                "%d sleep in an open transaction, the oldest for %s%s".formatted(stuck.size(),
                        text(oldest), locked > 0 ? ", and hold locks on about " + locked + " rows" : ""));
    }

    /** No third of the ages lies within a twentieth of their range: a pool's are in a heap, since its last peak. */
    private static boolean isSpread(List<SeenSession> stale) {
        List<Long> ages = stale.stream().map(session -> session.since().toMillis()).sorted().toList();
        long range = ages.getLast() - ages.getFirst();
        if (range < 1000L * (ages.size() - 1) / 10 || range < 2000) {
            return false;
        }
        int third = Math.max(2, ages.size() / 3);
        for (int i = 0; i + third < ages.size(); i++) {
            if (ages.get(i + third) - ages.get(i) < range / 20) {
                return false;
            }
        }
        return true;
    }

    /** Ids count up with logins. One exception in ten is allowed: seconds are whole. */
    private static boolean isOlderLonger(List<SeenSession> stale) {
        List<SeenSession> byId = stale.stream().sorted(Comparator.comparingLong(SeenSession::id)).toList();
        int exceptions = 0;
        for (int i = 1; i < byId.size(); i++) {
            if (byId.get(i).since().compareTo(byId.get(i - 1).since()) > 0) {
                exceptions++;
            }
        }
        return exceptions * 10 <= byId.size();
    }

    private static Set<Long> ids(Look look, Client client) {
        return look.sessions().stream().filter(session -> session.client().equals(client)).map(SeenSession::id).collect(Collectors.toSet());
    }

    private static int add(List<Evidence> evidence, String id, int points, String text) {
        evidence.add(new Evidence(id, points, text));
        return points;
    }

    static String text(Duration duration) {
        long seconds = duration.toSeconds();
        return seconds < 600 ? seconds + " s" : seconds < 36_000 ? seconds / 60 + " min" : seconds / 3600 + " h";
    }
}
