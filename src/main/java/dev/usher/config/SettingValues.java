package dev.usher.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was given for each setting, as text, with where it was given. */
final class SettingValues {
    private static final SettingValues NONE = new SettingValues(Map.of());
    private final Map<String, Given> byName;

    /** @param place for errors, as in "usher.toml, line 3"; null for a flag */
    private record Given(List<String> texts, @Nullable String place) {}

    private SettingValues(Map<String, Given> byName) {
        this.byName = byName;
    }

    static SettingValues none() {
        return NONE;
    }

    SettingValues withFlag(Setting<?> setting, List<String> texts) {
        return with(setting, new Given(List.copyOf(texts), null));
    }

    SettingValues withFileValue(Setting<?> setting, List<String> texts, String place) {
        return with(setting, new Given(List.copyOf(texts), place));
    }

    private SettingValues with(Setting<?> setting, Given given) {
        Map<String, Given> more = new HashMap<>(byName);
        more.put(setting.name(), given);
        return new SettingValues(Map.copyOf(more));
    }

    boolean isSet(Setting<?> setting) {
        return byName.containsKey(setting.name());
    }

    boolean isFlag(Setting<?> setting) {
        Given given = byName.get(setting.name());
        return given != null && given.place() == null;
    }

    /** The value given, or the default, which the setting must have. */
    <T> T get(Setting<T> setting) {
        return optional(setting).orElseGet(() -> setting.parser().apply(List.of(setting.defaultText().orElseThrow())));
    }

    /** The value given. */
    <T> Optional<T> optional(Setting<T> setting) {
        Given given = byName.get(setting.name());
        if (given == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(setting.parser().apply(given.texts()));
        } catch (IllegalArgumentException e) {
            String what = given.place() == null ? "--" + setting.name() : given.place() + ": " + setting.fileKey();
            throw ConfigException.wrongValue(what, String.join(", ", given.texts()), String.valueOf(e.getMessage()));
        }
    }
}
