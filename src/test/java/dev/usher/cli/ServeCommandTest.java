package dev.usher.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.usher.config.ListenAddress;
import dev.usher.config.UsherConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sun.misc.Signal;

class ServeCommandTest {
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final StringWriter err = new StringWriter();

    @Test
    void startsWithFlagsOnTopOfTheFile(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("usher.toml"), "server = \"db\"\nworkers = 2\nwait-limit = \"1s\"");
        CompletableFuture<UsherConfig> started = new CompletableFuture<>();

        run(config -> {
            started.complete(config);
            throw CommandFailed.refused("enough");
        }, "--config", file.toString(), "--wait-limit", "2s", "--listen", "[::1]:1", "--listen", "/tmp/s");

        UsherConfig config = started.get();
        assertThat(config.server().address()).hasToString("db:3306");
        assertThat(config.pool().workers()).isEqualTo(2);
        assertThat(config.pool().waitLimit()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.listen()).containsExactly(ListenAddress.parse("[::1]:1"), ListenAddress.parse("/tmp/s"));
    }

    @Test
    void drainsOnTheFirstSignalAndEndsWith0() {
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> run(config -> {
            events.add("start");
            return new RecordedUsher();
        }, "--server", "db"));
        await().until(() -> events.contains("start"));

        Signal.raise(new Signal("TERM"));

        assertThat(status).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(ExitStatus.DONE);
        assertThat(events).containsExactly("start", "drain", "close");
    }

    @Test
    void anAddressInUseEndsWith3() {
        int status = run(config -> {
            throw new IllegalStateException(new BindException("127.0.0.1:1040: Address already in use"));
        }, "--server", "db");

        assertThat(status).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).isEqualToIgnoringNewLines("usher: 127.0.0.1:1040: Address already in use");
    }

    private int run(ServeCommand.Starter starter, String... args) {
        return ServeCommand.commandLine(new ServeCommand(starter))
                .setExecutionExceptionHandler(Failures::failed)
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    private final class RecordedUsher implements ServeCommand.Running {
        @Override
        public boolean drain() {
            events.add("drain");
            return true;
        }

        @Override
        public void close() {
            events.add("close");
        }
    }
}
