package dev.usher.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sessions see through Usher what they see on connections of their own. Every build plays the same 20,000 statements on each server, so that what fails is
 * something that was changed. {@code -Dusher.differential.seed=random} plays others, {@code -Dusher.differential.seed=S} the same again,
 * {@code -Dusher.differential.statements=N} more or fewer, and {@code -Dusher.differential.script=FILE} a script that a failure has printed.
 */
class DifferentialIT {
    private static final int STEPS = 500;
    private static final long STATEMENTS = Long.getLong("usher.differential.statements", 20_000);
    private static final String SEED = System.getProperty("usher.differential.seed", "1");
    private static final String SCRIPT = System.getProperty("usher.differential.script", "");

    @TempDir
    private Path state;

    private static List<ServerKind> servers() {
        return TestServers.installed().stream().filter(kind -> kind == ServerKind.EMBEDDED || kind == ServerKind.MYSQL).toList();
    }

    /** The servers side by side: most of the time is theirs, or spent on the way. */
    @Test
    void sessionsSeeThroughUsherWhatTheySeeDirectly() throws Exception {
        List<Callable<Void>> plays = servers().stream().<Callable<Void>>map(kind -> () -> {
            play(kind);
            return null;
        }).toList();
        try (ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, plays.size()))) {
            for (Future<Void> play : threads.invokeAll(plays)) {
                play.get();
            }
        }
    }

    private void play(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        TestAccount account = server.accounts().getFirst();
        long seed = SEED.equals("random") ? RandomGenerator.getDefault().nextLong(1, 1_000_000_000) : Long.parseLong(SEED);
        long first = seed;
        new Fixture(server).create();
        Path own = Files.createDirectory(state.resolve(kind.name()));
        try (UsherInFront usher = new UsherInFront(server.port(), own, account.user(), account.password())) {
            Stage stage = new Stage(server, new InetSocketAddress("127.0.0.1", usher.getAsInt()));
            if (!SCRIPT.isEmpty()) {
                Optional<Difference> found = stage.play(Script.parse(Files.readString(Path.of(SCRIPT))));
                assertThat(found).as(SCRIPT).isEmpty();
                return;
            }
            Generator generator = new Generator(server.flavour(), topic -> true);
            long started = System.nanoTime();
            for (; stage.statements() < STATEMENTS; seed++) {
                Script script = generator.script(seed, STEPS);
                Optional<Difference> found = stage.play(script);
                if (found.isPresent()) {
                    Shrinker shrunk = new Shrinker(stage, script, found.get()).shrink();
                    fail("on %s with -Dusher.differential.seed=%d:%n%s%n%nshrunk to%n%s%n%s", server.name(), seed, found.get(),
                            shrunk.script(),
                            shrunk.difference());
                }
            }
            // .ci/run looks for these lines.
            System.out.printf("TESTED SERVER: %s: %d random statements alike directly and through Usher, from seed %d, in %d s%n",
                    server.name(),
                    stage.statements(), first, (System.nanoTime() - started) / 1_000_000_000);
        }
    }
}
