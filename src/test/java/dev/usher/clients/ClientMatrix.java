package dev.usher.clients;

import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every client program on one server. A program's cases must pass directly, or the cases are wrong; through Usher each must then see
 * exactly the same, also where no statement runs on the server connection of the one before, and with TLS. There is a subclass for each server, so
 * that two of them can run at once.
 */
abstract class ClientMatrix {
    /** One server sees every program but HikariCP's in every way; {@code -Dusher.matrix.full=true} does that with all servers, and with HikariCP. */
    private static final Set<ServerKind> THOROUGH = EnumSet.of(ServerKind.EMBEDDED);

    private static final boolean FULL = Boolean.getBoolean("usher.matrix.full");

    @TempDir
    private Path state;

    private final ServerKind kind;

    ClientMatrix(ServerKind kind) {
        this.kind = kind;
    }

    @TestFactory
    Stream<DynamicNode> aClientSeesThroughUsherWhatItSeesDirectly() {
        TestServer server = TestServers.find(kind).orElse(null);
        assumeThat(server).as("see ci/servers").isNotNull();
        return onServer(new ServerUnderTest(server, state), ClientPrograms.all());
    }

    private Stream<DynamicNode> onServer(ServerUnderTest server, List<ClientProgram> programs) {
        boolean all = THOROUGH.contains(kind) || FULL;
        Stream<DynamicNode> nodes = programs.stream()
                .filter(program -> FULL || !program.name().contains("HikariCP") && (all || !program.name().contains("persistent")))
                .map(program -> onServer(program, server, all));
        return Stream.concat(nodes, Stream.of(dynamicTest("Usher stops", server::close)));
    }

    private static DynamicNode onServer(ClientProgram program, ServerUnderTest server, boolean all) {
        String name = program.name() + " × " + server.name();
        Comparison comparison = new Comparison(program, server.direct());
        List<DynamicTest> tests = new ArrayList<>();
        tests.add(dynamicTest("direct", comparison::directly));
        if (all) {
            tests.add(dynamicTest("through Usher", () -> comparison.through(server.usherPort(), false)));
        }
        tests.add(dynamicTest("through Usher, shuffled, with TLS", () -> {
            comparison.through(server.shufflingUsherPort(), true);
            // .ci/run looks for these lines.
            System.out.printf("TESTED CLIENT: %s: %d cases direct, %2$d through Usher%n", name, comparison.cases());
        }));
        return dynamicContainer(name, tests);
    }
}
