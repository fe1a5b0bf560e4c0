package dev.usher.reference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.toml.TomlMapper;

/** Turns an entry file into an {@link Entry} and refuses what the schema does not allow, so that a typing error does not go unseen. */
final class EntryReader {
    private static final Set<String> KEYS = Set.of("code", "symbol", "sqlstate", "message", "servers", "differs", "class", "severity",
            "common",
            "production_risk", "meaning", "causes", "phrases", "reproduce", "fixes", "avoid", "versions", "usher", "related", "sources");
    private static final Set<String> LANGUAGES =
            Set.of("sql", "ini", "shell", "php", "java", "python", "javascript", "toml", "text");
    private static final Pattern STEP = Pattern.compile("(?:[a-z]\\w*>|\\$) \\S.*", Pattern.DOTALL);
    private static final String MYSQL_ERRORS = "https://dev.mysql.com/doc/mysql-errors/en/";
    private static final String MARIADB_ERRORS = "https://mariadb.com/kb/en/mariadb-error-codes/";
    private static final TomlMapper TOML = new TomlMapper();

    private final String file;
    private final JsonNode root;

    private EntryReader(String file, JsonNode root) {
        this.file = file;
        this.root = root;
    }

    /**
     * @param file its name, for messages
     * @throws IllegalArgumentException naming the file and the key that is wrong
     */
    static Entry read(String file, byte[] toml) {
        JsonNode root;
        try {
            root = TOML.readTree(toml);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
        return new EntryReader(file, root).entry();
    }

    private Entry entry() {
        allow(root, "", KEYS);
        Map<Family, String> servers = byFamily(root.path("servers"), "servers", JsonNode::asString);
        require(!servers.isEmpty(), "servers", "names no server");
        String symbol = text(root, "symbol");
        String sqlState = text(root, "sqlstate");
        String message = text(root, "message");
        return new Entry(
                number(root.path("code"), "code"),
                symbol,
                sqlState,
                message,
                servers,
                byFamily(root.path("differs"), "differs", node -> {
                    allow(node, "differs", Set.of("symbol", "sqlstate", "message"));
                    return new Entry.Wording(
                            node.path("symbol").asString(symbol),
                            node.path("sqlstate").asString(sqlState),
                            node.path("message").asString(message));
                }),
                choice(root, "class", ErrorClass.values(), ErrorClass::key),
                choice(root, "severity", Severity.values(), Severity::key),
                root.path("common").asBoolean(false),
                text(root, "production_risk"),
                text(root, "meaning"),
                filled(texts(root, "causes"), "causes"),
                texts(root, "phrases"),
                reproductions(servers),
                filled(list(root, "fixes", this::fix), "fixes"),
                filled(list(root, "avoid", node -> {
                    allow(node, "avoid", Set.of("what", "why"));
                    return new Entry.Avoid(text(node, "what"), text(node, "why"));
                }), "avoid"),
                texts(root, "versions"),
                text(root, "usher"),
                list(root, "related", node -> number(node, "related")),
                sources(servers, symbol));
    }

    /** The file's own, and the pages of the error references, whose addresses follow from the symbol. */
    private List<Entry.Source> sources(Map<Family, String> servers, String symbol) {
        List<Entry.Source> all = new ArrayList<>(list(root, "sources", node -> {
            allow(node, "sources", Set.of("title", "page"));
            return new Entry.Source(text(node, "title"), text(node, "page"));
        }));
        String anchor = "#error_" + symbol.toLowerCase(Locale.ROOT);
        if (servers.containsKey(Family.CLIENT)) {
            all.add(new Entry.Source("MySQL Error Message Reference: " + symbol, MYSQL_ERRORS + "client-error-reference.html" + anchor));
        } else if (servers.containsKey(Family.MYSQL) && !servers.get(Family.MYSQL).startsWith("up to")) {
            all.add(new Entry.Source("MySQL Error Message Reference: " + symbol, MYSQL_ERRORS + "server-error-reference.html" + anchor));
        }
        if (servers.containsKey(Family.MARIADB)) {
            all.add(new Entry.Source("MariaDB Error Codes", MARIADB_ERRORS));
        }
        return List.copyOf(all);
    }

    private Entry.Fix fix(JsonNode node) {
        allow(node, "fixes", Set.of("title", "when", "on", "language", "code", "why"));
        String language = text(node, "language");
        require(LANGUAGES.contains(language), "fixes.language", "is none of " + LANGUAGES);
        List<Family> on = list(node, "on", each -> family(each.asString(), "fixes.on"));
        return new Entry.Fix(text(node, "title"), text(node, "when"), on.isEmpty() ? List.of(Family.MYSQL, Family.MARIADB) : on, language,
                text(node, "code"), text(node, "why"));
    }

    /** One for each family of servers that has the error; the client's own errors are seen with either kind of server. */
    private Map<Family, Reproduction> reproductions(Map<Family, String> servers) {
        JsonNode node = root.path("reproduce");
        allow(node, "reproduce", Set.of("steps", "expected", "impossible", "mysql", "mariadb"));
        Map<Family, Reproduction> all = new EnumMap<>(Family.class);
        for (Family family : List.of(Family.MYSQL, Family.MARIADB)) {
            if (servers.containsKey(family) || servers.containsKey(Family.CLIENT)) {
                JsonNode own = node.path(family.key());
                allow(own, "reproduce." + family.key(), Set.of("steps", "expected", "impossible"));
                all.put(family, reproduction(own, node));
            }
        }
        return all;
    }

    private Reproduction reproduction(JsonNode own, JsonNode shared) {
        JsonNode impossible = own.has("steps") || own.has("expected") ? own.path("impossible") : either(own, shared, "impossible");
        if (impossible.isString()) {
            return Reproduction.impossible(impossible.asString().strip());
        }
        List<String> steps = strings(either(own, shared, "steps"), "reproduce.steps");
        for (String step : steps) {
            require(STEP.matcher(step).matches(), "reproduce.steps", "has a step that is neither NAME> … nor $ …: " + step);
        }
        JsonNode expected = either(own, shared, "expected");
        require(expected.isString(), "reproduce.expected", "is missing");
        return new Reproduction(filled(steps, "reproduce.steps"), expected.asString().strip(), Optional.empty());
    }

    private static JsonNode either(JsonNode own, JsonNode shared, String key) {
        return own.has(key) ? own.path(key) : shared.path(key);
    }

    private <T> Map<Family, T> byFamily(JsonNode node, String key, Function<JsonNode, T> value) {
        Map<Family, T> all = new EnumMap<>(Family.class);
        node.forEachEntry((name, each) -> all.put(family(name, key), value.apply(each)));
        return all;
    }

    private Family family(String name, String key) {
        return Arrays.stream(Family.values())
                .filter(family -> family.key().equals(name))
                .findFirst()
                .orElseThrow(() -> wrong(key, "has " + name + ", which is none of mysql, mariadb, client"));
    }

    private <T> T choice(JsonNode node, String key, T[] values, Function<T, String> name) {
        String text = text(node, key);
        return Arrays.stream(values)
                .filter(value -> name.apply(value).equals(text))
                .findFirst()
                .orElseThrow(() -> wrong(key, "is none of " + Arrays.stream(values).map(name).toList()));
    }

    private <T> List<T> list(JsonNode node, String key, Function<JsonNode, T> value) {
        List<T> all = new ArrayList<>();
        node.path(key).forEach(each -> all.add(value.apply(each)));
        return List.copyOf(all);
    }

    private List<String> texts(JsonNode node, String key) {
        return strings(node.path(key), key);
    }

    private List<String> strings(JsonNode node, String key) {
        List<String> all = new ArrayList<>();
        for (JsonNode each : node) {
            require(each.isString(), key, "is not a list of texts");
            all.add(each.asString().strip());
        }
        return List.copyOf(all);
    }

    private <T> List<T> filled(List<T> all, String key) {
        require(!all.isEmpty(), key, "is empty");
        return all;
    }

    private String text(JsonNode node, String key) {
        JsonNode value = node.path(key);
        require(value.isString() && !value.asString().isBlank(), key, "is missing or no text");
        return value.asString().strip();
    }

    private int number(JsonNode node, String key) {
        require(node.isInt(), key, "is no number");
        return node.asInt();
    }

    private void allow(JsonNode node, String key, Set<String> known) {
        for (String name : node.propertyNames()) {
            require(known.contains(name), key, "has " + name + ", which is none of " + known);
        }
    }

    private void require(boolean condition, String key, String message) {
        if (!condition) {
            throw wrong(key, message);
        }
    }

    private IllegalArgumentException wrong(String key, String message) {
        return new IllegalArgumentException(file + ": " + key + " " + message);
    }
}
