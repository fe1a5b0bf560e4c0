package dev.usher.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.usher.app.Usher;
import dev.usher.cli.demo.Pooler;
import dev.usher.config.UsherConfig;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Entry point of the {@code usher} command. */
@Command(name = "usher", description = "A connection pooler for MySQL and MariaDB: thousands of clients on a few dozen server connections.", versionProvider = Version.class, mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND", scope = ScopeType.LOCAL, commandListHeading = "%nCommands:%n", optionListHeading = "%nOptions:%n", footer = {
    "", "Start with: usher serve --server HOST:PORT", "More on a command: usher COMMAND --help"})
public final class Main implements Runnable {
    private static final List<String> LEVELS = List.of("error", "warn", "info", "debug", "trace");

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        // A pooler does not start later for the description of the commands that it is not.
        CommandLine line = args.length > 0 && args[0].equals("serve") ? withFailures(new CommandLine(new Main()).addSubcommand(serve()))
                : commandLine();
        System.exit(line.execute(args));
    }

    /** The whole command line; tests give it their own writers. */
    static CommandLine commandLine() {
        return withFailures(new CommandLine(new Main())
                .addSubcommand(serve())
                .addSubcommand(new DemoCommand(Optional.of(Main::startForDemo)))
                .addSubcommand(new DoctorCommand())
                .addSubcommand(new ReproduceCommand())
                .addSubcommand(ShowCommand.commandLine(new ShowCommand()))
                .addSubcommand(new ExplainCommand(System.in))
                .addSubcommand(new CompletionCommand())
                .addSubcommand(new LeaksCommand())
                .addSubcommand(new RaiseCommand()));
    }

    private static CommandLine serve() {
        return ServeCommand.commandLine(new ServeCommand(Main::start));
    }

    /** To be called when the commands are there: they take these settings over. */
    private static CommandLine withFailures(CommandLine line) {
        return line.setParameterExceptionHandler(Failures::wrongUsage)
                .setExecutionExceptionHandler(Failures::failed)
                .setUsageHelpAutoWidth(true)
                .setAbbreviatedOptionsAllowed(false);
    }

    @Option(names = "--log-level", paramLabel = "LEVEL", scope = ScopeType.INHERIT, description = "error, warn, info, debug or trace; the variable USHER_LOG sets the same (default: info)")
    @SuppressWarnings("UnusedMethod") // picocli calls it
    private void logLevel(String level) {
        if (!LEVELS.contains(level.toLowerCase(Locale.ROOT))) {
            throw new ParameterException(spec.commandLine(), "--log-level = " + level + ": must be one of " + String.join(", ", LEVELS));
        }
        ((Logger) LoggerFactory.getLogger("dev.usher")).setLevel(Level.toLevel(level));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static Pooler.Running startForDemo(UsherConfig config) {
        Usher usher = Usher.start(config);
        return new Pooler.Running() {
            @Override
            public int port() {
                return ((InetSocketAddress) usher.addresses().getFirst()).getPort();
            }

            @Override
            public void close() {
                usher.close();
            }
        };
    }

    private static ServeCommand.Running start(UsherConfig config) {
        Usher usher = Usher.start(config);
        return new ServeCommand.Running() {
            @Override
            public boolean drain() {
                return usher.drain();
            }

            @Override
            public void close() {
                usher.close();
            }
        };
    }
}
