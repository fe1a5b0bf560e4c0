package dev.usher.doctor.sizing;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a server says of itself.
 *
 * @param variables the global variables, names in lower case
 * @param status the global status, names in lower case
 */
public record ServerFacts(boolean mariaDb, String version, Map<String, String> variables, Map<String, String> status) {
    public ServerFacts {
        variables = Map.copyOf(variables);
        status = Map.copyOf(status);
    }

    /** A numeric variable; {@code otherwise} where this server has none of that name. */
    public long variable(String name, long otherwise) {
        return number(variables, name, otherwise);
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable(variables.get(name));
    }

    public boolean isOn(String name) {
        return text(name).map(value -> value.equalsIgnoreCase("ON") || value.equals("1")).orElse(false);
    }

    public long status(String name, long otherwise) {
        return number(status, name, otherwise);
    }

    public int maxConnections() {
        return Math.toIntExact(variable("max_connections", 151));
    }

    public int connected() {
        return Math.toIntExact(status("threads_connected", 0));
    }

    /** A pool of threads serves the connections: they have no thread, and no stack, of their own. */
    public boolean hasThreadPool() {
        String handling = text("thread_handling").orElse("").toLowerCase(Locale.ROOT);
        return handling.equals("pool-of-threads") || handling.equals("loaded-dynamically");
    }

    private static long number(Map<String, String> from, String name, long otherwise) {
        String text = from.get(name);
        if (text == null || !text.matches("-?\\d{1,20}")) {
            return otherwise;
        }
        // 18446744073709551615 stands for "no limit" in several variables.
        return text.length() > 18 ? Long.MAX_VALUE : Long.parseLong(text);
    }
}
