package dev.usher.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One setting: a flag {@code --name} and a key of {@code usher.toml}.
 *
 * @param fileKey the key, with a dot where it is in a table ({@code admin.listen})
 * @param placeholder what stands for the value in the help; a flag has none when it is empty
 * @param help one sentence without its full stop
 * @param defaultText as a user would write it; empty when there is no default
 * @param parser from the texts given (one, unless {@code repeatable}); throws {@link IllegalArgumentException} whose
 *     message continues "name = value: "
 */
public record Setting<T>(
        String name,
        String fileKey,
        Group group,
        String placeholder,
        String help,
        Optional<String> defaultText,
        boolean repeatable,
        Function<List<String>, T> parser) {
    /** The headings of the help. */
    public enum Group {
        SERVER("Server"),
        CLIENTS("Clients"),
        POOL("Pool"),
        ADMIN("Administration");

        private final String title;

        Group(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }
    }

    /** A password is never given by a flag: every user of the machine could read it there. */
    public boolean hasFlag() {
        return !placeholder.isEmpty();
    }

    static <T> Setting<T> single(
            Group group, String name, String placeholder, String defaultText, Function<String, T> parser, String help) {
        Optional<String> byDefault = Optional.of(defaultText).filter(text -> !text.isEmpty());
        return new Setting<>(name, name, group, placeholder, help, byDefault, false, texts -> parser.apply(texts.getFirst()));
    }

    static <T> Setting<List<T>> list(
            Group group, String name, String placeholder, String defaultText, Function<String, T> parser, String help) {
        return new Setting<>(name, name, group, placeholder, help, Optional.of(defaultText), true,
                texts -> texts.stream().filter(text -> !text.isEmpty()).map(parser).toList());
    }

    static <E extends Enum<E>> Setting<E> choice(Group group, String name, E byDefault, Class<E> type, String help) {
        String all = Arrays.stream(type.getEnumConstants()).map(Setting::kebab).collect(Collectors.joining("|"));
        return single(group, name, all, kebab(byDefault), text -> Arrays.stream(type.getEnumConstants())
                .filter(value -> kebab(value).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of " + all.replace("|", ", "))), help);
    }

    Setting<T> in(String table, String key) {
        return new Setting<>(name, table + "." + key, group, placeholder, help, defaultText, repeatable, parser);
    }

    static int integer(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a whole number", e);
        }
    }

    private static String kebab(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
