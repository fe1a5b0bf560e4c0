package dev.usher.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.toml.TomlMapper;

/** {@code usher.toml}: the settings under their flags' names, {@code [admin]} and {@code [[accounts]]}. */
final class ConfigFile {
    private static final String ACCOUNTS = "accounts";
    private final Path path;
    private final String text;
    private SettingValues values = SettingValues.none();
    private Optional<JsonNode> accounts = Optional.empty();

    private ConfigFile(Path path, String text) {
        this.path = path;
        this.text = text;
    }

    /** @throws ConfigException when the file cannot be read, is not TOML, or has a key that Usher does not know */
    static ConfigFile read(Path path) {
        try {
            ConfigFile file = new ConfigFile(path, Files.readString(path));
            file.parse();
            return file;
        } catch (NoSuchFileException e) {
            throw new ConfigException("configuration file " + path + " does not exist");
        } catch (IOException e) {
            throw new ConfigException("configuration file " + path + " cannot be read: " + e.getMessage());
        }
    }

    SettingValues values() {
        return values;
    }

    /** Reads the password files and variables that they name, which only the pooler itself may be able to. */
    List<AccountConfig> accounts() {
        return accounts.map(this::readAccounts).orElse(List.of());
    }

    private void parse() {
        JsonNode root;
        try {
            root = new TomlMapper().readTree(text);
        } catch (JacksonException e) {
            throw new ConfigException(place(e.getLocation() == null ? 0 : e.getLocation().getLineNr())
                    + ": " + e.getOriginalMessage().lines().findFirst().orElse("not TOML"));
        }
        root.properties().forEach(entry -> {
            if (entry.getKey().equals(ACCOUNTS)) {
                accounts = Optional.of(entry.getValue());
            } else if (entry.getValue().isObject()) {
                entry.getValue().properties().forEach(in -> take(entry.getKey() + "." + in.getKey(), in.getValue()));
            } else {
                take(entry.getKey(), entry.getValue());
            }
        });
    }

    private void take(String key, JsonNode value) {
        Setting<?> setting = Settings.all().stream()
                .filter(candidate -> candidate.fileKey().equals(key))
                .findFirst()
                .orElseThrow(() -> unknown(key, Settings.all().stream().map(Setting::fileKey).collect(Collectors.toSet())));
        if (value.isArray() && !setting.repeatable()) {
            throw new ConfigException(at(key) + ": " + key + " takes one value, not a list");
        }
        List<String> texts = texts(key, value);
        values = values.withFileValue(setting, texts, at(key));
    }

    private List<AccountConfig> readAccounts(JsonNode tables) {
        List<AccountConfig> read = new ArrayList<>();
        if (!tables.isArray()) {
            throw new ConfigException(at(ACCOUNTS) + ": accounts are written as [[accounts]], one table each");
        }
        for (JsonNode table : tables) {
            if (!table.isObject()) {
                throw new ConfigException(at(ACCOUNTS) + ": accounts are written as [[accounts]], one table each");
            }
            read.add(readAccount(table));
        }
        return read;
    }

    private AccountConfig readAccount(JsonNode table) {
        Set<String> known = Set.of("user", "password", "password-file", "password-env", "allow-from");
        table.properties().forEach(entry -> {
            if (!known.contains(entry.getKey())) {
                throw unknown(entry.getKey(), known);
            }
        });
        String user = text(table, "user").orElseThrow(() -> new ConfigException(path + ": [[accounts]] without user"));
        List<Secret> passwords = new ArrayList<>();
        text(table, "password").map(Secret::of).ifPresent(passwords::add);
        text(table, "password-file").map(file -> PasswordFile.read(Path.of(file))).ifPresent(passwords::add);
        text(table, "password-env").map(name -> environment(user, name)).ifPresent(passwords::add);
        if (passwords.size() > 1) {
            throw new ConfigException(
                    path + ": the account " + user + " has more than one of password, password-file and password-env");
        }
        return new AccountConfig(user, passwords.stream().findFirst(), allowFrom(user, table));
    }

    private List<Cidr> allowFrom(String user, JsonNode table) {
        JsonNode ranges = table.get("allow-from");
        try {
            return ranges == null ? List.of() : texts("allow-from", ranges).stream().map(Cidr::parse).toList();
        } catch (IllegalArgumentException e) {
            throw ConfigException.wrongValue(path + ": allow-from of the account " + user, ranges, String.valueOf(e.getMessage()));
        }
    }

    private Secret environment(String user, String name) {
        return Optional.ofNullable(System.getenv(name)).map(Secret::of).orElseThrow(() -> new ConfigException(
                path + ": password-env of the account " + user + ": the variable " + name + " is not set"));
    }

    private Optional<String> text(JsonNode table, String key) {
        return Optional.ofNullable(table.get(key)).map(value -> plain(key, value));
    }

    /** One text for a plain value, as many as there are for a list. */
    private List<String> texts(String key, JsonNode value) {
        return value.isArray()
                ? value.valueStream().map(element -> plain(key, element)).toList()
                : List.of(plain(key, value));
    }

    private String plain(String key, JsonNode value) {
        if (!value.isString() && !value.isIntegralNumber() && !value.isBoolean()) {
            throw new ConfigException(at(key) + ": " + key + " must be a text or a whole number");
        }
        return value.asString();
    }

    private ConfigException unknown(String key, Set<String> known) {
        String meant = NearMatch.of(key, new TreeSet<>(known)).map(near -> "; did you mean " + near + "?").orElse("");
        return new ConfigException(at(key) + ": unknown setting " + key + meant);
    }

    /** The parser gives no place for a key, so this finds the first line that begins with it. */
    private String at(String key) {
        String last = key.substring(key.lastIndexOf('.') + 1);
        List<String> lines = text.lines().map(String::strip).toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith(last) && line.substring(last.length()).stripLeading().startsWith("=")) {
                return place(i + 1);
            }
        }
        return place(0);
    }

    private String place(int line) {
        return path + (line > 0 ? ", line " + line : "");
    }
}
