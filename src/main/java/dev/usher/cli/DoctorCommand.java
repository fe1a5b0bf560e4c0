package dev.usher.cli;

import dev.usher.config.DurationText;
import dev.usher.doctor.access.Entry;
import dev.usher.doctor.collect.ProxySqlReader;
import dev.usher.doctor.collect.Watch;
import dev.usher.doctor.facts.Facts;
import dev.usher.doctor.facts.ProxySql;
import dev.usher.doctor.facts.Sample;
import dev.usher.doctor.report.HtmlReport;
import dev.usher.doctor.report.JsonReport;
import dev.usher.doctor.report.LimitAdvice;
import dev.usher.doctor.report.TextReport;
import dev.usher.doctor.rules.Diagnosis;
import dev.usher.doctor.rules.Rules;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code usher doctor}: why connections run out, with evidence. */
@Command(name = "doctor", description = "Say why a server is out of connections, with the evidence, and what to do. Changes nothing.", mixinStandardHelpOptions = true, sortOptions = false, customSynopsis = "usher doctor --server URL [OPTION...]", optionListHeading = "%nOptions:%n", footer = {
    "", "Needs PROCESS and SELECT on performance_schema; says what it could not see with less.",
    "Exit status: 0 healthy, 1 warning, 2 critical, 3 could not look."})
final class DoctorCommand implements Callable<Integer> {
    private static final int WARNING = 1;
    private static final int CRITICAL = 2;
    private static final Duration LONGEST = Duration.ofHours(1);

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private ServerOptions server = new ServerOptions();

    @Option(names = "--watch", paramLabel = "TIME", description = "How long to look, such as 30s or 2m (default: ${DEFAULT-VALUE})")
    private String watch = "10s";

    @Option(names = "--once", description = "Look once: at once, and with less confidence, as growth cannot be told from size")
    private boolean once;

    @Option(names = "--json", description = "The diagnosis as an object, for programs")
    private boolean json;

    @Option(names = "--html", paramLabel = "FILE", description = "Also write it as one HTML page")
    private Optional<Path> html = Optional.empty();

    @Option(names = "--proxysql", paramLabel = "URL", description = "The admin interface of a ProxySQL in front: USER:PASSWORD@HOST:6032")
    private Optional<String> proxySql = Optional.empty();

    @Override
    public Integer call() throws InterruptedException {
        Duration duration = once ? Duration.ZERO : duration();
        try (Entry entry = server.open()) {
            Diagnosis diagnosis = Rules.judge(look(entry, duration));
            print(diagnosis, Optional.empty());
            return switch (diagnosis.severity()) {
                case INFO -> ExitStatus.DONE;
                case WARNING -> WARNING;
                case CRITICAL -> CRITICAL;
            };
        }
    }

    private Duration duration() {
        try {
            Duration duration = DurationText.parse(watch);
            if (duration.isPositive() && duration.compareTo(LONGEST) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--watch = " + watch + ": " + e.getMessage());
        }
        throw new ParameterException(spec.commandLine(), "--watch = " + watch + ": must be more than nothing and at most 1h");
    }

    private Facts look(Entry entry, Duration duration) throws InterruptedException {
        Optional<ProxySql> proxy = proxySql.map(this::proxy);
        try (ProgressBar bar = ProgressBar.on(spec.commandLine().getErr(), !json && !once)) {
            return Watch.of(entry, duration, proxy, (elapsed, latest) -> bar.at(elapsed, duration, caption(latest)));
        } catch (SQLException e) {
            throw ServerOptions.failed(entry, e);
        }
    }

    private ProxySql proxy(String url) {
        try {
            return ProxySqlReader.read(url);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--proxysql: " + e.getMessage());
        } catch (SQLException e) {
            throw CommandFailed.refused("no answer from ProxySQL's admin interface: " + e.getMessage());
        }
    }

    private static String caption(Sample sample) {
        long running = sample.sessions().stream().filter(session -> session.isRunning()).count();
        return sample.sessions().size() + " connections, " + running + " running";
    }

    private void print(Diagnosis diagnosis, Optional<LimitAdvice> limit) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(JsonReport.of(diagnosis, limit)));
        } else {
            Terminal terminal = Terminal.current();
            TextReport.lines(diagnosis, limit, terminal.colours(), terminal.unicode()).forEach(out::println);
        }
        out.flush();
        html.ifPresent(file -> {
            try {
                Files.writeString(file, HtmlReport.page(diagnosis, limit));
            } catch (IOException e) {
                throw CommandFailed.refused("cannot write " + file + ": " + e);
            }
        });
    }
}
