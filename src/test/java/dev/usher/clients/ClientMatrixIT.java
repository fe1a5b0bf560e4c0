package dev.usher.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * Every client program on every server. A program's cases must pass directly, or the cases are wrong; through Usher each must give exactly
 * the same.
 */
class ClientMatrixIT {
    private static final String USER = "clients";
    private static final String PASSWORD = "clients-secret";

    @TestFactory
    Stream<DynamicNode> aClientSeesThroughUsherWhatItSeesDirectly() {
        List<ClientProgram> programs = ClientPrograms.all();
        return TestServers.installed().stream().map(kind -> dynamicContainer(kind.toString(), Stream.of(kind).flatMap(each -> {
            TestServer server = TestServers.find(each).orElseThrow();
            Endpoint direct = prepared(server);
            return programs.stream().map(program -> onServer(program, server, direct));
        })));
    }

    private static DynamicNode onServer(ClientProgram program, TestServer server, Endpoint direct) {
        String name = program.name() + " × " + server.name();
        if (program instanceof MissingProgram missing) {
            return dynamicTest(name, () -> abort("not installed: " + missing.why()));
        }
        return dynamicTest(name, () -> directly(program, direct));
    }

    private static List<String> directly(ClientProgram program, Endpoint direct) throws Exception {
        List<String> lines = program.run(direct);
        if (lines.size() == 1 && lines.getFirst().startsWith("skip everything")) {
            abort(lines.getFirst());
        }
        assertThat(lines).isNotEmpty().noneMatch(line -> line.startsWith("FAIL "));
        return lines;
    }

    /** The schema and the accounts that the cases use. */
    private static Endpoint prepared(TestServer server) {
        List<String> sql = new ArrayList<>(List.of("CREATE DATABASE IF NOT EXISTS " + USER));
        for (String user : List.of(USER, USER + "_other", USER + "_empty")) {
            String password = user.endsWith("_empty") ? "" : PASSWORD;
            sql.add("CREATE USER IF NOT EXISTS '%s'@'%%' IDENTIFIED BY '%s'".formatted(user, password));
            sql.add("GRANT ALL ON %s.* TO '%s'@'%%'".formatted(USER, user));
        }
        try (var connection = server.connect();
                var statement = connection.createStatement()) {
            for (String each : sql) {
                statement.execute(each);
            }
        } catch (SQLException e) {
            throw new AssertionError("cannot prepare " + server.name(), e);
        }
        return new Endpoint(server.host(), server.port(), USER, PASSWORD, USER, false);
    }
}
