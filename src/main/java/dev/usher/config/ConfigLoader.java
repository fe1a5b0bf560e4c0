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
        SettingValues values = read.map(ConfigFile::values).orElse(SettingValues.none());
        for (Setting<?> setting : Settings.all()) {
            List<String> texts = flags.get(setting.name());
            if (texts != null) {
                values = values.withFlag(setting, texts);
            }
        }
        return UsherConfig.from(values, read.map(ConfigFile::accounts).orElse(List.of()));
    }
}
