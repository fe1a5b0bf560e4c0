package dev.usher.doctor.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.doctor.leaks.SeenSession;
import dev.usher.doctor.sessions.KillResult.Outcome;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each outcome of an attempt to kill, with each way of checking. */
class KillerIT {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration GAP = Duration.ofMillis(1);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    static Stream<Source> sources() {
        return Arrays.stream(Source.values()).filter(source -> kind(source).isPresent());
    }

    private static java.util.Optional<ServerKind> kind(Source source) {
        boolean mysql = source == Source.MYSQL_PERFORMANCE_SCHEMA || source == Source.MYSQL_PROCESSLIST;
        return TestServers.installed().reversed().stream().filter(kind -> (kind == ServerKind.MYSQL) == mysql).findFirst();
    }

    @ParameterizedTest
    @MethodSource("sources")
    void everyAttemptEndsAsTheSessionDeserves(Source source) throws Exception {
        ServerKind kind = kind(source).orElseThrow();
        try (TestServer server = TestServers.start(kind, "--performance-schema=" + (source.isPerformanceSchema() ? "ON" : "OFF"));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Connection gate = server.connect();
                Connection admin = server.connect()) {
            assertThat(Source.of(admin, kind != ServerKind.MYSQL)).isEqualTo(source);
            Scene scene = new Scene(server, source, gate, admin, threads);
            Connection idle = scene.sleeper();
            Connection late = scene.sleeper();
            Connection waking = scene.sleeper();
            Connection active = scene.sleeper();
            Connection used = scene.sleeper();
            Connection closed = scene.sleeper();
            scene.awaitAllAsleep(6);

            assertThat(scene.refused(idle)).isEqualTo(Outcome.REFUSED);
            scene.idleIsKilled(idle);
            scene.whatCannotBeKilledInTimeLives(late);
            scene.whatWakesBetweenCheckAndKillIsCounted(waking);
            scene.whatIsActiveAtTheCheckLives(active);
            scene.whatWasUsedSinceLives(used);
            scene.whatHasGoneIsGone(closed);
        }
    }

    private record Scene(TestServer server, Source source, Connection gate, Connection admin, ExecutorService threads) {
        Connection sleeper() throws SQLException {
            Connection connection = connect(server.accounts().getFirst());
            connection.createStatement().execute("SELECT 1");
            return connection;
        }

        private Connection connect(TestAccount account) throws SQLException {
            return DriverManager
                    .getConnection(
                            "jdbc:mariadb://%s:%d/?user=%s&password=%s&sslMode=disable&allowPublicKeyRetrieval=true&allowMultiQueries=true"
                                    .formatted(server.host(), server.port(), account.user(), account.password()));
        }

        void awaitAllAsleep(int count) {
            Awaitility.await().atMost(LIMIT)
                    .until(() -> count("USER = 'app' AND COMMAND = 'Sleep' AND TIME >= 2 AND ID <> CONNECTION_ID()") >= count);
        }

        Outcome refused(Connection victim) throws SQLException {
            TestAccount looker = new TestAccount("looker", "looker-secret", "");
            try (Statement statement = admin.createStatement()) {
                statement.execute("CREATE USER looker@'%' IDENTIFIED BY 'looker-secret'");
                statement.execute("GRANT PROCESS ON *.* TO looker@'%'");
                statement.execute("GRANT SELECT ON performance_schema.* TO looker@'%'");
            }
            try (Connection connection = connect(looker)) {
                Outcome outcome = new Killer(connection, source, SECOND, LIMIT).kill(seen(id(victim))).outcome();
                assertThat(count("ID = " + id(victim))).isEqualTo(1);
                return outcome;
            }
        }

        void idleIsKilled(Connection victim) throws SQLException {
            long id = id(victim);
            KillResult result = new Killer(admin, source, SECOND, LIMIT).kill(seen(id));

            if (source.isPerformanceSchema()) {
                assertThat(result.outcome()).isEqualTo(Outcome.KILLED);
            } else {
                assertThat(result.outcome()).isIn(Outcome.KILLED, Outcome.KILLED_UNSEEN);
            }
            assertThat(result.gap().orElseThrow().untilKill()).isLessThan(LIMIT);
            assertThat(result.gap().get().untilDone()).isGreaterThanOrEqualTo(result.gap().get().untilKill());
            Awaitility.await().atMost(LIMIT).until(() -> count("ID = " + id) == 0);
            assertThat(victim.isValid(5)).isFalse();
        }

        /** A busy processor between the check and the KILL, or a process list that takes long to read. */
        void whatCannotBeKilledInTimeLives(Connection victim) throws SQLException {
            KillResult result =
                    new Killer(admin, source, SECOND, GAP, "DO SLEEP(0.002); ").kill(seen(id(victim)));

            assertThat(result.outcome()).isEqualTo(Outcome.TOO_LATE);
            assertThat(result.gap()).isEmpty();
            assertThat(count("ID = " + id(victim))).isEqualTo(1);

            KillResult patient = new Killer(admin, source, SECOND, LIMIT, "DO SLEEP(0.002); ").kill(seen(id(victim)));
            assertThat(patient.killed()).isTrue();
            assertThat(patient.gap().orElseThrow().untilKill()).isBetween(Duration.ofMillis(2), LIMIT);
        }

        void whatWakesBetweenCheckAndKillIsCounted(Connection victim) throws Exception {
            long id = id(victim);
            SeenSession seen = seen(id);
            gate.createStatement().execute("SELECT GET_LOCK('gate', 10)");
            Future<KillResult> kill = threads.submit(() -> {
                try (Connection own = server.connect()) {
                    return new Killer(own, source, SECOND, LIMIT, "DO GET_LOCK('gate', 60); ").kill(seen);
                }
            });
            Awaitility.await().atMost(LIMIT).until(() -> count("STATE = 'User lock'") == 1);
            Future<Boolean> awake = threads.submit(() -> victim.createStatement().execute("DO SLEEP(60)"));
            Awaitility.await().atMost(LIMIT).until(() -> count("ID = " + id + " AND COMMAND = 'Query'") == 1);
            gate.createStatement().execute("SELECT RELEASE_LOCK('gate')");

            if (source.isPerformanceSchema()) {
                assertThat(kill.get().outcome()).isEqualTo(Outcome.KILLED_AWAKE);
            } else {
                assertThat(kill.get().outcome()).isIn(Outcome.KILLED_AWAKE, Outcome.KILLED_UNSEEN); // never as if nothing had been
            }
            assertThat(awake).failsWithin(LIMIT);
        }

        void whatIsActiveAtTheCheckLives(Connection victim) throws Exception {
            long id = id(victim);
            SeenSession seen = seen(id);
            Future<Boolean> awake = threads.submit(() -> victim.createStatement().execute("DO SLEEP(60)"));
            Awaitility.await().atMost(LIMIT).until(() -> count("ID = " + id + " AND COMMAND = 'Query'") == 1);

            assertThat(new Killer(admin, source, SECOND, LIMIT).kill(seen).outcome()).isEqualTo(Outcome.BECAME_ACTIVE);
            admin.createStatement().execute("KILL QUERY " + id);
            Awaitility.await().atMost(LIMIT).until(awake::isDone);
            assertThat(victim.isValid(5)).isTrue();
        }

        void whatWasUsedSinceLives(Connection victim) throws SQLException {
            SeenSession seen = seen(id(victim));
            victim.createStatement().execute("SELECT 2");

            assertThat(new Killer(admin, source, SECOND, LIMIT).kill(seen).outcome()).isEqualTo(Outcome.USED_AGAIN);
            assertThat(victim.isValid(5)).isTrue();
        }

        void whatHasGoneIsGone(Connection victim) throws SQLException {
            long id = id(victim);
            SeenSession seen = seen(id);
            victim.close();
            Awaitility.await().atMost(LIMIT).until(() -> count("ID = " + id) == 0);

            assertThat(new Killer(admin, source, SECOND, LIMIT).kill(seen).outcome()).isEqualTo(Outcome.GONE);
        }

        private SeenSession seen(long id) throws SQLException {
            return new SessionReader(admin, source == Source.MARIADB_PERFORMANCE_SCHEMA || source == Source.MARIADB_PROCESSLIST).look()
                    .sessions()
                    .stream().filter(session -> session.id() == id).findFirst().orElseThrow();
        }

        private long count(String where) throws SQLException {
            try (Statement statement = admin.createStatement();
                    ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE " + where)) {
                row.next();
                return row.getLong(1);
            }
        }

        private static long id(Connection connection) throws SQLException {
            return connection.unwrap(org.mariadb.jdbc.Connection.class).getThreadId();
        }
    }
}
