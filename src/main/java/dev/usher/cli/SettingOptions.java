package dev.usher.cli;

import dev.usher.config.Setting;
import dev.usher.config.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Makes flags of settings, so that the file and the command line cannot differ in names, defaults or explanation. */
final class SettingOptions {
    private SettingOptions() {}

    static void add(CommandSpec spec, List<Setting<?>> settings, Predicate<Setting<?>> wanted) {
        for (Setting.Group group : Setting.Group.values()) {
            ArgGroupSpec.Builder options =
                    ArgGroupSpec.builder().heading("%n" + group.title() + ":%n").exclusive(false).validate(false);
            settings.stream()
                    .filter(setting -> setting.group() == group && setting.hasFlag() && wanted.test(setting))
                    .map(SettingOptions::option)
                    .forEach(options::addArg);
            if (!options.args().isEmpty()) {
                spec.addArgGroup(options.build());
            }
            spec.usageMessage().sortOptions(false);
        }
    }

    /** What was given, under the settings' names. */
    static Map<String, List<String>> given(ParseResult parsed, List<Setting<?>> settings) {
        Map<String, List<String>> given = new HashMap<>();
        for (Setting<?> setting : settings) {
            if (setting.hasFlag() && parsed.hasMatchedOption("--" + setting.name())) {
                given.put(setting.name(), Objects.requireNonNull(parsed.matchedOption("--" + setting.name())).originalStringValues());
            }
        }
        return given;
    }

    private static OptionSpec option(Setting<?> setting) {
        String byDefault = setting.defaultText().filter(text -> !text.isEmpty())
                .map(text -> " (default: " + text + ")").orElse("");
        String repeatable = setting.repeatable() ? "; may be repeated" : "";
        // A list even where one value is allowed: within a group picocli takes the last of two in silence.
        return OptionSpec.builder("--" + setting.name())
                .paramLabel(setting.placeholder())
                .description(setting.help().replace("%", "%%") + repeatable + byDefault.replace("%", "%%"))
                .arity("1")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .build();
    }
}
