import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The load that sysbench cannot make: thousands of connections on one thread, storms of logins (over TLS too, with session resumption), statements and results of any
 * size, and sessions in states of their own. Prints one line of JSON. {@code bench/run} compiles and calls it.
 */
final class Load {
    private static final Set<String> MODES = Set.of("busy", "storm", "stream", "repeat");

    private final Map<String, String> given = new HashMap<>();

    private Load(String[] arguments) {
        for (int i = 1; i + 1 < arguments.length; i += 2) {
            given.put(arguments[i].replaceFirst("^--", ""), arguments[i + 1]);
        }
    }

    String text(String name, String otherwise) {
        return given.getOrDefault(name, otherwise);
    }

    int number(String name, int otherwise) {
        return Integer.parseInt(given.getOrDefault(name, Integer.toString(otherwise)));
    }

    Account account() {
        return new Account(number("port", 0), text("user", "bench"), text("password", ""), text("database", ""), number("tls", 0) == 1);
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 0 || !MODES.contains(arguments[0])) {
            System.err.println("usage: Load busy|storm|stream|repeat --port N [--user U --password P --database D --clients N --seconds N …]");
            System.exit(64);
        }
        Load load = new Load(arguments);
        Map<String, Object> result = switch (arguments[0]) {
            case "busy" -> new Busy(load).run();
            case "storm" -> new Storm(load).run();
            case "repeat" -> new Repeat(load).run();
            default -> new Stream(load).run();
        };
        StringBuilder json = new StringBuilder("{");
        new TreeMap<>(result).forEach((name, value) -> json.append(json.length() == 1 ? "" : ", ").append('"').append(name).append("\": ")
                .append(value instanceof Double d ? String.format(Locale.ROOT, "%.4f", d) : value));
        System.out.println(json.append('}'));
    }
}
