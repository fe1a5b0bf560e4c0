import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The load that sysbench cannot make: thousands of connections on one thread, storms of logins (over TLS too, with session resumption), statements and results of any
 * size, and sessions in states of their own. Each line that it reads is a run: a mode and its options, with tabs between. When it begins to measure it prints
 * {@code begin}, then {@code end}, and then the result in one line of JSON. One process makes all runs, so that its own code is compiled. {@code bench/run} starts it.
 */
final class Load {
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
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(json(run(line.split("\t"))));
        }
    }

    private static Map<String, Object> run(String[] words) throws Exception {
        Load load = new Load(words);
        return switch (words[0]) {
            case "busy" -> new Busy(load).run();
            case "storm" -> new Storm(load).run();
            case "repeat" -> new Repeat(load).run();
            case "stream" -> new Stream(load).run();
            default -> throw new IllegalArgumentException("no load " + words[0] + ": busy, storm, repeat or stream");
        };
    }

    private static String json(Map<String, Object> result) {
        StringBuilder json = new StringBuilder("{");
        new TreeMap<>(result).forEach((name, value) -> json.append(json.length() == 1 ? "" : ", ").append('"').append(name).append("\": ")
                .append(value instanceof Double d ? String.format(Locale.ROOT, "%.4f", d) : value));
        return json.append('}').toString();
    }
}
