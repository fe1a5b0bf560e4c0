package dev.usher.doctor.rules;

import dev.usher.doctor.facts.Facts;
import java.util.ArrayList;
import java.util.List;

/** Connections that live for one request: their number follows the number of requests, and nothing holds it down. */
final class PoolerMissingRule implements Rule {
    private static final double FEWEST_PER_SECOND = 5;
    private static final double SMALLEST_TURNOVER = 1;
    private static final double MOST_STATEMENTS = 40;

    @Override
    public List<Finding> judge(Picture picture) {
        Facts facts = picture.facts();
        long maxUsed = facts.last().status("max_used_connections");
        boolean reached = picture.isTight() || maxUsed >= picture.limit();
        long served = Math.max(0, picture.opened() - picture.failedLogins());
        if (!reached || picture.openedPerSecond() < FEWEST_PER_SECOND || picture.turnover() < SMALLEST_TURNOVER
                || picture.failedLogins() > picture.opened() / 2) {
            return List.of();
        }
        double perConnection = served == 0 ? 0 : (double) facts.growth("questions") / served;
        if (perConnection > MOST_STATEMENTS) {
            return List.of();
        }
        long stay = facts.last().sessions().stream()
                .filter(session -> facts.first().sessions().stream().anyMatch(one -> one.id() == session.id()))
                .count();
        double passing = 1 - picture.shareOfCurrent(stay);
        if (facts.samples().size() > 1 && picture.current() > 0 && stay >= 0.6 * picture.limit()) {
            return List.of(); // what passes is not what fills the server
        }
        double confidence = Math.min(0.95, 0.65 + 0.1 * Math.min(2, picture.turnover() / 2) + (picture.refused() > 0 ? 0.1 : 0));
        List<String> evidence = new ArrayList<>();
        evidence.add(Text.number(picture.openedPerSecond()) + " new connections a second, with about " + Text.number(perConnection)
                + " statements each; all connections are replaced " + Text.number(picture.turnover()) + " times in " + picture.watched());
        if (picture.refused() > 0) {
            evidence.add(picture.refused() + " were refused in that time, at " + picture.limit() + " connections at once");
        } else {
            evidence.add("the most at once were " + maxUsed + " of " + picture.limit());
        }
        evidence.add(stay + " of " + picture.current() + " connections were there all the time");
        return List.of(new Finding("pooler_missing", Cause.POOLER_MISSING, picture.severity(), confidence, Math.max(0.3, passing),
                "clients open a connection for every request: " + Text.number(picture.openedPerSecond()) + " a second", evidence,
                "the connections being few and long-lived when you look at a quiet time and at a busy one",
                List.of(Settings.advice("for good",
                        "a pool holds the connections and lends them: usher serve --server HOST:PORT in front, with no change to the "
                                + "application, or the pool of its framework",
                        "Do not raise max_connections alone: the next peak is higher."),
                        new Settings(facts.server()).remedy("meanwhile", "threads of closed connections are kept for new ones",
                                "thread_cache_size", Long.toString(Math.max(100, picture.limit() / 4)), ""))));
    }
}
