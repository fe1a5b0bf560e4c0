package dev.usher.doctor.scenarios;

import dev.usher.config.HostAndPort;
import dev.usher.config.Secret;
import dev.usher.doctor.access.Entry;
import dev.usher.doctor.access.ServerAccess;
import dev.usher.doctor.access.Target;
import dev.usher.doctor.collect.Watch;
import dev.usher.doctor.rules.Diagnosis;
import dev.usher.doctor.rules.Rules;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Brings a scenario about on a real server and asks the doctor. Servers are used again where a scenario needs none of its own. */
final class ScenarioRun implements AutoCloseable {
    private static final Duration WATCH = Duration.ofSeconds(5);

    private final Map<ServerKind, TestServer> servers = new EnumMap<>(ServerKind.class);

    Diagnosis diagnose(Scenario scenario, ServerKind kind) throws Exception {
        if (scenario.own().isEmpty()) {
            return diagnose(scenario, servers.computeIfAbsent(kind, any -> start(any, List.of())));
        }
        try (TestServer own = start(kind, scenario.own())) {
            return diagnose(scenario, own);
        }
    }

    private static Diagnosis diagnose(Scenario scenario, TestServer server) throws Exception {
        try (Stage stage = new Stage(server)) {
            scenario.setup().on(stage);
            return diagnose(server, WATCH);
        }
    }

    static Diagnosis diagnose(TestServer server, Duration watch) throws Exception {
        Target target = Target.of(new HostAndPort(server.host(), server.port()), server.rootUser(), Secret.of(server.rootPassword()));
        try (Entry entry = ServerAccess.open(target)) {
            return Rules.judge(Watch.of(entry, watch, Optional.empty(), (elapsed, sample) -> {}));
        }
    }

    /** MariaDB as it comes, without performance_schema; MySQL as it comes, with. */
    private static TestServer start(ServerKind kind, List<String> arguments) {
        List<String> all = new java.util.ArrayList<>(List.of("--max-connections=151"));
        if (kind == ServerKind.MYSQL) {
            all.add("--performance-schema=ON");
        }
        all.addAll(arguments);
        TestServer server = TestServers.start(kind, all.toArray(String[]::new));
        try (var connection = server.connect(); Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE test.stock (id INT PRIMARY KEY, amount INT NOT NULL)");
            statement.execute("INSERT INTO test.stock VALUES (0, 100)");
            for (int size = 1; size < 256; size *= 2) {
                statement.execute("INSERT INTO test.stock SELECT id + " + size + ", amount FROM test.stock");
            }
            return server;
        } catch (java.sql.SQLException e) {
            server.close();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        servers.values().forEach(TestServer::close);
    }
}
