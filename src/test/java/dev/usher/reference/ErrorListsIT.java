package dev.usher.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The lists of all errors are what the servers themselves list. {@code -Dusher.errors=write} writes them anew instead: that is how the files were made.
 */
class ErrorListsIT {
    private static final Path FOLDER = Path.of("src", "main", "resources", "dev", "usher", "reference");
    private static final Path SID = Path.of(
            System.getenv().getOrDefault("USHER_TEST_SERVERS", System.getProperty("user.home") + "/.cache/usher-tests"), "mariadb-sid",
            "root", "usr");
    private static final Pattern PERROR = Pattern.compile("(?m)^MariaDB error code (\\d+) \\((\\w+)\\)");

    @Test
    void mySqlListsTheSameErrors() throws SQLException, IOException {
        assumeTrue(TestServers.installed().contains(ServerKind.MYSQL), "MySQL is not installed");
        List<String> lines = new ArrayList<>();
        try (TestServer server = TestServers.start(ServerKind.MYSQL, "--performance-schema=ON");
                Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            lines.add(server.version().replaceFirst("^(\\d+\\.\\d+).*", "$1"));
            try (ResultSet rows = statement.executeQuery("SELECT error_number, error_name, sql_state "
                    + "FROM performance_schema.events_errors_summary_global_by_error WHERE error_number IS NOT NULL ORDER BY error_number")) {
                while (rows.next()) {
                    lines.add(rows.getInt(1) + " " + rows.getString(2) + " " + rows.getString(3));
                }
            }
        }
        compare(Family.MYSQL, lines);
    }

    /** MariaDB has no table of its errors: its program perror names them, and the SQLSTATEs are in a table of the server's program. */
    @Test
    void mariaDbListsTheSameErrors() throws IOException, InterruptedException {
        assumeTrue(TestServers.installed().contains(ServerKind.MARIADB_SID), "MariaDB from sid is not installed");
        Map<Integer, String> states = SqlStateMap.read(SID.resolve("sbin/mariadbd"));
        List<String> lines = new ArrayList<>();
        lines.add(TestServers.find(ServerKind.MARIADB_SID).orElseThrow().version().replaceFirst("^(\\d+\\.\\d+).*", "$1"));
        Matcher error = PERROR.matcher(perror());
        while (error.find()) {
            int code = Integer.parseInt(error.group(1));
            lines.add(code + " " + error.group(2) + " " + states.getOrDefault(code, "HY000"));
        }
        assertThat(states).hasSizeGreaterThan(200);
        compare(Family.MARIADB, lines);
    }

    private static void compare(Family family, List<String> fromServer) throws IOException {
        Path file = FOLDER.resolve(family.key() + ".txt");
        if (System.getProperty("usher.errors", "").equals("write")) {
            Files.write(file, fromServer);
        }
        List<String> ours = Files.readAllLines(file);
        assumeTrue(ours.getFirst().equals(fromServer.getFirst()),
                () -> "The list is of " + family + " " + ours.getFirst() + ", and installed is " + fromServer.getFirst());
        assertThat(ours).containsExactlyElementsOf(fromServer);
    }

    private static String perror() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        String libraries = SID.resolve("lib/x86_64-linux-gnu").toString();
        command.addAll(List.of(libraries + "/ld-linux-x86-64.so.2", "--library-path", libraries, SID.resolve("bin/perror").toString()));
        IntStream.range(1000, 6000).mapToObj(String::valueOf).forEach(command::add);
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start(); // where it says which numbers are none
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
