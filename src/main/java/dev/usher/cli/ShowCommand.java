package dev.usher.cli;

import dev.usher.config.AdminAccess;
import dev.usher.config.ConfigLoader;
import dev.usher.config.HostAndPort;
import dev.usher.config.Setting;
import dev.usher.config.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code usher show}: what a running Usher answers to the SHOW statements of its admin address. */
@Command(name = "show", description = "Show what a running Usher does.", mixinStandardHelpOptions = true, customSynopsis = "usher show [OPTION...] WHAT", parameterListHeading = "%n", optionListHeading = "%nOptions:%n")
final class ShowCommand implements Callable<Integer> {
    private static final List<Setting<?>> SETTINGS = List.of(
            Settings.ADMIN_LISTEN, Settings.ADMIN_ACCOUNT, Settings.ADMIN_PASSWORD_FILE, Settings.STATE_DIRECTORY);

    /** The names are the words of the statement. */
    enum What {
        pools,
        clients,
        servers,
        pins,
        pin_totals,
        status,
        processlist
    }

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(paramLabel = "WHAT", description = "${COMPLETION-CANDIDATES}")
    @SuppressWarnings("NullAway.Init")
    private What what;

    @Option(names = "--json", description = "An array of objects, for programs")
    private boolean json;

    @Option(names = "--config", paramLabel = "FILE", description = "The settings of the running Usher, in TOML")
    private Optional<Path> config = Optional.empty();

    static CommandLine commandLine(ShowCommand command) {
        CommandLine line = new CommandLine(command);
        SettingOptions.add(line.getCommandSpec(), SETTINGS, setting -> true);
        return line;
    }

    @Override
    public Integer call() {
        AdminAccess access =
                ConfigLoader.loadAdmin(config, SettingOptions.given(spec.commandLine().getParseResult(), SETTINGS));
        HostAndPort address = access.admin().listen()
                .orElseThrow(() -> CommandFailed.refused("admin statements are switched off (admin = off)"));
        // DriverManager rather than a DataSource: nothing is pooled here. The connector verifies a self-signed certificate by
        // the proof that comes with the login.
        String url = "jdbc:mariadb://" + address.dialled() + "/?sslMode=verify-ca&connectTimeout=5000";
        Properties login = new Properties();
        login.setProperty("user", access.admin().account());
        login.setProperty("password", access.password().reveal());
        try (Connection connection = DriverManager.getConnection(url, login);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SHOW " + what.name().replace('_', ' '))) {
            Answer answer = Answer.read(rows);
            PrintWriter out = spec.commandLine().getOut();
            out.println(json ? answer.json() : answer.table());
            out.flush();
            return ExitStatus.DONE;
        } catch (SQLException e) {
            throw CommandFailed.refused("no answer from " + address + ": " + e.getMessage());
        }
    }
}
