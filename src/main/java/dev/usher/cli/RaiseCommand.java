package dev.usher.cli;

import dev.usher.cli.remedy.RaiseJson;
import dev.usher.cli.remedy.RaiseReport;
import dev.usher.cli.remedy.RaiseResult;
import dev.usher.config.DurationText;
import dev.usher.doctor.access.Entry;
import dev.usher.doctor.facts.Platform;
import dev.usher.doctor.raise.OptionFilePlace;
import dev.usher.doctor.raise.OptionFileWriter;
import dev.usher.doctor.raise.Raising;
import dev.usher.doctor.raise.SizingCollector;
import dev.usher.doctor.sizing.ByteSize;
import dev.usher.doctor.sizing.RaisePlan;
import dev.usher.doctor.sizing.Sizing;
import dev.usher.doctor.sizing.SizingInput;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code usher raise}: more connections, as far as is safe and no further. */
@Command(name = "raise", description = "Raise a server's max_connections as far as memory, file descriptors and threads allow, and no further.", mixinStandardHelpOptions = true, sortOptions = false, customSynopsis = "usher raise --server URL [OPTION...]", optionListHeading = "%nOptions:%n", footer = {
    "", "Exit status 0: done, or shown (--dry-run). 1: nothing more is safe. 3: refused, or no way in."})
final class RaiseCommand implements Callable<Integer> {
    private static final int NOTHING_MORE = 1;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ServerOptions server;

    @Option(names = "--to", paramLabel = "N|auto", description = "The new limit; auto is as many as are safe when all run at once (default: ${DEFAULT-VALUE})")
    private String to = "auto";

    @Option(names = "--dry-run", description = "Show the calculation and the statements, and change nothing")
    private boolean dryRun;

    @Option(names = "--force", description = "Pass the ceiling; not to 10000 and more without the memory for them")
    private boolean force;

    @Option(names = "--write", paramLabel = "FILE", description = "Set max_connections in this option file of the server too, for its next start")
    private Optional<Path> write = Optional.empty();

    @Option(names = "--memory", paramLabel = "SIZE", description = "The memory of the server's machine or container, such as 16G, where it cannot be seen from here")
    private Optional<String> memory = Optional.empty();

    @Option(names = "--watch", paramLabel = "DURATION", description = "How long to look for the most statements at once (default: ${DEFAULT-VALUE})")
    private String watch = "2s";

    @Option(names = "--json", description = "An object, for programs")
    private boolean json;

    @Override
    public Integer call() {
        OptionalInt target = target();
        Duration look = parsed("--watch", watch, () -> DurationText.parse(watch));
        OptionalLong given =
                memory.map(text -> OptionalLong.of(parsed("--memory", text, () -> ByteSize.parse(text)))).orElseGet(OptionalLong::empty);
        try (Entry entry = server.open()) {
            try {
                return raise(entry, target, look, given);
            } catch (SQLException e) {
                throw ServerOptions.failed(entry, e);
            }
        }
    }

    private int raise(Entry entry, OptionalInt target, Duration look, OptionalLong given) throws SQLException {
        SizingInput input = SizingCollector.collect(entry, look, given);
        Sizing sizing = Sizing.of(input);
        RaisePlan plan = RaisePlan.of(sizing, target, force);
        Platform platform = Platform.of(input.server().variables());
        RaiseResult seen =
                new RaiseResult(title(entry), input, sizing, plan, platform, OptionFilePlace.of(input.machine()), Optional.empty(),
                        Optional.empty());
        PrintWriter out = spec.commandLine().getOut();
        if (!json) {
            RaiseReport.calculation(seen).forEach(out::println);
            out.flush();
        }
        RaiseResult result = dryRun || platform.isManaged() ? seen : switch (plan) {
            case RaisePlan.Raise raise -> carriedOut(entry, seen, raise);
            case RaisePlan.Unchanged unchanged -> unchanged.target() == sizing.current() && target.isPresent() ? keptOnly(seen) : seen;
            case RaisePlan.Refused refused -> seen;
        };
        if (json) {
            out.println(RaiseJson.of(result, dryRun));
        } else {
            RaiseReport.conclusion(result, dryRun).forEach(out::println);
        }
        out.flush();
        return status(result, target);
    }

    private RaiseResult carriedOut(Entry entry, RaiseResult seen, RaisePlan.Raise raise) throws SQLException {
        Raising.Outcome outcome = Raising.apply(entry.connection(), entry.isMariaDb(), raise.target());
        Optional<String> written = outcome.applied() ? write.map(file -> written(file, raise.target())) : Optional.empty();
        return new RaiseResult(seen.server(), seen.input(), seen.sizing(), seen.plan(), seen.platform(), seen.place(), Optional.of(outcome),
                written);
    }

    /** The limit is what was asked for, and perhaps until the next restart only. */
    private RaiseResult keptOnly(RaiseResult seen) {
        return new RaiseResult(seen.server(), seen.input(), seen.sizing(), seen.plan(), seen.platform(), seen.place(), Optional.empty(),
                write.map(file -> written(file, seen.plan().target())));
    }

    private static String written(Path file, int target) {
        try {
            OptionFileWriter.write(file, RaiseReport.settings(target));
            return file.toString();
        } catch (IOException e) {
            throw CommandFailed
                    .refused("max_connections is " + target + " until the next restart; " + file + " cannot be written: " + e.getMessage());
        }
    }

    private int status(RaiseResult result, OptionalInt target) {
        return switch (result.plan()) {
            case RaisePlan.Refused refused -> throw CommandFailed.refused("not raised to " + refused.target() + ": " + refused.why());
            case RaisePlan.Unchanged unchanged -> target.isEmpty() ? NOTHING_MORE : ExitStatus.DONE;
            case RaisePlan.Raise raise -> {
                if (!dryRun && result.platform().isManaged()) {
                    throw CommandFailed.refused("not raised: " + result.platform().title() + " takes the command above");
                }
                if (!dryRun && !result.applied()) {
                    throw CommandFailed.refused("not raised: " + result.outcome().map(Raising.Outcome::refused).orElse(""));
                }
                yield ExitStatus.DONE;
            }
        };
    }

    private static String title(Entry entry) {
        return (entry.isMariaDb() ? "MariaDB " : "MySQL ") + entry.version().replaceFirst("^5\\.5\\.5-", "") + " at " + entry.endpoint()
                + ", by " + entry.way();
    }

    private OptionalInt target() {
        if (to.equals("auto")) {
            return OptionalInt.empty();
        }
        if (!to.matches("[1-9]\\d{0,8}")) {
            throw new ParameterException(spec.commandLine(), "--to = " + to + ": must be a number of connections, or auto");
        }
        return OptionalInt.of(Integer.parseInt(to));
    }

    private <T> T parsed(String option, String text, Supplier<T> parser) {
        try {
            return parser.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), option + " = " + text + ": " + e.getMessage());
        }
    }
}
