package dev.usher.reference.render;

import dev.usher.reference.Entry;
import dev.usher.reference.Explanation;
import dev.usher.reference.Family;
import dev.usher.reference.ShortEntry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** An entry for programs. Every object has the same keys; what a short entry has nothing for is null or empty. */
public final class JsonText {
    private JsonText() {}

    /** One object for one meaning, and an array of them otherwise. */
    public static String of(List<Explanation> meanings) {
        List<Map<String, @Nullable Object>> all = meanings.stream().map(JsonText::fields).toList();
        return text(all.size() == 1 ? all.getFirst() : all);
    }

    /** An array, however many there are. */
    public static String array(List<? extends Explanation> meanings) {
        return text(meanings.stream().map(JsonText::fields).toList());
    }

    private static String text(Object root) {
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }

    private static Map<String, @Nullable Object> fields(Explanation meaning) {
        return switch (meaning) {
            case Entry entry -> fields(entry);
            case ShortEntry entry -> fields(entry);
        };
    }

    private static Map<String, @Nullable Object> fields(Entry entry) {
        Steps steps = Steps.of(entry);
        Map<String, @Nullable Object> reproduce = new LinkedHashMap<>();
        reproduce.put("steps", steps.lines());
        reproduce.put("expected", steps.expected());
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("code", entry.code());
        fields.put("symbol", entry.symbol());
        fields.put("sqlstate", entry.sqlState());
        fields.put("message", entry.message());
        fields.put("servers", entry.servers().entrySet().stream().map(each -> server(entry, each.getKey(), each.getValue())).toList());
        fields.put("class", entry.errorClass().key());
        fields.put("severity", entry.severity().key());
        fields.put("production_risk", entry.productionRisk());
        fields.put("meaning", entry.meaning());
        fields.put("causes", entry.causes());
        fields.put("reproduce", reproduce);
        fields.put("fixes", entry.fixes().stream().map(JsonText::fix).toList());
        fields.put("avoid", entry.avoid().stream().map(each -> pair("what", each.what(), "why", each.why())).toList());
        fields.put("versions", entry.versions());
        fields.put("usher", entry.usher());
        fields.put("related", entry.related());
        fields.put("sources", entry.sources().stream().map(each -> pair("title", each.title(), "page", each.page())).toList());
        return fields;
    }

    private static Map<String, @Nullable Object> fields(ShortEntry entry) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("code", entry.code());
        fields.put("symbol", entry.symbol());
        fields.put("sqlstate", entry.sqlState());
        fields.put("message", null);
        fields.put("servers", entry.versions());
        List.of("class", "severity", "production_risk", "meaning").forEach(key -> fields.put(key, null));
        fields.put("causes", List.of());
        Map<String, @Nullable Object> reproduce = new LinkedHashMap<>();
        reproduce.put("steps", List.of());
        reproduce.put("expected", null);
        fields.put("reproduce", reproduce);
        List.of("fixes", "avoid", "versions").forEach(key -> fields.put(key, List.of()));
        fields.put("usher", null);
        fields.put("related", entry.related());
        fields.put("sources", List.of());
        return fields;
    }

    /** Such as {@code MySQL, all versions}, and what is different there in parentheses. */
    private static String server(Entry entry, Family family, String versions) {
        return family + ", " + versions + Differences.of(entry, family).map(text -> " (" + text + ")").orElse("");
    }

    private static Map<String, String> fix(Entry.Fix fix) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("title", fix.title());
        fields.put("when", fix.when());
        fields.put("code", Steps.readable(fix.code()));
        fields.put("why", fix.why());
        return fields;
    }

    private static Map<String, String> pair(String key, String value, String otherKey, String otherValue) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(key, value);
        fields.put(otherKey, otherValue);
        return fields;
    }
}
