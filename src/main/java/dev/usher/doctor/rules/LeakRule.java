package dev.usher.doctor.rules;

import dev.usher.doctor.facts.Session;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A process that opens connections and does not give them back. Sleeping alone is no sign of it: what tells is growth without release while
 * nothing is reused, or, once it has come to an end, that the connections fell asleep in the order in which they were opened.
 */
final class LeakRule implements Rule {
    private static final int FEWEST = 5;
    private static final int FEWEST_TO_ORDER = 8;
    private static final double ORDERED = 0.93;
    private static final long FEWEST_SECONDS_APART = 3;
    private static final long FEW_STATEMENTS = 12;
    private static final long MANY_STATEMENTS = 60;
    private static final double SMALLEST_SHARE_OF_LIMIT = 0.1;

    @Override
    public List<Finding> judge(Picture picture) {
        return picture.processes().stream().map(process -> judge(process, picture)).flatMap(List::stream).toList();
    }

    private static List<Finding> judge(Process process, Picture picture) {
        int dormant = process.dormant().size();
        if (dormant < FEWEST || dormant < SMALLEST_SHARE_OF_LIMIT * picture.limit()) {
            return List.of();
        }
        List<String> evidence = new ArrayList<>();
        double confidence = 0;
        int older = process.size() - Math.max(0, process.growth());
        boolean grows = process.growth() >= 3 && process.closed() * 5 <= process.growth() && process.growsSteadily();
        boolean unused = process.used() - Math.max(0, process.growth()) <= 0.25 * Math.max(1, older);
        if (grows && unused) {
            confidence = 0.9;
            evidence.add(process.client() + " opened " + process.growth() + " connections in " + picture.watched() + " and closed "
                    + process.closed()
                    + ": now " + process.size());
        }
        double order = order(process.dormant());
        long spread = spread(process.dormant());
        if (dormant >= FEWEST_TO_ORDER && order >= ORDERED && spread >= FEWEST_SECONDS_APART && dormant >= 0.8 * process.size()) {
            confidence = Math.max(confidence, 0.85);
            evidence.add(
                    "the older a connection, the longer it has slept: each was used when it was opened and never again (rank correlation "
                            + Text.number(Math.round(order * 100) / 100.0) + " over " + spread + " s)");
        }
        if (confidence == 0) {
            return List.of();
        }
        long median = medianStatements(process.dormant(), picture);
        if (median >= MANY_STATEMENTS) {
            return List.of(); // they have served many requests: somebody gives them back
        }
        if (median > 0 && median <= FEW_STATEMENTS) {
            confidence = Math.min(0.98, confidence + 0.06);
            evidence.add("half of them have executed at most " + Text.count(median, "statement") + " since their login");
        }
        evidence.add(Text.count(dormant, "connection") + " of " + process.size() + " have slept all the time"
                + (picture.facts().samples().size() > 1 ? " (" + picture.watched() + ")" : "") + ", the longest for "
                + Text.age(longest(process.dormant())));
        Set<Long> open = picture.facts().transactions().stream().map(transaction -> transaction.sessionId()).collect(Collectors.toSet());
        long inTransaction = process.dormant().stream().filter(session -> open.contains(session.id())).count();
        if (inTransaction > 0) {
            evidence.add(Text.count(inTransaction, "connection") + " of those hold an open transaction");
        }
        return List
                .of(new Finding("connection_leak", Cause.CONNECTION_LEAK, picture.severity(), confidence, picture.shareOfCurrent(dormant),
                        process.client() + " holds " + Text.count(process.size(), "connection") + " and gives none back", evidence,
                        "one of these connections being used again, or closed by the application, while you watch longer (--watch 60s)",
                        remedies(process, picture)));
    }

    private static List<Remedy> remedies(Process process, Picture picture) {
        Settings settings = new Settings(picture.facts().server());
        List<Remedy> all = new ArrayList<>();
        all.add(Settings.run("now", "closes what leaked; each connection is looked at again right before its KILL",
                List.of("-- usher leaks --server URL --older-than 60s --kill"), "Do not restart the server: the leak fills it again."));
        all.add(Settings.advice("for good",
                "in " + process.client() + " a connection is opened and not closed on some path: close it in finally (try-with-resources, "
                        + "with, defer), and switch on the pool's own leak detection",
                "Do not raise max_connections: it only takes longer until it is full."));
        picture.facts().number("wait_timeout").ifPresent(seconds -> {
            if (seconds > 600) {
                all.add(settings.remedy("until the application is repaired",
                        "the server closes what sleeps longer; it is " + Text.number(seconds) + " s now",
                        "wait_timeout", "300",
                        "Not below the idle time of the pools of other applications, which would then get closed connections."));
            }
        });
        return List.copyOf(all);
    }

    private static java.time.Duration longest(List<Session> dormant) {
        return dormant.stream().map(Session::time).max(Comparator.naturalOrder()).orElse(java.time.Duration.ZERO);
    }

    /** Seconds between the shortest sleep and the longest. */
    private static long spread(List<Session> dormant) {
        long least = dormant.stream().mapToLong(session -> session.time().toMillis()).min().orElse(0);
        return (longest(dormant).toMillis() - least) / 1000;
    }

    private static long medianStatements(List<Session> dormant, Picture picture) {
        List<Long> counts =
                dormant.stream().map(session -> picture.facts().statements().get(session.id())).filter(java.util.Objects::nonNull).sorted()
                        .toList();
        return counts.isEmpty() ? 0 : counts.get(counts.size() / 2);
    }

    /** Spearman's rank correlation of age (by id) and sleep; ties share their mean rank. */
    static double order(List<Session> sessions) {
        int n = sessions.size();
        if (n < 3) {
            return 0;
        }
        double[] byAge = ranks(sessions.stream().map(session -> -session.id()).toList());
        double[] bySleep = ranks(sessions.stream().map(session -> session.time().toMillis() / 100).toList());
        double mean = (n + 1) / 2.0;
        double covariance = 0;
        double ageVariance = 0;
        double sleepVariance = 0;
        for (int i = 0; i < n; i++) {
            covariance += (byAge[i] - mean) * (bySleep[i] - mean);
            ageVariance += (byAge[i] - mean) * (byAge[i] - mean);
            sleepVariance += (bySleep[i] - mean) * (bySleep[i] - mean);
        }
        return sleepVariance == 0 ? 0 : covariance / Math.sqrt(ageVariance * sleepVariance);
    }

    private static double[] ranks(List<Long> values) {
        List<Long> sorted = values.stream().sorted().toList();
        return values.stream().mapToDouble(value -> (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2.0 + 1).toArray();
    }
}
