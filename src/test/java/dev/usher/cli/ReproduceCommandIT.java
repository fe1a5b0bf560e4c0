package dev.usher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.testing.Flavour;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ReproduceCommandIT {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void fillsAServerOfItsOwnAndShowsTheErrorFromEverySide() {
        assertThat(run("reproduce", "--max-connections", "10")).as(err.toString()).isZero();

        assertThat(out.toString()).contains("Filled with 10 connections", "ERROR 1040 (08004): Too many connections",
                "SQLSTATE[08004] [1040] Too many connections", "Connection_errors_max_connections", "Released: ");
    }

    @ParameterizedTest
    @EnumSource(value = ServerKind.class, names = {"MYSQL", "MARIADB_SYSTEM"})
    void fillsAGivenServerOnlyWhenToldTwiceAndGivesEverythingBack(ServerKind kind) throws Exception {
        Assumptions.assumeTrue(TestServers.installed().contains(kind));
        try (TestServer server = TestServers.start(kind, "--max-connections=12")) {
            String url = "mysql://root@127.0.0.1:" + server.port();

            assertThat(run("reproduce", "--server", url)).isEqualTo(ExitStatus.WRONG_USAGE);
            assertThat(err.toString()).contains("--yes-really");
            assertThat(run("reproduce", "--server", url, "--yes-really")).as(err.toString()).isZero();

            assertThat(out.toString()).contains("ERROR 1040 (08004): Too many connections");
            assertThat(server.flavour()).isIn(Flavour.MYSQL, Flavour.MARIADB);
            try (var connection = server.connect();
                    var row = connection.createStatement()
                            .executeQuery("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'root'")) {
                row.next();
                assertThat(row.getInt(1)).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --cause rain                      | must be one of account, flood, leak, lock, low-limit, pools, storm
            --max-connections 5               | must be from 10
            --cause leak --server 127.0.0.1:1 | --cause needs a server of its own
            """)
    void wrongUsageEndsWith64(String args, String message) {
        assertThat(run(("reproduce " + args).split(" "))).isEqualTo(ExitStatus.WRONG_USAGE);
        assertThat(err.toString()).contains(message);
    }

    private int run(String... args) {
        return Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(args);
    }
}
