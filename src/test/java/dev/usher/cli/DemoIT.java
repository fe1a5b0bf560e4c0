package dev.usher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.cli.demo.Pooler;
import dev.usher.config.UsherConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DemoIT {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void clientsAreRefusedWithoutAPooler() {
        int status = run(new CommandLine(new DemoCommand(Optional.empty())), "--clients", "200", "--seconds", "2", "--json");

        assertThat(status).as(err.toString()).isEqualTo(0);
        JsonNode direct = JsonMapper.shared().readTree(out.toString()).get("direct");
        assertThat(direct.get("refused").asLong()).isPositive();
        assertThat(direct.get("served").asLong()).isPositive();
        assertThat(direct.get("errors").asLong()).isZero();
        // Looked at every 20 ms, between which it jumps by half the limit.
        assertThat(direct.get("peak_threads_connected").asInt()).isBetween(10, 40);
        assertThat(direct.get("p50_ms").asDouble()).isBetween(10.0, direct.get("p99_ms").asDouble());
    }

    @Test
    void exitStatusIs1WhenClientsAreRefusedThroughThePooler() {
        int status = run(new CommandLine(new DemoCommand(Optional.of(new NoPooling()))), "--clients", "200", "--seconds", "2");

        assertThat(status).as(err.toString()).isEqualTo(1);
        assertThat(out.toString())
                .contains("through Usher, 2 s: over")
                .containsPattern("clients saw, Usher +ERROR 1040 \\((08004|HY000)\\): Too many connections")
                .doesNotContain("\033");
    }

    @Test
    void exitStatusIs0WhenEverybodyIsServed() {
        int status = run(new CommandLine(new DemoCommand(Optional.of(new NoPooling()))), "--clients", "3", "--seconds", "1", "--json");

        assertThat(status).as(err.toString()).isEqualTo(0);
        JsonNode usher = JsonMapper.shared().readTree(out.toString()).get("usher");
        assertThat(usher.get("served").asLong()).isPositive();
        assertThat(usher.get("refused").asLong()).isZero();
    }

    @Test
    void saysWhichNumberIsWrong() {
        CommandLine line = new CommandLine(new DemoCommand(Optional.empty())).setParameterExceptionHandler(Failures::wrongUsage);
        assertThat(run(line, "--max-connections", "5")).isEqualTo(64);
        assertThat(err.toString()).contains("--max-connections = 5: must be from 10");
    }

    private int run(CommandLine line, String... arguments) {
        return line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
    }

    /** Sends clients to the server itself. */
    private static final class NoPooling implements Pooler {
        @Override
        public Running start(UsherConfig config) {
            return new Running() {
                @Override
                public int port() {
                    return config.server().address().port();
                }

                @Override
                public void close() {
                    // nothing was started
                }
            };
        }
    }
}
