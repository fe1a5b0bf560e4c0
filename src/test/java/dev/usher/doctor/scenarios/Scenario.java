package dev.usher.doctor.scenarios;

import dev.usher.doctor.rules.Cause;
import dev.usher.doctor.rules.Diagnosis;
import dev.usher.testing.ServerKind;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A situation whose cause is known because we make it.
 *
 * @param expected what the doctor must say
 * @param own further arguments of a server that it needs for itself; empty if any server will do
 * @param on the servers on which it can be made
 * @param alsoTrue what else must be right, such as which process is accused
 * @param inCi whether it is the one of its cause that every build plays
 */
record Scenario(String name, Cause expected, List<String> own, List<ServerKind> on, Setup setup, Predicate<Diagnosis> alsoTrue,
        boolean inCi) {
    static final List<ServerKind> BOTH = List.of(ServerKind.MYSQL, ServerKind.MARIADB_SID);

    /** Brings it about, and returns when it is there. */
    interface Setup {
        void on(Stage stage) throws Exception;
    }

    static Scenario of(Cause expected, String name, Setup setup) {
        return new Scenario(name, expected, List.of(), BOTH, setup, diagnosis -> true, false);
    }

    Scenario inEveryBuild() {
        return new Scenario(name, expected, own, on, setup, alsoTrue, true);
    }

    Scenario withServer(String... arguments) {
        return new Scenario(name, expected, List.of(arguments), on, setup, alsoTrue, inCi);
    }

    Scenario only(ServerKind kind) {
        return new Scenario(name, expected, own, List.of(kind), setup, alsoTrue, inCi);
    }

    Scenario where(Predicate<Diagnosis> what) {
        return new Scenario(name, expected, own, on, setup, what, inCi);
    }

    /** Client programs that it needs, by the first word of its setup's commands: what is missing is said, not passed over. */
    static Map<String, List<String>> programs() {
        return Map.of("python", List.of("/usr/bin/python3", "-c", "import pymysql, cryptography"), "node", List.of("node", "--version"),
                "php",
                List.of("php", "--version"));
    }

    @Override
    public String toString() {
        return expected.id() + ": " + name;
    }
}
