package dev.usher.doctor.rules;

import dev.usher.doctor.facts.AccountLimit;
import dev.usher.doctor.facts.Facts;
import dev.usher.doctor.facts.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Accounts at their own limit (errors 1226 and 1203), while the server has room. */
final class AccountRule implements Rule {
    @Override
    public List<Finding> judge(Picture picture) {
        Facts facts = picture.facts();
        Map<String, Long> byUser = byUser(facts);
        List<Finding> all = new ArrayList<>();
        for (AccountLimit limit : facts.accountLimits()) {
            long now = byUser.getOrDefault(user(limit), 0L);
            if (limit.connections() > 0 && now >= limit.connections()) {
                all.add(finding(picture, limit.account(), now, limit.connections(), "MAX_USER_CONNECTIONS", 1226));
            } else if (limit.connectionsPerHour() > 0 && picture.failedLogins() > 0 && !picture.isFull()) {
                all.add(hourly(picture, limit, now));
            }
        }
        long global = facts.number("max_user_connections").orElse(0);
        if (global > 0) {
            byUser.forEach((user, now) -> {
                boolean own =
                        facts.accountLimits().stream().anyMatch(limit -> limit.account().startsWith(user + "@") && limit.connections() > 0);
                if (now >= global && !own) {
                    all.add(finding(picture, user, now, global, "max_user_connections", 1203));
                }
            });
        }
        return List.copyOf(all);
    }

    /** Whether there is an account whose own limit may refuse logins. */
    static boolean mayRefuse(Facts facts) {
        Map<String, Long> byUser = byUser(facts);
        long global = facts.number("max_user_connections").orElse(0);
        return global > 0 && byUser.values().stream().anyMatch(now -> now >= global)
                || facts.accountLimits().stream().anyMatch(limit -> limit.connectionsPerHour() > 0
                        || limit.connections() > 0 && byUser.getOrDefault(user(limit), 0L) >= limit.connections());
    }

    private static Map<String, Long> byUser(Facts facts) {
        return facts.last().sessions().stream().filter(session -> !session.isLoggingIn())
                .collect(Collectors.groupingBy(session -> session.client().account(), Collectors.counting()));
    }

    private static String user(AccountLimit limit) {
        return limit.account().substring(0, limit.account().lastIndexOf('@'));
    }

    private static Finding finding(Picture picture, String account, long now, long limit, String name, int error) {
        Facts facts = picture.facts();
        long failed = picture.failedLogins();
        double confidence = picture.isFull() ? 0.6 : failed > 0 ? 0.95 : 0.85;
        List<String> evidence = new ArrayList<>();
        evidence.add(account + " has " + Text.count(now, "connection") + " and may have " + limit + " (" + name + ", error " + error + ")");
        evidence.add("the server itself has " + picture.connected() + " of " + picture.limit() + " connections");
        if (failed > 0) {
            evidence.add(Text.count(failed, "login") + " failed in " + picture.watched());
        }
        long sleeping = facts.last().sessions().stream()
                .filter(session -> account.startsWith(session.client().account() + "@") && session.isSleeping()).count();
        evidence.add(sleeping + " of the account's connections sleep");
        return new Finding("account_limit", Cause.ACCOUNT_LIMIT, failed > 0 || now >= limit ? Severity.CRITICAL : Severity.WARNING,
                confidence, 1,
                account + " has reached its own limit of " + limit, evidence, "clients being refused with 1040 rather than " + error,
                remedies(facts, account, limit, error));
    }

    private static List<Remedy> remedies(Facts facts, String account, long limit, int error) {
        String whom = account.contains("@")
                ? "'" + account.substring(0, account.lastIndexOf('@')) + "'@'" + account.substring(account.lastIndexOf('@') + 1) + "'"
                : account;
        Remedy raise = error == 1226
                ? Settings.run("if the limit is not meant", "doubles it; 0 would leave the server's own limit alone",
                        List.of("ALTER USER " + whom + " WITH MAX_USER_CONNECTIONS " + limit * 2 + ";"),
                        "Do not raise max_connections: it is not the limit that was met.")
                : new Settings(facts.server()).remedy("if the limit is not meant", "doubles it", "max_user_connections",
                        Long.toString(limit * 2),
                        "Do not raise max_connections: it is not the limit that was met.");
        return List.of(raise,
                Settings.advice("if it is meant",
                        "the application's pools must be smaller than the account's limit together, or share one pool: "
                                + "usher serve --server HOST:PORT",
                        ""));
    }

    private static Finding hourly(Picture picture, AccountLimit limit, long now) {
        return new Finding("account_hourly_limit", Cause.ACCOUNT_LIMIT, Severity.CRITICAL, 0.92, 1,
                limit.account() + " may open only " + limit.connectionsPerHour() + " connections an hour",
                List.of("MAX_CONNECTIONS_PER_HOUR " + limit.connectionsPerHour() + " (error 1226)",
                        Text.count(picture.failedLogins(), "login") + " failed in " + picture.watched(),
                        "it has " + Text.count(now, "connection") + " now"),
                "the failed logins being wrong passwords (error 1045)",
                List.of(Settings.run("now", "counts from zero again, for every account", List.of("FLUSH USER_RESOURCES;"), ""),
                        Settings.advice("for good", "connections that are kept: a pool", "")));
    }
}
