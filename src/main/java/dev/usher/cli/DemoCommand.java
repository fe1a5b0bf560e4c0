package dev.usher.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.usher.cli.demo.Demo;
import dev.usher.cli.demo.DemoOptions;
import dev.usher.cli.demo.DemoResult;
import dev.usher.cli.demo.PhaseResult;
import dev.usher.cli.demo.Pooler;
import dev.usher.cli.demo.Show;
import dev.usher.embedded.EmbeddedServerException;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import sun.misc.Signal;
import tools.jackson.databind.json.JsonMapper;

/** {@code usher demo}: a real server with few connections and a crowd of clients, without Usher and with it. */
@Command(name = "demo", description = "Show what Usher is for: a real server limited to a few connections and a crowd of clients, first straight at the server, then through Usher.", mixinStandardHelpOptions = true, sortOptions = false, customSynopsis = "usher demo [OPTION...]", optionListHeading = "%nOptions:%n", footer = {
    "", "Everything runs on this machine, and is gone afterwards. Exit status 1: a client saw an error through Usher."})
final class DemoCommand implements Callable<Integer> {
    /** A client saw an error through Usher. */
    private static final int USHER_FAILED = 1;

    private final Optional<Pooler> pooler;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--clients", paramLabel = "N", description = "How many clients there are at once (default: ${DEFAULT-VALUE})")
    private int clients = 200;

    @Option(names = "--seconds", paramLabel = "N", description = "How long each half takes (default: ${DEFAULT-VALUE})")
    private int seconds = 10;

    @Option(names = "--max-connections", paramLabel = "N", description = "The server's limit (default: ${DEFAULT-VALUE})")
    private int maxConnections = 20;

    @Option(names = "--keep", description = "Leave server and Usher running, and say how to connect, until Ctrl-C")
    private boolean keep;

    @Option(names = "--json", description = "The result as an object with direct and usher, for programs")
    private boolean json;

    DemoCommand(Optional<Pooler> pooler) {
        this.pooler = pooler;
    }

    @Override
    public Integer call() throws SQLException, InterruptedException {
        require(clients >= 1 && clients <= 10_000, "--clients = " + clients + ": must be from 1 to 10000");
        require(seconds >= 1 && seconds <= 3600, "--seconds = " + seconds + ": must be from 1 to 3600");
        require(maxConnections >= 10 && maxConnections <= 10_000,
                "--max-connections = " + maxConnections + ": must be from 10 (MariaDB takes no less) to 10000");
        PrintWriter out = spec.commandLine().getOut();
        DemoOptions options = new DemoOptions(clients, Duration.ofSeconds(seconds), maxConnections);
        Show show = show(options);
        Thread giveTerminalBack = new Thread(show::close);
        Runtime.getRuntime().addShutdownHook(giveTerminalBack); // Ctrl-C; the server has a hook of its own
        try (Demo demo = Demo.open(options, pooler, show)) {
            DemoResult result = demo.run(show);
            show.close();
            print(result, show, out);
            Runtime.getRuntime().removeShutdownHook(giveTerminalBack);
            if (keep) {
                awaitCtrlC(demo, json ? spec.commandLine().getErr() : out);
            }
            return result.usher().map(PhaseResult::clean).orElse(true) ? ExitStatus.DONE : USHER_FAILED;
        } catch (EmbeddedServerException failure) {
            throw CommandFailed.refused(String.valueOf(failure.getMessage()));
        } finally {
            show.close();
        }
    }

    private void require(boolean condition, String message) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private Show show(DemoOptions options) {
        if (json) {
            return Show.inLines(options, spec.commandLine().getErr()); // standard output is for the program that reads it
        }
        Console console = System.console();
        PrintWriter out = spec.commandLine().getOut();
        if (console == null || !console.isTerminal() || "dumb".equals(System.getenv("TERM"))) {
            return Show.inLines(options, out);
        }
        quietLog();
        return Show.onTerminal(options, out, System.getenv(), Charset.forName(System.getProperty("stdout.encoding", "US-ASCII")));
    }

    /** A log line in between would push the picture down. What the user asked for stays. */
    private void quietLog() {
        boolean asked = System.getenv("USHER_LOG") != null
                || spec.commandLine().getParseResult().hasMatchedOption("--log-level")
                || spec.parent() != null && spec.parent().commandLine().getParseResult().hasMatchedOption("--log-level");
        if (!asked) {
            ((Logger) LoggerFactory.getLogger("dev.usher")).setLevel(Level.ERROR);
        }
    }

    private void print(DemoResult result, Show show, PrintWriter out) {
        if (json) {
            Map<String, Object> both = new LinkedHashMap<>();
            both.put("direct", forPrograms(result.direct()));
            result.usher().ifPresent(usher -> both.put("usher", forPrograms(usher)));
            out.println(JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(both));
        } else {
            show.summary(result).forEach(out::println);
            out.println();
        }
        out.flush();
    }

    private static Map<String, Object> forPrograms(PhaseResult result) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("served", result.served());
        fields.put("refused", result.refused());
        fields.put("errors", result.errors());
        fields.put("p50_ms", result.p50Millis());
        fields.put("p99_ms", result.p99Millis());
        fields.put("peak_threads_connected", result.peakThreadsConnected());
        return fields;
    }

    private static void awaitCtrlC(Demo demo, PrintWriter out) throws InterruptedException {
        CountDownLatch stop = new CountDownLatch(1);
        Signal.handle(new Signal("INT"), signal -> stop.countDown());
        Signal.handle(new Signal("TERM"), signal -> stop.countDown());
        out.println("Still running, until Ctrl-C:");
        out.println("  the server     " + Demo.clientCommand(demo.serverPort()));
        demo.usherPort().ifPresent(port -> out.println("  through Usher  " + Demo.clientCommand(port)));
        out.flush();
        stop.await();
    }
}
