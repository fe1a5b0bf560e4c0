package dev.usher.cli.remedy;

import dev.usher.doctor.leaks.SeenSession;
import dev.usher.doctor.leaks.Suspect;
import dev.usher.doctor.sessions.KillResult;
import dev.usher.doctor.sessions.KillResult.Outcome;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** {@code usher leaks --json}. The keys are part of the public interface: docs/leaks.md. */
public final class LeaksJson {
    private LeaksJson() {}

    /** @param pretty over several lines; one line is for a stream of rounds */
    public static String of(LeaksRound round, boolean pretty) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("server", round.server());
        root.put("connections", round.connections());
        if (!round.missing().isEmpty()) {
            root.put("missing", round.missing());
        }
        root.put("suspects", round.suspects().stream().map(LeaksJson::suspect).toList());
        root.put("killed", round.kills().stream().map(LeaksJson::kill).toList());
        root.put("woke_in_between", round.kills().stream().filter(kill -> kill.outcome() == Outcome.KILLED_AWAKE).count());
        root.put("postponed", round.postponed());
        JsonMapper mapper = JsonMapper.shared();
        return pretty ? mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) : mapper.writeValueAsString(root);
    }

    private static Map<String, Object> suspect(Suspect suspect) {
        var leaked = suspect.leaked().stream().map(SeenSession::id).collect(Collectors.toSet());
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("account", suspect.client().account());
        fields.put("host", suspect.client().host());
        fields.put("program", suspect.client().program());
        fields.put("pid", suspect.client().pid());
        fields.put("score", suspect.score());
        fields.put("connections",
                suspect.connections().stream().map(session -> connection(session, leaked.contains(session.id()))).toList());
        fields.put("evidence", suspect.evidence().stream().map(evidence -> {
            Map<String, Object> piece = new LinkedHashMap<>();
            piece.put("id", evidence.id());
            piece.put("points", evidence.points());
            piece.put("text", evidence.text());
            return piece;
        }).toList());
        return fields;
    }

    private static Map<String, Object> connection(SeenSession session, boolean leaked) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", session.id());
        fields.put("leaked", leaked);
        fields.put("command", session.command());
        fields.put("since_ms", session.since().toMillis());
        session.transaction().ifPresent(open -> {
            fields.put("transaction_age_s", open.age().toSeconds());
            fields.put("rows_locked", open.locked());
        });
        session.text().ifPresent(sql -> fields.put("last_statement", sql));
        return fields;
    }

    private static Map<String, Object> kill(KillResult kill) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", kill.session().id());
        fields.put("outcome", kill.outcome().id());
        kill.gap().ifPresent(gap -> {
            fields.put("gap_us", gap.toNanos() / 1000);
            fields.put("checked_at", kill.checkedAt());
        });
        if (!kill.detail().isEmpty()) {
            fields.put("detail", kill.detail());
        }
        return fields;
    }
}
