package dev.usher.cli.remedy;

import dev.usher.doctor.raise.Raising;
import dev.usher.doctor.sizing.Amount;
import dev.usher.doctor.sizing.ManagedWay;
import dev.usher.doctor.sizing.RaisePlan;
import dev.usher.doctor.sizing.Sizing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** {@code usher raise --json}. The keys are part of the public interface: docs/raise.md. */
public final class RaiseJson {
    private RaiseJson() {}

    public static String of(RaiseResult result, boolean dryRun) {
        Sizing sizing = result.sizing();
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("server", result.server());
        root.put("current", sizing.current());
        root.put("target", result.plan().target());
        root.put("recommended", sizing.recommended());
        root.put("ceiling", sizing.ceiling());
        root.put("limited_by", sizing.limitedBy().id());
        root.put("dry_run", dryRun);
        root.put("applied", result.applied());
        result.outcome().ifPresent(outcome -> {
            root.put("max_connections", outcome.limit());
            root.put("permanent", outcome.permanent() || result.written().isPresent());
        });
        result.written().ifPresent(file -> root.put("written", file));
        switch (result.plan()) {
            case RaisePlan.Raise raise -> {
                if (!raise.consequence().isEmpty()) {
                    root.put("consequence", raise.consequence());
                }
                if (result.platform().isManaged()) {
                    root.put("managed", result.platform().name().toLowerCase(Locale.ROOT));
                    root.put("command", ManagedWay.command(result.platform(), raise.target()));
                } else if (result.mariaDb()) {
                    root.put("option_file", Map.of("file", result.written().orElse(result.place().file()), "group", "mysqld", "settings",
                            RaiseReport.settings(raise.target())));
                }
            }
            case RaisePlan.Unchanged unchanged -> root.put("unchanged", unchanged.why());
            case RaisePlan.Refused refused -> {
                root.put("refused", refused.reason().id());
                root.put("reason", refused.why());
            }
        }
        result.outcome().map(Raising.Outcome::refused).filter(text -> !text.isEmpty()).ifPresent(text -> root.put("server_refused", text));
        root.put("expected_active", sizing.active());
        root.put("active_measured", sizing.activeIsMeasured());
        root.put("bounds", sizing.bounds().stream().map(bound -> {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("limit", bound.kind().id());
            fields.put("connections", bound.connections());
            fields.put("all_active", bound.allActive());
            fields.put("how", bound.how());
            return fields;
        }).toList());
        root.put("memory", amounts(sizing.limits()));
        root.put("fixed", amounts(sizing.fixed()));
        root.put("connection", amounts(sizing.each()));
        root.put("advice", RaiseReport.advice(result).stream().filter(line -> !line.startsWith(" ")).toList());
        root.put("thread_pool_settings", RaiseReport.threadPool(result).settings());
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }

    private static List<Map<String, Object>> amounts(List<Amount> amounts) {
        return amounts.stream().map(amount -> {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("what", amount.what());
            fields.put("bytes", amount.bytes());
            fields.put("from", amount.from());
            return fields;
        }).toList();
    }
}
