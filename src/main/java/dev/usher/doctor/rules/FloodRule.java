package dev.usher.doctor.rules;

import dev.usher.doctor.facts.Facts;
import dev.usher.doctor.facts.HostErrors;
import dev.usher.doctor.facts.Machine;
import dev.usher.doctor.facts.Sample;
import dev.usher.doctor.facts.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Logins that fail, that never finish, or that come faster than they are accepted. */
final class FloodRule implements Rule {
    private static final double FAILED_PER_SECOND = 5;
    private static final double NEAR = 0.7;
    private static final Duration SLOW_LOGIN = Duration.ofMillis(1500);

    @Override
    public List<Finding> judge(Picture picture) {
        Facts facts = picture.facts();
        List<String> evidence = new ArrayList<>();
        double confidence = 0;
        double seconds = Math.max(0.001, facts.watched().toMillis() / 1000.0);
        long failed = picture.failedLogins();
        long attempts = Math.max(1, facts.growth("connections"));
        if (facts.samples().size() > 1 && failed / seconds >= FAILED_PER_SECOND && failed >= 0.5 * attempts) {
            confidence = 0.9;
            evidence.add(
                    Text.number(failed / seconds) + " failed logins a second: " + failed + " of " + attempts + " in " + picture.watched());
        }
        long half = halfOpen(facts);
        if (half >= Math.max(5, 0.15 * picture.limit())) {
            confidence = Math.max(confidence, 0.92);
            evidence.add(Text.count(half, "connection") + " did not log in for seconds (unauthenticated user), of " + picture.limit()
                    + "; connect_timeout is " + facts.variable("connect_timeout") + " s");
        }
        confidence = Math.max(confidence, queue(facts, evidence));
        confidence = Math.max(confidence, hosts(facts, evidence, confidence));
        if (confidence == 0) {
            return List.of();
        }
        return List.of(new Finding("connect_flood", Cause.CONNECT_FLOOD,
                picture.isFull() || confidence >= 0.9 ? Severity.CRITICAL : Severity.WARNING, confidence,
                Math.max(0.6, picture.shareOfCurrent(half)), "logins fail or do not finish: " + evidence.getFirst(), evidence,
                "the same rate of logins when everything is well, with none of them failing", remedies(facts)));
    }

    /** Logins that take more than a moment: in a rush many are under way at each look, but others each time. */
    private static long halfOpen(Facts facts) {
        Map<Long, Duration> since = new HashMap<>();
        Set<Long> slow = new HashSet<>();
        for (Sample sample : facts.samples()) {
            sample.sessions().stream().filter(Session::isLoggingIn).forEach(session -> {
                Duration first = since.computeIfAbsent(session.id(), id -> sample.at());
                if (sample.at().minus(first).compareTo(SLOW_LOGIN) >= 0) {
                    slow.add(session.id());
                }
            });
        }
        return slow.size();
    }

    private static double queue(Facts facts, List<String> evidence) {
        if (facts.machine().isEmpty()) {
            return 0;
        }
        Machine machine = facts.machine().get();
        OptionalLong backLog = facts.number("back_log");
        boolean waiting = backLog.isPresent() && machine.acceptQueue() >= 0.8 * backLog.getAsLong();
        if (waiting) {
            evidence.add(machine.acceptQueue() + " connections waited to be accepted; back_log is " + backLog.getAsLong());
        }
        if (machine.listenOverflows() > 0) {
            evidence.add("the system dropped " + machine.listenOverflows() + " connections that nobody accepted");
        }
        return waiting ? 0.9 : 0;
    }

    private static double hosts(Facts facts, List<String> evidence, double confidence) {
        long limit = facts.number("max_connect_errors").orElse(0);
        double own = 0;
        for (HostErrors host : facts.hostErrors()) {
            boolean near = limit > 0 && host.connectErrors() >= NEAR * limit && host.connectErrors() >= 5;
            if (near) {
                own = 0.88;
                evidence.add(host.host() + " has broken off " + host.connectErrors() + " logins; at max_connect_errors = " + limit
                        + " the server blocks it (error 1129)");
            } else if (confidence > 0) {
                evidence.add("from " + host.host() + ": " + host.authenticationErrors() + " wrong logins, " + host.connectErrors()
                        + " broken off");
            }
        }
        return own;
    }

    private static List<Remedy> remedies(Facts facts) {
        Settings settings = new Settings(facts.server());
        List<Remedy> all = new ArrayList<>();
        all.add(Settings.advice("now",
                "find who it is: the accounts and hosts above, or the server's error log with log_error_verbosity = 3 (MySQL), "
                        + "log_warnings = 2 (MariaDB); then correct its password, its health check, or close it out in the firewall",
                "Do not raise max_connections: a flood fills any number."));
        facts.number("connect_timeout").ifPresent(now -> {
            if (now > 5) {
                all.add(settings.remedy("now", "what does not log in is closed sooner", "connect_timeout", "5",
                        "Not where clients are far away."));
            }
        });
        all.add(Settings.run("when a host was blocked (1129)", "lets it in again", List.of(facts.server().isMariaDb() ? "FLUSH HOSTS;"
                : "TRUNCATE TABLE performance_schema.host_cache;"),
                "Do not set max_connect_errors so high that it never acts without knowing who it was."));
        if (facts.number("back_log").orElse(1000) < 200) {
            all.add(new Remedy("with a restart", "more may wait to be accepted", List.of(), List.of("[mysqld]", "back_log = 1000"), ""));
        }
        return List.copyOf(all);
    }
}
