package dev.usher.doctor.rules;

import dev.usher.doctor.facts.LockWait;
import dev.usher.doctor.facts.Session;
import dev.usher.doctor.facts.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Statements that take so long, or wait so long for a lock, that the connections which execute them pile up. */
final class StormRule implements Rule {
    private static final int FEWEST = 5;
    private static final double SHARE_OF_CONNECTIONS = 0.4;
    private static final double SHARE_OF_LIMIT = 0.25;

    @Override
    public List<Finding> judge(Picture picture) {
        List<Session> piled = picture.piled();
        double share = picture.shareOfCurrent(piled.size());
        boolean matters = piled.size() >= FEWEST
                && (picture.isTight() ? share >= SHARE_OF_CONNECTIONS : piled.size() >= SHARE_OF_LIMIT * picture.limit());
        if (!matters) {
            return List.of();
        }
        Map<String, List<Session>> byDigest = piled.stream().collect(Collectors.groupingBy(session -> Digest.of(session.statement())));
        Map.Entry<String, List<Session>> worst = byDigest.entrySet().stream()
                .max(Comparator.comparingInt(entry -> entry.getValue().size())).orElseThrow();
        Optional<Root> root = root(picture);
        List<String> evidence = new ArrayList<>();
        evidence.add(Text.count(piled.size(), "connection") + " of " + picture.current()
                + " execute a statement for more than 1 s, the longest for "
                + Text.age(piled.stream().map(Session::time).max(Comparator.naturalOrder()).orElse(Duration.ZERO)));
        evidence.add(worst.getValue().size() + " of them: " + worst.getKey());
        long waiting = piled.stream().filter(Session::waitsForLock).count();
        long blocked = Math.max(waiting, root.map(found -> (long) found.waiting()).orElse(0L));
        if (blocked > 0) {
            evidence.add(Text.count(blocked, "connection") + " wait for a lock");
        }
        root.ifPresent(found -> evidence.add(found.sentence()));
        double confidence = Math.min(0.97, 0.6 + 0.4 * share + (root.isPresent() ? 0.1 : 0));
        boolean lock = root.isPresent() || blocked > piled.size() / 2;
        String summary = root.map(found -> "connection " + found.id() + " blocks " + Text.count(found.waiting(), "other"))
                .orElseGet(() -> lock ? Text.count(blocked, "connection") + " wait for a lock whose holder cannot be seen"
                        : Text.count(worst.getValue().size(), "connection") + " execute the same slow statement");
        return List
                .of(new Finding(lock ? "lock_pile_up" : "slow_query_storm", Cause.SLOW_QUERY_STORM, picture.severity(), confidence, share,
                        summary, evidence,
                        "the statements ending by themselves within a second when you look again, with the connections still there",
                        remedies(picture, root, worst.getKey())));
    }

    /** The one at the end of the chain: it blocks others and waits for nobody. */
    private record Root(long id, int waiting, String what, Optional<Session> session, Optional<Transaction> transaction) {
        boolean isIdle() {
            return session.map(Session::isSleeping).orElse(false);
        }

        String sentence() {
            String who = session.map(known -> " of " + known.client()).orElse("");
            String doing = session.map(known -> known.isSleeping()
                    ? ", which has slept for " + Text.age(known.time())
                    : ", which executes: " + Digest.of(known.statement())).orElse("");
            String age = transaction.map(open -> " in a transaction that is open for " + Text.age(open.age())).orElse("");
            return "the root is connection " + id + who + doing + age + "; it holds " + what + " for which " + waiting + " wait";
        }
    }

    private static Optional<Root> root(Picture picture) {
        Map<Long, Session> present = new HashMap<>();
        picture.facts().last().sessions().forEach(session -> present.put(session.id(), session));
        List<LockWait> waits = picture.facts().lockWaits().stream()
                .filter(wait -> present.containsKey(wait.waiting()) && present.containsKey(wait.blocking())).toList();
        if (waits.isEmpty()) {
            return Optional.empty();
        }
        Set<Long> waiting = waits.stream().map(LockWait::waiting).collect(Collectors.toSet());
        Map<Long, Set<Long>> behind = new HashMap<>();
        for (LockWait wait : waits) {
            if (!waiting.contains(wait.blocking())) {
                behind.computeIfAbsent(wait.blocking(), id -> new HashSet<>()).add(wait.waiting());
            }
        }
        return behind.entrySet().stream().max(Comparator.comparingInt(entry -> entry.getValue().size())).map(entry -> {
            long id = entry.getKey();
            String what = waits.stream().filter(wait -> wait.blocking() == id).findFirst().map(LockWait::what).orElse("");
            return new Root(id, entry.getValue().size(), what, Optional.ofNullable(present.get(id)),
                    picture.facts().transactions().stream().filter(transaction -> transaction.sessionId() == id).findFirst());
        });
    }

    private static List<Remedy> remedies(Picture picture, Optional<Root> root, String digest) {
        Settings settings = new Settings(picture.facts().server());
        List<Remedy> all = new ArrayList<>();
        root.ifPresent(found -> all.add(
                Settings.run("now", (found.isIdle() ? "it does nothing and" : "it") + " holds the lock; its transaction is rolled back",
                        List.of("KILL " + found.id() + ";"), "Do not kill those that wait: others take their place.")));
        if (root.isPresent()) {
            all.add(Settings.advice("for good", "the application leaves a transaction open while it does something else: commit first",
                    "Do not raise max_connections: every further connection would wait as well."));
            if (picture.facts().server().isMariaDb()) {
                all.add(settings.remedy("for good", "MariaDB then ends a transaction that is idle that long, in seconds",
                        "idle_transaction_timeout", "60",
                        "It ends the connection, so not for a client that may not be cut."));
            }
        } else {
            all.add(Settings.run("now", "shows the plan of what is slow", List.of("EXPLAIN " + digest + ";"),
                    "Do not raise max_connections: more of them at once are slower still."));
            all.add(settings.remedy("until it is repaired", "the server ends SELECTs that take longer",
                    picture.facts().server().isMariaDb() ? "max_statement_time" : "max_execution_time",
                    picture.facts().server().isMariaDb() ? "10" : "10000", "Not where reports or backups with mysqldump must run longer."));
        }
        return List.copyOf(all);
    }
}
