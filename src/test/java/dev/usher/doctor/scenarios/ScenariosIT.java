package dev.usher.doctor.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.doctor.report.TextReport;
import dev.usher.doctor.rules.Diagnosis;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The doctor against situations whose cause is known, with real clients on real servers. It takes minutes, so it runs only where it is asked for:
 * {@code -Dusher.scenarios=some} plays one of each cause, {@code all} every one and writes {@code target/scenarios.md}. {@code -Dusher.scenarios.only=TEXT} picks by
 * name.
 */
@EnabledIfSystemProperty(named = "usher.scenarios", matches = "some|all")
class ScenariosIT {
    private static final boolean FULL = System.getProperty("usher.scenarios", "").equals("all");
    private static final Optional<String> ONLY = Optional.ofNullable(System.getProperty("usher.scenarios.only"));
    private static final Path RESULT = Path.of("target", "scenarios.md");

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
                boolean wanted = ONLY.map(text -> scenario.toString().contains(text)).orElse(FULL || scenario.inCi());
                if (wanted && scenario.on().contains(kind)) {
                    judge(run, scenario, kind);
                }
            }
        }
    }

    private void judge(ScenarioRun run, Scenario scenario, ServerKind kind) {
        try {
            Diagnosis diagnosis = run.diagnose(scenario, kind);
            boolean right = diagnosis.cause() == scenario.expected() && scenario.alsoTrue().test(diagnosis);
            confusion.add(kind.name(), scenario, diagnosis.cause(), diagnosis.confidence(), right);
            if (!right) {
                wrong.add(kind + ", " + scenario + "\n" + String.join("\n", TextReport.lines(diagnosis, Optional.empty(), false, false)));
            }
        } catch (Exception | AssertionError e) {
            java.io.StringWriter trace = new java.io.StringWriter();
            e.printStackTrace(new java.io.PrintWriter(trace));
            wrong.add(kind + ", " + scenario + " could not be made: " + trace);
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
