package dev.usher.cli;

import dev.usher.config.ConfigLoader;
import dev.usher.config.Settings;
import dev.usher.config.UsherConfig;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code usher serve}: the pooler, until a signal ends it. */
@Command(name = "serve", description = "Run the pooler.", mixinStandardHelpOptions = true, customSynopsis = {
    "usher serve --server HOST:PORT [OPTION...]",
    "       usher serve --config usher.toml [OPTION...]"
}, optionListHeading = "%nOptions:%n", footer = {
    "",
    "Every option but --config and --log-level is a setting of the same name in usher.toml; the option wins.",
    "SIGTERM and SIGINT let running statements and transactions finish; a second one ends at once."
})
final class ServeCommand implements Callable<Integer> {
    /** A pooler that runs. */
    interface Running {
        /** Lets running work finish and returns whether all of it did within the limit. */
        boolean drain();

        void close();
    }

    /** Starts the pooler; returns when it accepts clients. */
    interface Starter {
        Running start(UsherConfig config);
    }

    private final Starter starter;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", description = "Settings, in TOML")
    private Optional<Path> config = Optional.empty();

    ServeCommand(Starter starter) {
        this.starter = starter;
    }

    static CommandLine commandLine(ServeCommand command) {
        CommandLine line = new CommandLine(command);
        SettingOptions.add(line.getCommandSpec(), Settings.all(), setting -> true);
        return line;
    }

    @Override
    public Integer call() throws InterruptedException {
        UsherConfig settings =
                ConfigLoader.load(config, SettingOptions.given(spec.commandLine().getParseResult(), Settings.all()));
        StopSignals signals = StopSignals.install();
        Running running = starter.start(settings);
        try {
            signals.awaitFirst();
            running.drain();
        } finally {
            running.close();
        }
        return ExitStatus.DONE;
    }
}
