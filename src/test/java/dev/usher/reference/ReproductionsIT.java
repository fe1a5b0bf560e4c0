package dev.usher.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every entry's reproduction, done on real servers as the entry shows it: what comes back has the code, SQLSTATE and text that the entry expects. Then the
 * SQL of its fixes, on the server in the state that the error has left it in.
 */
class ReproductionsIT {
    /** One of each family is enough beside the embedded server: two versions of MariaDB. */
    private static final List<ServerKind> KINDS = List.of(ServerKind.EMBEDDED, ServerKind.MYSQL, ServerKind.MARIADB_SID);
    private static final Map<String, TestServer> SERVERS = new LinkedHashMap<>();
    private static final Map<String, List<Integer>> REPRODUCED = new TreeMap<>();
    private static final Map<String, List<Integer>> IMPOSSIBLE = new TreeMap<>();
    private static final int AT_LEAST = 50;
    private static boolean skipped;

    /** {@code -Dusher.explain=1040} runs that entry alone. */
    private static final String ONLY = System.getProperty("usher.explain", "");

    @TestFactory
    Stream<DynamicNode> everyReproductionGivesWhatItsEntryExpectsAndTheFixesRun() {
        List<Entry> entries = new Reference().entries().stream()
                .filter(entry -> ONLY.isEmpty() || List.of(ONLY.split(",")).contains(String.valueOf(entry.code())))
                .toList();
        return KINDS.stream().filter(TestServers.installed()::contains).map(kind -> DynamicContainer.dynamicContainer(kind.name(),
                entries.stream().filter(entry -> entry.reproduce().containsKey(family(kind)))
                        .map(entry -> DynamicTest.dynamicTest(entry.code() + " " + entry.symbol(), () -> check(kind, entry)))));
    }

    private static Family family(ServerKind kind) {
        return kind == ServerKind.MYSQL ? Family.MYSQL : Family.MARIADB;
    }

    private static void check(ServerKind kind, Entry entry) throws Exception {
        Reproduction way = entry.reproduce().get(family(kind));
        TestServer server = server(kind, way.steps());
        if (!way.possible()) {
            IMPOSSIBLE.computeIfAbsent(server.name(), name -> new ArrayList<>()).add(entry.code());
        }
        boolean available = way.steps().stream().allMatch(ClientCommand::available);
        skipped |= !available;
        assumeTrue(available, "the client is not installed: see ci/clients");
        ServerState.dropTestAccounts(server);
        ServerState before = ServerState.of(server);
        Script script = new Script(server);
        try (script) {
            if (way.possible()) {
                String got = script.run(way.steps());
                if (way.expected().startsWith("log: ")) {
                    script.awaitInLog(pattern(way.expected().substring("log: ".length())));
                } else {
                    assertThat(got).matches(Pattern.compile("(?s)(?:.*\n)?" + pattern(way.expected()).pattern()));
                }
                script.makeServerUsable();
                REPRODUCED.computeIfAbsent(server.name(), name -> new ArrayList<>()).add(entry.code());
            }
            for (Entry.Fix fix : entry.fixes()) {
                if (fix.on().contains(family(kind)) && fix.language().equals("sql")) {
                    script.fix(fix.code());
                } else if (fix.on().contains(family(kind)) && fix.language().equals("ini")) {
                    assertThat(before.variables().keySet()).as(fix.title()).containsAll(settings(fix.code()));
                }
            }
        } finally {
            script.makeServerUsable();
            before.restore(server);
        }
    }

    /** What an option file sets. */
    private static List<String> settings(String ini) {
        return ini.lines().filter(line -> line.matches("\\w+ *=.*")).map(line -> line.replaceFirst(" *=.*", "")).toList();
    }

    /** {@code {…}} stands for anything. */
    private static Pattern pattern(String expected) {
        StringBuilder regex = new StringBuilder();
        String[] parts = expected.split("\\{[^{}]*}", -1);
        for (int i = 0; i < parts.length; i++) {
            regex.append(i == 0 ? "" : ".*?").append(Pattern.quote(parts[i]));
        }
        return Pattern.compile(regex.toString());
    }

    /** The first step may say what options the server needs; those with the same ones share a server. */
    private static TestServer server(ServerKind kind, List<String> steps) {
        String options = !steps.isEmpty() && steps.getFirst().startsWith("server> with ")
                ? steps.getFirst().substring("server> with ".length())
                : "";
        return SERVERS.computeIfAbsent(kind + " " + options,
                key -> TestServers.start(kind, options.isEmpty() ? new String[0] : options.split(" ")));
    }

    @AfterAll
    static void report() {
        SERVERS.values().forEach(TestServer::close);
        REPRODUCED.forEach(
                (server, codes) -> System.out.printf("REPRODUCED: %d errors on %s; %d entries say why not: %s%n", codes.size(), server,
                        IMPOSSIBLE.getOrDefault(server, List.of()).size(), IMPOSSIBLE.getOrDefault(server, List.of())));
        if (ONLY.isEmpty() && !skipped) {
            assertThat(REPRODUCED.values()).allSatisfy(codes -> assertThat(codes).hasSizeGreaterThanOrEqualTo(AT_LEAST));
        }
    }
}
