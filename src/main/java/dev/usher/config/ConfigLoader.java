package dev.usher.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts flags on top of the file. */
public final class ConfigLoader {
    private ConfigLoader() {}

    /**
     * @param flags what was given on the command line, under the settings' names
     * @throws ConfigException for whatever is wrong, in one line
     */
    public static UsherConfig load(Optional<Path> file, Map<String, List<String>> flags) {
        Optional<ConfigFile> read = file.map(ConfigFile::read);
        return UsherConfig.from(values(read, flags), read.map(ConfigFile::accounts).orElse(List.of()));
    }

    /** The part that a command needs to talk to a running Usher; {@code server} may be missing. */
    public static AdminAccess loadAdmin(Optional<Path> file, Map<String, List<String>> flags) {
        SettingValues values = values(file.map(ConfigFile::read), flags);
        return new AdminAccess(AdminConfig.from(values), values.get(Settings.STATE_DIRECTORY));
    }

    private static SettingValues values(Optional<ConfigFile> file, Map<String, List<String>> flags) {
        SettingValues values = file.map(ConfigFile::values).orElse(SettingValues.none());
        for (Setting<?> setting : Settings.all()) {
            List<String> texts = flags.get(setting.name());
            if (texts != null) {
                if (texts.size() > 1 && !setting.repeatable()) {
                    throw new ConfigException("--" + setting.name() + " is given more than once");
                }
                values = values.withFlag(setting, texts);
            }
        }
        return values;
    }
}
