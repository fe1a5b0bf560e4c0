package dev.usher.doctor.rules;

import dev.usher.doctor.facts.ClientProcess;
import dev.usher.doctor.facts.Facts;
import dev.usher.doctor.facts.Sample;
import dev.usher.doctor.facts.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What several rules want to know of the facts, worked out once.
 *
 * @param connected the most connections of clients at one look
 * @param refused refusals for {@code max_connections} while we watched
 * @param failedLogins logins that failed while we watched for another reason, at least
 * @param opened connections that logged in while we watched, about
 * @param processes the largest first
 * @param usedIds sessions that have done something while we watched
 * @param piled sessions that execute a statement for more than a second, in the last sample
 */
public record Picture(Facts facts, long limit, long connected, long refused, long failedLogins, long opened, List<Process> processes,
        Set<Long> usedIds, List<Session> piled) {
    static final Duration LONG_STATEMENT = Duration.ofSeconds(1);

    private static final double FULL = 0.97;
    private static final double TIGHT = 0.8;

    static Picture of(Facts facts) {
        long limit = facts.maxConnections();
        long connected = facts.samples().stream().mapToLong(sample -> Math.max(sample.sessions().size(),
                sample.status("threads_connected") - facts.ownConnections())).max().orElse(0);
        long counted = facts.growth("connection_errors_max_connections");
        long aborted = facts.growth("aborted_connects");
        // All who are refused are among the aborted ones too; those whom MariaDB refuses after their handshake twice, but once where it does not count them.
        long failed = Math.max(0, aborted - 2 * counted);
        long uncounted = uncounted(facts, limit, failed);
        // An account's own limit comes first, and what it refuses is counted no better: then nobody knows.
        long refused = counted + (AccountRule.mayRefuse(facts) ? 0 : uncounted);
        long failedLogins = failed - uncounted;
        // Ids are given to those that are refused after their handshake, and to failed logins; both are among the aborted ones, as are all refused.
        long opened = Math.max(0, facts.growth("connections") - Math.max(0, aborted - counted));
        Set<Long> used = used(facts);
        List<Session> piled = facts.last().sessions().stream()
                .filter(session -> session.isRunning() && session.time().compareTo(LONG_STATEMENT) >= 0).toList();
        return new Picture(facts, limit, connected, refused, failedLogins, opened, processes(facts, used), used, piled);
    }

    /**
     * With exactly {@code max_connections} there, servers let one more log in: it may be an administrator. MariaDB does not count those whom it then refuses, other than among
     * the aborted ones. Those that had a wrong password or broke off are counted.
     */
    private static long uncounted(Facts facts, long limit, long failed) {
        boolean full = facts.samples().stream().anyMatch(sample -> sample.status("threads_connected") >= limit);
        return full && facts.server().isMariaDb()
                ? Math.max(0, failed - facts.growth("access_denied_errors") - facts.growth("aborted_connects_preauth"))
                : 0;
    }

    private static Set<Long> used(Facts facts) {
        Set<Long> used = new HashSet<>();
        Map<Long, Session> before = new HashMap<>();
        for (Sample sample : facts.samples()) {
            for (Session session : sample.sessions()) {
                Session earlier = before.put(session.id(), session);
                boolean moved = earlier != null && (session.statementNumber() != earlier.statementNumber()
                        || session.time().compareTo(earlier.time()) < 0);
                if (session.isRunning() || moved) {
                    used.add(session.id());
                }
            }
        }
        return Set.copyOf(used);
    }

    private static List<Process> processes(Facts facts, Set<Long> used) {
        Map<ClientProcess, List<Session>> last = new LinkedHashMap<>();
        facts.last().sessions().stream().filter(session -> !session.isLoggingIn())
                .forEach(session -> last.computeIfAbsent(session.client(), client -> new ArrayList<>()).add(session));
        Set<Long> before = presentBefore(facts);
        List<Process> all = new ArrayList<>();
        last.forEach((client, sessions) -> {
            Set<Long> seen = new HashSet<>();
            List<Integer> counts = new ArrayList<>();
            for (Sample sample : facts.samples()) {
                List<Session> own = sample.sessions().stream().filter(session -> session.client().equals(client)).toList();
                own.forEach(session -> seen.add(session.id()));
                counts.add(own.size());
            }
            int now = (int) sessions.stream().filter(session -> used.contains(session.id())).count();
            List<Session> dormant = sessions.stream()
                    .filter(session -> session.isSleeping() && !used.contains(session.id()) && before.contains(session.id())).toList();
            all.add(new Process(client, List.copyOf(sessions), now, dormant, List.copyOf(counts), seen.size() - sessions.size()));
        });
        all.sort(Comparator.comparingInt(Process::size).reversed());
        return List.copyOf(all);
    }

    /** Those that were there a second before the last look, so that what comes and goes is not taken for what stays; with a single look, all. */
    private static Set<Long> presentBefore(Facts facts) {
        Duration before = facts.last().at().minus(Duration.ofSeconds(1));
        Sample earlier =
                facts.samples().reversed().stream().filter(sample -> sample.at().compareTo(before) <= 0).findFirst().orElse(facts.first());
        return earlier.sessions().stream().map(Session::id).collect(java.util.stream.Collectors.toSet());
    }

    /** Whether the server refuses clients, or would refuse the next one. */
    public boolean isFull() {
        return refused > 0 || limit > 0 && connected >= FULL * limit
                || facts.last().status("threads_connected") - facts.ownConnections() >= limit;
    }

    /** Whether little is left. */
    public boolean isTight() {
        return isFull() || connected >= TIGHT * limit;
    }

    /** Of the limit, from 0 to 1 and above. */
    public double utilisation() {
        return limit == 0 ? 0 : (double) connected / limit;
    }

    /** Connections in the last sample. */
    public int current() {
        return facts.last().sessions().size();
    }

    /** {@code part} as a share of the connections in the last sample. */
    double shareOfCurrent(long part) {
        return current() == 0 ? 0 : Math.min(1, (double) part / current());
    }

    /** Those that have slept all the time. */
    public int dormant() {
        return processes.stream().mapToInt(process -> process.dormant().size()).sum();
    }

    double openedPerSecond() {
        double seconds = facts.watched().toMillis() / 1000.0;
        return seconds <= 0 ? 0 : opened / seconds;
    }

    /** How often the connections have been replaced while we watched. */
    double turnover() {
        double average = facts.samples().stream().mapToInt(sample -> sample.sessions().size()).average().orElse(0);
        return facts.samples().size() < 2 ? 0 : opened / Math.max(1, average);
    }

    Severity severity() {
        return isFull() ? Severity.CRITICAL : Severity.WARNING;
    }

    String watched() {
        return Text.seconds(facts.watched());
    }
}
