package dev.usher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ExplainCommandTest {
    private static final List<String> KEYS =
            List.of("code", "symbol", "sqlstate", "message", "servers", "class", "severity", "production_risk", "meaning",
                    "causes", "reproduce", "fixes", "avoid", "versions", "usher", "related", "sources");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"1040", "ER_CON_COUNT_ERROR", "08004x", "1062", "2003"})
    void theJsonOfAnErrorHasTheSameKeysWhateverIsKnown(String asked) {
        if (asked.endsWith("x")) {
            assertThat(run("explain", "08004", "--json")).isZero();
            json().forEach(each -> assertThat(each.propertyNames()).containsExactlyElementsOf(KEYS));
        } else {
            assertThat(run("explain", asked, "--json")).isZero();
            assertThat(json().propertyNames()).containsExactlyElementsOf(KEYS);
            assertThat(json().get("reproduce").propertyNames()).containsExactly("steps", "expected");
        }
    }

    @Test
    void numberSymbolAndPastedTextGiveTheSameJson() {
        run("explain", "1040", "--json");
        String byNumber = out.toString();
        for (String[] other : List.of(new String[]{"explain", "ER_CON_COUNT_ERROR", "--json"},
                new String[]{"explain", "--json", "ERROR 1040 (08004): Too many connections"},
                new String[]{"explain", "--json", "SQLSTATE[HY000]", "[1040]", "Too", "many", "connections"})) {
            out.getBuffer().setLength(0);
            assertThat(run(other)).isZero();
            assertThat(out.toString()).isEqualTo(byNumber);
        }
    }

    @Test
    void standardInputAndAFileAreSearchedAndCounted(@TempDir Path folder) throws Exception {
        String log = "a: ERROR 1040 (08004): Too many connections\nb: Error 1213: Deadlock\nc: ERROR 1040 (08004): Too many connections\n";
        CommandLine explain = new CommandLine(new ExplainCommand(new ByteArrayInputStream(log.getBytes(StandardCharsets.UTF_8))));
        assertThat(explain.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute("-", "--json")).isZero();
        assertThat(json().size()).isEqualTo(2);
        assertThat(err.toString().lines()).startsWith("     2 × 1040 ER_CON_COUNT_ERROR", "     1 × 1213 ER_LOCK_DEADLOCK");

        out.getBuffer().setLength(0);
        Path file = Files.writeString(folder.resolve("app.log"), log);
        assertThat(run("explain", file.toString())).isZero();
        assertThat(out.toString()).startsWith("     2 × 1040 ER_CON_COUNT_ERROR");
    }

    @ParameterizedTest
    @CsvSource({"99999,nothing is known about 99999", "ER_CON_COUNT_EROR,1040 ER_CON_COUNT_ERROR"})
    void anUnknownErrorEndsWith1AndNamesTheNearest(String asked, String message) {
        assertThat(run("explain", asked)).isEqualTo(1);
        assertThat(err.toString()).contains(message).contains("The nearest:");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void theListIsFiltered() {
        assertThat(run("explain", "--list", "--json")).isZero();
        int all = json().size();
        assertThat(all).isGreaterThan(75);
        assertThat(listed("--class", "lock")).isNotEmpty().allMatch(entry -> entry.get("class").asString().equals("lock"));
        assertThat(listed("--severity", "critical")).isNotEmpty().allMatch(entry -> entry.get("severity").asString().equals("critical"));
        assertThat(listed("--server", "mariadb")).extracting(entry -> entry.get("code").asInt()).contains(1969).doesNotContain(3024);
        assertThat(listed("--text", "HikariCP")).extracting(entry -> entry.get("code").asInt()).contains(1040);
        assertThat(listed("--class", "limit", "--text", "hikaricp", "--server", "mysql")).hasSizeLessThan(all).isNotEmpty();
    }

    @Test
    void theTerminalGetsEverySectionAndNoLineThatIsTooLong() {
        assertThat(run("explain", "1040")).isZero();
        assertThat(out.toString()).contains("WHAT IT MEANS", "IN PRODUCTION", "WHY IT HAPPENS", "HOW TO REPRODUCE IT", "EXPECTED",
                "HOW TO FIX IT",
                "WHAT NOT TO DO", "VERSIONS", "USHER", "RELATED", "SOURCES");
        assertThat(run("explain", "1040", "--markdown")).isZero();
        assertThat(out.toString()).contains("# 1040 ER_CON_COUNT_ERROR", "## What not to do", "```sql");
    }

    @Test
    void aShellCanCompleteNumbersAndSymbols() {
        assertThat(run("completion")).isZero();
        assertThat(out.toString()).contains("1040", "ER_CON_COUNT_ERROR", "ER_LOCK_DEADLOCK");
    }

    @ParameterizedTest
    @CsvSource({"explain,an error is missing", "explain --list --class lok,must be one of connection"})
    void wrongUsageEndsWith64(String line, String message) {
        assertThat(run(line.split(" "))).isEqualTo(ExitStatus.WRONG_USAGE);
        assertThat(err.toString()).contains(message);
    }

    private List<JsonNode> listed(String... filters) {
        out.getBuffer().setLength(0);
        List<String> args = new ArrayList<>(List.of("explain", "--list", "--json"));
        args.addAll(List.of(filters));
        assertThat(run(args.toArray(String[]::new))).isZero();
        List<JsonNode> all = new ArrayList<>();
        json().forEach(all::add);
        return all;
    }

    private JsonNode json() {
        return JsonMapper.shared().readTree(out.toString());
    }

    private int run(String... args) {
        return Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(args);
    }
}
