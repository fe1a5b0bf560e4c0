package dev.usher.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.util.List;

/** One client program on one server: what it saw directly, and whether it sees the same elsewhere. */
final class Comparison {
    private final ClientProgram program;
    private final Endpoint direct;
    private List<String> seenDirectly = List.of();

    Comparison(ClientProgram program, Endpoint direct) {
        this.program = program;
        this.direct = direct;
    }

    void directly() throws Exception {
        if (program instanceof MissingProgram missing) {
            abort("not installed: " + missing.why());
        }
        List<String> lines = program.run(direct);
        if (lines.size() == 1 && lines.getFirst().startsWith("skip everything")) {
            abort(lines.getFirst());
        }
        assertThat(lines).as("%s, direct", program.name()).isNotEmpty().noneMatch(line -> line.startsWith("FAIL "));
        seenDirectly = lines;
    }

    void through(int port, boolean tls) throws Exception {
        assumeThat(seenDirectly).as("what is seen directly").isNotEmpty();
        Endpoint usher = new Endpoint(direct.host(), port, direct.user(), direct.password(), direct.database(), tls);
        List<String> seen = program.run(usher);
        // The differences alone: two lists of fifty lines each say little.
        assertThat(seen.stream().filter(line -> !seenDirectly.contains(line)))
                .as("%s through Usher%s, other than directly", program.name(), tls ? ", shuffled, with TLS" : "").isEmpty();
        assertThat(seen).as(program.name()).containsExactlyElementsOf(seenDirectly);
    }

    /** Cases that were not skipped. */
    long cases() {
        return seenDirectly.stream().filter(line -> line.startsWith("ok ")).count();
    }
}
