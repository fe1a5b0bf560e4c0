package dev.usher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.config.Setting;
import dev.usher.config.Settings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void theHelpNamesEveryCommand() {
        CommandLine line = Main.commandLine();

        assertThat(run(line, "--help")).isZero();
        assertThat(line.getSubcommands()).isNotEmpty().allSatisfy((name, command) -> assertThat(out.toString()).contains("\n  " + name));
    }

    @Test
    void theHelpOfServeNamesEverySettingWithItsDefault() {
        assertThat(run("serve", "--help")).isZero();

        String help = out.toString().replaceAll("\\s+", "");
        assertThat(Settings.all()).filteredOn(Setting::hasFlag).allSatisfy(setting -> {
            assertThat(out.toString()).contains("--" + setting.name() + "=" + setting.placeholder());
            setting.defaultText().filter(text -> !text.isEmpty())
                    .ifPresent(text -> assertThat(help).contains("(default:" + text + ")"));
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                   | usher: a command is missing
            serv                                 | Did you mean: usher serve
            serve --wiat-limit=5s                | Unknown option: '--wiat-limit=5s'
            serve --server a --wait-limit 5      | usher: --wait-limit = 5: must be a duration
            serve                                | usher: server is missing
            serve --server a --config /not/there | usher: configuration file /not/there does not exist
            serve --server a --server b          | usher: --server is given more than once
            --log-level loud serve               | usher: --log-level = loud: must be one of error
            show everything                      | everything
            show pools --admin nowhere:port      | usher: --admin = nowhere:port: must be HOST:PORT
            """)
    void wrongUsageEndsWith64AndSaysWhatIsWrong(String args, String message) {
        assertThat(run(args.isEmpty() ? new String[0] : args.split(" "))).isEqualTo(ExitStatus.WRONG_USAGE);
        assertThat(err.toString()).contains(message).doesNotContain("\tat ");
    }

    @Test
    void anUnreachableAdminAddressEndsWith3(@TempDir Path directory) throws Exception {
        Path password = java.nio.file.Files.writeString(directory.resolve("password"), "x\n");

        // Nothing listens on port 1 of loopback.
        assertThat(run("show", "pools", "--admin", "127.0.0.1:1", "--admin-password-file", password.toString()))
                .isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).startsWith("usher: no answer from 127.0.0.1:1").doesNotContain("\tat ");
    }

    private int run(String... args) {
        return run(Main.commandLine(), args);
    }

    private int run(CommandLine line, String... args) {
        return line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(args);
    }
}
