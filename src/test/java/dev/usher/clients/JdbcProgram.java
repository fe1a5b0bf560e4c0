package dev.usher.clients;

import java.util.ArrayList;
import java.util.List;
import org.opentest4j.TestAbortedException;

/** The cases of {@link JdbcCases} with one JDBC driver, with or without HikariCP. */
record JdbcProgram(JdbcDriver driver, boolean pooled) implements ClientProgram {

    @Override
    public String name() {
        return driver.title() + (pooled ? " with HikariCP" : "");
    }

    @Override
    public List<String> run(Endpoint endpoint) throws Exception {
        var lines = new ArrayList<String>();
        try (var connections = new JdbcConnections(driver, endpoint, pooled)) {
            var cases = new JdbcCases(connections);
            cases.setUp();
            cases.all().forEach((name, action) -> lines.add(line(name, action)));
        }
        return lines;
    }

    private static String line(String name, JdbcCases.Case action) {
        try {
            String seen = action.run();
            return seen.isEmpty() ? "ok " + name : "ok " + name + ": " + seen;
        } catch (TestAbortedException skipped) {
            return "skip " + name + ": " + skipped.getMessage();
        } catch (Exception | AssertionError failure) {
            return "FAIL " + name + ": " + failure.toString().replaceAll("\\s+", " ");
        }
    }
}
