package dev.usher.doctor.report;

import dev.usher.doctor.facts.Facts;
import dev.usher.doctor.rules.Diagnosis;
import dev.usher.doctor.rules.Finding;
import dev.usher.doctor.rules.Picture;
import dev.usher.doctor.rules.Process;
import dev.usher.doctor.rules.Remedy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A diagnosis for programs, as nested maps in the order of docs/doctor.md, which describes every field. */
public final class JsonReport {
    private JsonReport() {}

    public static Map<String, Object> of(Diagnosis diagnosis, Optional<LimitAdvice> limit) {
        Facts facts = diagnosis.facts();
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("server", server(facts));
        root.put("watched_seconds", facts.watched().toMillis() / 1000.0);
        root.put("verdict", verdict(diagnosis));
        root.put("max_connections", limits(diagnosis.picture(), limit));
        root.put("connections", connections(diagnosis.picture()));
        root.put("findings", diagnosis.findings().stream().map(JsonReport::finding).toList());
        root.put("unseen", facts.unseen());
        return root;
    }

    private static Map<String, Object> server(Facts facts) {
        Map<String, Object> server = new LinkedHashMap<>();
        server.put("product", facts.server().product());
        server.put("version", facts.server().version());
        server.put("platform", facts.server().platform().name().toLowerCase(java.util.Locale.ROOT));
        server.put("endpoint", facts.server().endpoint());
        server.put("way", facts.server().way());
        return server;
    }

    private static Map<String, Object> verdict(Diagnosis diagnosis) {
        Map<String, Object> verdict = new LinkedHashMap<>();
        verdict.put("cause", diagnosis.cause().id());
        verdict.put("confidence", rounded(diagnosis.confidence()));
        verdict.put("severity", diagnosis.severity().id());
        verdict.put("summary", diagnosis.summary());
        return verdict;
    }

    private static Map<String, Object> limits(Picture picture, Optional<LimitAdvice> advice) {
        Map<String, Object> limits = new LinkedHashMap<>();
        limits.put("current", picture.limit());
        limits.put("recommended", advice.map(LimitAdvice::recommended).orElse(null));
        limits.put("ceiling", advice.map(LimitAdvice::ceiling).orElse(null));
        limits.put("limited_by", advice.map(LimitAdvice::limitedBy).orElse(null));
        return limits;
    }

    private static Map<String, Object> connections(Picture picture) {
        Bars bars = Bars.of(picture);
        Map<String, Object> connections = new LinkedHashMap<>();
        connections.put("now", picture.current());
        connections.put("peak", picture.connected());
        connections.put("refused", picture.refused());
        connections.put("opened", picture.opened());
        Map<String, Object> states = new LinkedHashMap<>();
        bars.counts().forEach((state, count) -> states.put(state.id(), count));
        connections.put("states", states);
        connections.put("processes", picture.processes().stream().map(JsonReport::process).toList());
        return connections;
    }

    private static Map<String, Object> process(Process process) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("account", process.client().account());
        fields.put("host", process.client().host());
        fields.put("program", process.client().program());
        fields.put("pid", process.client().pid() == 0 ? null : process.client().pid());
        fields.put("connections", process.size());
        fields.put("used", process.used());
        return fields;
    }

    private static Map<String, Object> finding(Finding finding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", finding.id());
        fields.put("cause", finding.accuses() ? finding.cause().id() : null);
        fields.put("severity", finding.severity().id());
        fields.put("confidence", rounded(finding.confidence()));
        fields.put("explains", rounded(finding.explains()));
        fields.put("summary", finding.summary());
        fields.put("evidence", finding.evidence());
        fields.put("wrong_if", finding.wrongIf());
        fields.put("remedies", finding.remedies().stream().map(JsonReport::remedy).toList());
        return fields;
    }

    private static Map<String, Object> remedy(Remedy remedy) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("when", remedy.when());
        fields.put("why", remedy.why());
        fields.put("statements", remedy.statements());
        fields.put("configuration", remedy.configuration());
        fields.put("not", remedy.notThis().isEmpty() ? List.of() : List.of(remedy.notThis()));
        return fields;
    }

    private static double rounded(double share) {
        return Math.round(share * 100) / 100.0;
    }
}
