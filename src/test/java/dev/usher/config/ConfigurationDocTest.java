package dev.usher.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/configuration.md lists every setting as the code has it, and its example is a file that Usher takes. */
class ConfigurationDocTest {
    private static final Pattern EXAMPLE = Pattern.compile("```toml\n(.*?)```", Pattern.DOTALL);

    private final String page = read(Path.of("docs", "configuration.md"));

    @Test
    void hasARowForEverySettingThatIsAFlag() {
        assertThat(Settings.all().stream().filter(Setting::hasFlag))
                .allSatisfy(setting -> assertThat(page).contains("| `" + setting.name() + "` |"));
    }

    @Test
    void saysTheDefaultThatTheCodeHas() {
        assertThat(Settings.all().stream().filter(Setting::hasFlag).filter(setting -> setting != Settings.STATE_DIRECTORY))
                .allSatisfy(setting -> setting.defaultText().filter(text -> !text.isEmpty())
                        .ifPresent(text -> assertThat(row(setting)).contains("| `" + text + "` |")));
    }

    @Test
    void theExampleHasEverySettingAndIsAccepted(@TempDir Path directory) throws IOException {
        Matcher found = EXAMPLE.matcher(page);
        assertThat(found.find()).isTrue();
        String example = found.group(1);
        assertThat(Settings.all().stream().filter(Setting::hasFlag))
                .allSatisfy(setting -> assertThat(example).containsPattern("(?m)^" + setting.fileKey().replaceFirst(".*\\.", "") + " = "));

        Path password = Files.writeString(directory.resolve("password"), "secret\n");
        // A variable that is set wherever the test runs stands for the one of the example.
        Path file = Files.writeString(directory.resolve("usher.toml"), example
                .replaceAll("/etc/usher/[a-z]+-password", password.toString())
                .replace("REPORTS_PASSWORD", "PATH"));
        UsherConfig config = ConfigLoader.load(Optional.of(file), Map.of());

        assertThat(config.accounts()).extracting(AccountConfig::user).containsExactly("app", "reports");
        assertThat(config.server().address()).isEqualTo(new HostAndPort("db.example", 3306));
    }

    private String row(Setting<?> setting) {
        return page.lines().filter(line -> line.startsWith("| `" + setting.name() + "` |")).findFirst().orElse("");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError("cannot read " + file, e);
        }
    }
}
