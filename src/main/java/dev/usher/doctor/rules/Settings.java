package dev.usher.doctor.rules;

import dev.usher.doctor.facts.ServerIdentity;
import java.util.List;

/** How a setting of this very server is changed, now and for good. */
record Settings(ServerIdentity server) {
    /** SQL that changes a global variable, and on MySQL keeps the change over a restart. */
    List<String> statements(String name, String value) {
        if (server.platform().isManaged()) {
            return List.of(); // neither SET GLOBAL nor SET PERSIST is allowed there
        }
        return List.of((persists() ? "SET PERSIST " : "SET GLOBAL ") + name + " = " + value + ";");
    }

    /** What keeps it where SQL does not. */
    List<String> configuration(String name, String value) {
        if (server.platform().isManaged()) {
            return List.of("In " + server.platform().place() + ": " + name + " = " + value);
        }
        return persists() ? List.of() : List.of("[mysqld]", name + " = " + value);
    }

    private boolean persists() {
        return !server.isMariaDb() && server.isAtLeast(8, 0, 0);
    }

    Remedy remedy(String when, String why, String name, String value, String notThis) {
        return new Remedy(when, why, statements(name, value), configuration(name, value), notThis);
    }

    /** Advice that is no setting. */
    static Remedy advice(String when, String why, String notThis) {
        return new Remedy(when, why, List.of(), List.of(), notThis);
    }

    /** Statements to be run once. */
    static Remedy run(String when, String why, List<String> statements, String notThis) {
        return new Remedy(when, why, statements, List.of(), notThis);
    }
}
