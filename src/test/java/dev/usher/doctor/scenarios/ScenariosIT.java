package dev.usher.doctor.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.doctor.report.TextReport;
import dev.usher.doctor.rules.Diagnosis;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLNonTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The doctor against situations whose cause is known, with real clients on real servers. Every build plays one of each cause;
 * {@code -Dusher.scenarios=all} plays every one and writes {@code target/scenarios.md}. {@code -Dusher.scenarios.only=REGEX} picks by name.
 */
class ScenariosIT {
    private static final boolean FULL = System.getProperty("usher.scenarios", "").equals("all");
    private static final Optional<String> ONLY = Optional.ofNullable(System.getProperty("usher.scenarios.only"));
    private static final Path RESULT = Path.of("target", "scenarios.md");
    private static final Path PROGRESS = Path.of("target", "scenarios.log");

    private final Confusion confusion = new Confusion();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();

    @Test
    void theVerdictIsTheCauseThatWeMade() throws Exception {
        List<Thread> both = new ArrayList<>();
        for (ServerKind kind : Scenario.BOTH) {
            if (TestServers.installed().contains(kind)) {
                both.add(Thread.ofPlatform().name("scenarios-" + kind).start(() -> run(kind))); // mostly they wait
            }
        }
        for (Thread one : both) {
            one.join();
        }

        record();
        assertThat(wrong).isEmpty();
    }

    private void run(ServerKind kind) {
        try (ScenarioRun run = new ScenarioRun()) {
            for (Scenario scenario : Scenarios.all()) {
                boolean wanted =
                        ONLY.map(pattern -> Pattern.compile(pattern).matcher(scenario.toString()).find()).orElse(FULL || scenario.inCi());
                if (wanted && scenario.on().contains(kind)) {
                    judge(run, scenario, kind);
                }
            }
        }
    }

    private void judge(ScenarioRun run, Scenario scenario, ServerKind kind) {
        try {
            Diagnosis diagnosis = diagnose(run, scenario, kind);
            boolean right = diagnosis.cause() == scenario.expected() && scenario.alsoTrue().test(diagnosis);
            confusion.add(kind == ServerKind.MYSQL ? "MySQL" : "MariaDB", scenario, diagnosis.cause(), diagnosis.confidence(), right);
            note((right ? "right " : "WRONG ") + kind + ", " + scenario + ": " + diagnosis.cause().id() + " ("
                    + Math.round(diagnosis.confidence() * 100) + " %)"
                    + (right ? "" : "\n" + String.join("\n", TextReport.lines(diagnosis, Optional.empty(), false, false))));
            if (!right) {
                wrong.add(kind + ", " + scenario + "\n" + String.join("\n", TextReport.lines(diagnosis, Optional.empty(), false, false)));
            }
        } catch (Exception | AssertionError e) {
            java.io.StringWriter trace = new java.io.StringWriter();
            e.printStackTrace(new java.io.PrintWriter(trace));
            wrong.add(kind + ", " + scenario + " could not be made: " + trace);
            note("FAILED " + kind + ", " + scenario + ": " + trace);
        }
    }

    /** Once more if the server has gone: MySQL gives up when it is short of descriptors at the wrong moment. */
    private static Diagnosis diagnose(ScenarioRun run, Scenario scenario, ServerKind kind) throws Exception {
        try {
            return run.diagnose(scenario, kind);
        } catch (SQLNonTransientConnectionException e) {
            note("again " + kind + ", " + scenario + ": " + e.getMessage());
            return run.diagnose(scenario, kind);
        }
    }

    /** As they come, for whoever waits for the end. */
    private static synchronized void note(String text) {
        try {
            Files.createDirectories(PROGRESS.getParent());
            Files.writeString(PROGRESS, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void record() throws IOException {
        System.out.println(confusion.table());
        if (FULL || ONLY.isPresent()) {
            Files.writeString(RESULT, confusion.table() + "\n| cause | scenario | server | verdict | |\n|---|---|---|---|---|\n"
                    + String.join("\n", confusion.lines()) + "\n");
        }
    }
}
