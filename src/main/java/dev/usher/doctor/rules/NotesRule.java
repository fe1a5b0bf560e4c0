package dev.usher.doctor.rules;

import dev.usher.doctor.facts.Facts;
import dev.usher.doctor.facts.ReplicaState;
import dev.usher.doctor.facts.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What is worth knowing and accuses nobody. */
final class NotesRule implements Rule {
    private static final Duration OLD_TRANSACTION = Duration.ofMinutes(1);

    @Override
    public List<Finding> judge(Picture picture) {
        Facts facts = picture.facts();
        List<Finding> all = new ArrayList<>();
        long maxUsed = facts.last().status("max_used_connections");
        if (maxUsed >= picture.limit() && !picture.isFull()) {
            all.add(note("was_full", "the server was full before: Max_used_connections = " + maxUsed
                    + " of " + picture.limit(),
                    List.of("Connection_errors_max_connections = " + facts.last().status("connection_errors_max_connections"))));
        }
        long throughUsher = facts.last().sessions().stream().filter(session -> session.client().isUsher()).count();
        if (throughUsher > 0) {
            all.add(note("usher_in_front",
                    "an Usher is in front: " + Text.count(throughUsher, "connection") + " of " + picture.current() + " are its own",
                    List.of("what its clients do: usher show pools, usher show clients")));
        }
        facts.transactions().stream().filter(open -> open.age().compareTo(OLD_TRANSACTION) > 0).findFirst()
                .ifPresent(open -> facts.last().sessions().stream()
                        .filter(session -> session.id() == open.sessionId() && session.isSleeping()).findFirst()
                        .ifPresent(session -> all.add(idleTransaction(session, open.age()))));
        for (ReplicaState replica : facts.replicas()) {
            if (!replica.running()) {
                all.add(note("replication_stopped", "replication channel '" + replica.channel() + "' does not run", List.of()));
            }
        }
        return List.copyOf(all);
    }

    private static Finding idleTransaction(Session session, Duration age) {
        return note("idle_transaction",
                "connection " + session.id() + " of " + session.client() + " sleeps in a transaction that is open for " + Text.age(age),
                List.of());
    }

    private static Finding note(String id, String summary, List<String> evidence) {
        return new Finding(id, Cause.HEALTHY, Severity.INFO, 1, 0, summary, evidence, "", List.of());
    }
}
