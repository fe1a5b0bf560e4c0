package dev.usher.cli.reproduce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.config.HostAndPort;
import dev.usher.config.Secret;
import dev.usher.doctor.access.Entry;
import dev.usher.doctor.access.ServerAccess;
import dev.usher.doctor.access.Target;
import dev.usher.doctor.collect.Watch;
import dev.usher.doctor.report.TextReport;
import dev.usher.doctor.rules.Cause;
import dev.usher.doctor.rules.Diagnosis;
import dev.usher.doctor.rules.Rules;
import dev.usher.embedded.EmbeddedServer;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code usher reproduce --cause} plays is what the doctor then says. */
class SceneIT {
    private static final int LIMIT = 20;
    private static final Duration WATCH = Duration.ofSeconds(5);

    private static final Map<String, Cause> EXPECTED =
            Map.of("leak", Cause.CONNECTION_LEAK, "storm", Cause.SLOW_QUERY_STORM, "lock", Cause.SLOW_QUERY_STORM,
                    "flood", Cause.CONNECT_FLOOD, "pools", Cause.POOLER_MISCONFIGURED, "low-limit", Cause.LIMIT_TOO_LOW, "account",
                    Cause.ACCOUNT_LIMIT);

    /** On the embedded server, where people play them, each in every build; on the others one, and each with the flag of the doctor's scenarios. */
    private static final Map<ServerKind, String> IN_EVERY_BUILD = Map.of(ServerKind.MYSQL, "lock", ServerKind.MARIADB_SID, "leak");
    private static final boolean ALL = System.getProperty("usher.scenarios", "").equals("all");

    static Stream<ServerKind> kinds() {
        return TestServers.installed().stream().filter(kind -> kind == ServerKind.EMBEDDED || IN_EVERY_BUILD.containsKey(kind));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theDoctorRecognisesEveryCause(ServerKind kind) throws Exception {
        assertThat(Scene.causes()).containsExactlyInAnyOrderElementsOf(EXPECTED.keySet());
        List<String> causes = ALL || kind == ServerKind.EMBEDDED ? Scene.causes() : List.of(IN_EVERY_BUILD.get(kind));
        List<Future<String>> verdicts = new ArrayList<>();
        try (ExecutorService some = Executors.newFixedThreadPool(4)) { // mostly they wait
            causes.forEach(cause -> verdicts.add(some.submit(judging(cause, kind))));
        }
        for (Future<String> verdict : verdicts) {
            assertThat(verdict.get()).isEmpty();
        }
    }

    /** Empty, or what is wrong. */
    private static Callable<String> judging(String cause, ServerKind kind) {
        return () -> {
            if (kind == ServerKind.EMBEDDED) {
                try (EmbeddedServer server = EmbeddedServer.builder().maxConnections(LIMIT).start()) {
                    return judged(cause, Scene.Place.of(server));
                }
            }
            // As they come: MySQL with its performance schema, MariaDB without.
            try (TestServer server = TestServers.start(kind, "--max-connections=" + LIMIT,
                    "--performance-schema=" + (kind == ServerKind.MYSQL ? "ON" : "OFF"))) {
                return judged(cause, new Scene.Place(server.host(), server.port(), server.port()));
            }
        };
    }

    private static String judged(String cause, Scene.Place server) throws Exception {
        try (Scene scene = Scene.begin(cause, server, LIMIT)) {
            Target target = Target.of(new HostAndPort(server.host(), server.port()), "root", Secret.of(""));
            awaitSomeConnections(target);
            try (Entry entry = ServerAccess.open(target)) {
                Diagnosis diagnosis = Rules.judge(Watch.of(entry, WATCH, Optional.empty(), (elapsed, sample) -> {}));
                return diagnosis.cause() == EXPECTED.get(cause)
                        ? ""
                        : cause + ":\n" + String.join("\n", TextReport.lines(diagnosis, Optional.empty(), false, false));
            }
        }
    }

    private static void awaitSomeConnections(Target target) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            try (Entry entry = ServerAccess.open(target);
                    var row = entry.connection().createStatement()
                            .executeQuery("SHOW GLOBAL STATUS LIKE 'Threads_connected'")) {
                row.next();
                return row.getInt(2) >= 5;
            }
        });
    }
}
