package dev.usher.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The differential test finds an Usher that forgets one kind of state, and finds nothing in the same script without the fault. The scripts are short; the random ones
 * have all of them in them.
 */
class PlantedFaultsIT {
    /** That a statement gets another connection than the one before is likely in one play of a script, and as good as sure in so many. */
    private static final int PLAYS = 20;
    private static final String SESSIONS = "SESSIONS 12fa285/45 12fa285/45\n";

    /** A fault, and what shows it. */
    record Planted(PlantedFault fault, String script) {
        @Override
        public String toString() {
            return fault.toString();
        }
    }

    @TempDir
    private static Path state;

    private static TestServer server;
    private static UsherInFront healthy;

    private static Planted planted(PlantedFault fault, String... commands) {
        // The last is what shows it.
        String last = "\n1  QUERY SELECT 1\n0  " + commands[commands.length - 1];
        return new Planted(fault, SESSIONS + "1  QUERY SELECT 1\n"
                + Arrays.stream(commands).map(each -> "0  " + each).collect(Collectors.joining("\n")) + last.repeat(3));
    }

    private static Planted variable(String name, String value) {
        return planted(PlantedFault.in("forgets " + name, "session.Baseline", "isState").when(0, name),
                "QUERY SET SESSION " + name + " = " + value, "QUERY SELECT @@" + name);
    }

    private static Planted pin(String name, String... commands) {
        return planted(PlantedFault.in("does not pin for " + name, "session.Pin", "bit").when(0, name), commands);
    }

    private static Planted other(String what, String type, String method, String... commands) {
        return planted(PlantedFault.in(what, type, method), commands);
    }

    static Stream<Planted> faults() {
        return Stream.of(
                variable("time_zone", "'+05:00'"),
                variable("sql_mode", "'ANSI_QUOTES'"),
                variable("autocommit", "0"),
                variable("character_set_client", "latin1"),
                variable("character_set_results", "latin1"),
                variable("collation_connection", "utf8mb4_bin"),
                variable("auto_increment_increment", "5"),
                variable("sql_safe_updates", "1"),
                pin("TRANSACTION", "QUERY BEGIN", "QUERY INSERT INTO t (n) VALUES (1)", "QUERY SELECT COUNT(*) FROM t", "QUERY ROLLBACK"),
                pin("TEMPORARY_TABLE", "QUERY CREATE TEMPORARY TABLE temp (a INT)", "QUERY SELECT * FROM temp"),
                pin("TABLE_LOCK", "QUERY LOCK TABLES few READ", "QUERY SELECT * FROM noted"),
                pin("NAMED_LOCK", "QUERY SELECT GET_LOCK('{s}.a', 0)", "QUERY SELECT RELEASE_LOCK('{s}.a')"),
                pin("HANDLER", "QUERY HANDLER few OPEN", "QUERY HANDLER few READ FIRST"),
                pin("LONG_DATA", "PREPARE n1 SELECT LENGTH(?)", "LONG_DATA n1 0 more", "QUERY SELECT 1", "EXECUTE n1 blob:bound"),
                pin("ONE_SHOT", "QUERY SET timestamp = 86400", "QUERY SELECT NOW()"),
                pin("STORED_CODE", "QUERY CALL makes_table()", "QUERY SELECT * FROM by_code"),
                other("forgets the schema", "session.SessionState", "withSchema", "QUERY USE {o}", "QUERY SELECT DATABASE()"),
                other("fails where it restores user variables", "session.UserVariables", "restore", "QUERY SET @a = 1", "QUERY SELECT @a"),
                other("fails where it prepares again", "proxy.SqlPreparing", "missing", "QUERY PREPARE p FROM 'SELECT 1'",
                        "QUERY EXECUTE p"),
                other("prepares again with other settings", "session.SessionState", "toPrepare",
                        "QUERY SET SESSION sql_mode = 'PIPES_AS_CONCAT'", "PREPARE n1 SELECT 'a' || 'b'", "QUERY SET SESSION sql_mode = ''",
                        "EXECUTE n1"),
                other("forgets the insert id", "session.Session", "lastInsertId()J", "QUERY INSERT INTO t (n) VALUES (1)",
                        "QUERY SELECT LAST_INSERT_ID()"),
                other("does not put the insert id in place", "proxy.Restoring", "insertIdDue", "QUERY INSERT INTO t (n) VALUES (1)",
                        "QUERY SELECT LAST_INSERT_ID()"),
                other("forgets what was drawn from a sequence", "session.Sequences", "advanced", "QUERY SELECT NEXTVAL(numbers)",
                        "QUERY SELECT LASTVAL(numbers)"),
                other("forgets row counts", "session.Leftovers", "concerns", "QUERY INSERT INTO t (n) VALUES (1), (2)",
                        "QUERY SELECT ROW_COUNT()"),
                other("does not ask for FOUND_ROWS()", "session.Leftovers", "foundRowsUnread",
                        "QUERY SELECT SQL_CALC_FOUND_ROWS * FROM few LIMIT 2", "QUERY SELECT FOUND_ROWS()"),
                other("forgets warnings", "session.Leftovers", "conditionsUnread", "QUERY SELECT CAST('abc' AS SIGNED)",
                        "QUERY SHOW WARNINGS"),
                other("does not read back what no tracker reports", "session.Session", "read", "QUERY SET @@time_zone = '+05:00'",
                        "QUERY SELECT @@time_zone"),
                other("believes MariaDB's tracker", "pool.ServerConnection", "optionBitsChanged", "QUERY SET SESSION sql_notes = 0",
                        "QUERY SET SESSION foreign_key_checks = 0", "QUERY SELECT @@foreign_key_checks"));
    }

    @BeforeAll
    static void start() throws Exception {
        // Locks that a fault leaves behind should not be waited for as long as usual.
        server = TestServers.start(ServerKind.EMBEDDED, "--innodb-lock-wait-timeout=1", "--lock-wait-timeout=2");
        TestAccount account = server.accounts().getFirst();
        new Fixture(server).create();
        healthy = new UsherInFront(server.port(), state, account.user(), account.password());
    }

    @AfterAll
    static void stop() {
        healthy.close();
        server.close();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void isFound(Planted planted) throws Exception {
        TestAccount account = server.accounts().getFirst();
        Script script = Script.parse(planted.script());
        try (var usher = planted.fault().start(server.port(), state, account.user(), account.password())) {
            Stage stage = new Stage(server, new InetSocketAddress("127.0.0.1", usher.getAsInt()));
            Optional<Difference> difference = Optional.empty();
            for (int play = 0; play < PLAYS && difference.isEmpty(); play++) {
                difference = stage.play(script);
            }
            assertThat(difference).as("with the fault").isPresent();
        }
        Stage stage = new Stage(server, new InetSocketAddress("127.0.0.1", healthy.getAsInt()));
        assertThat(stage.play(script)).as("without the fault").isEmpty();
    }
}
