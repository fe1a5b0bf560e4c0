package dev.usher.reference;

import dev.usher.testing.TestServer;
import dev.usher.wire.Capabilities;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Does what the steps of a reproduction say, on one server, and tells what came back last. docs/explain.md describes the notation. */
final class Script implements AutoCloseable {
    private static final Pattern STEP = Pattern.compile("([a-z]\\w*)> (.*)", Pattern.DOTALL);
    private static final Pattern PLACE = Pattern.compile("\\{(\\w+)(\\.id)?}");
    private static final Pattern REPEATED = Pattern.compile("\\{(\\w)\\*(\\d+)}");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** More than the 100 ms for which innodb_trx keeps what it has shown, or the same is shown forever. */
    private static final Duration POLL = Duration.ofMillis(150);

    private final TestServer server;
    private final Path log;
    private final long logBefore;
    private final Map<String, ScriptClient> clients = new LinkedHashMap<>();
    private final List<ScriptClient> others = new ArrayList<>();
    private final List<CompletableFuture<Void>> inBackground = new ArrayList<>();
    private final Map<String, FakeGreeting> fakes = new LinkedHashMap<>();
    private @Nullable String lastError;
    private boolean stopped;
    private boolean limited;

    Script(TestServer server) throws IOException {
        this.server = server;
        log = server.dataDir().resolveSibling("log");
        logBefore = Files.size(log);
    }

    /** @return what came back, as a client shows it; OK if nothing failed */
    String run(List<String> steps) throws Exception {
        for (int i = 0; i < steps.size(); i++) {
            boolean last = i == steps.size() - 1;
            lastError = null;
            String step = fill(steps.get(i));
            if (step.startsWith("$ ")) {
                limited |= step.startsWith("$ prlimit");
                String output = ClientCommand.run(step.substring(2), server);
                if (last) {
                    return output;
                }
                continue;
            }
            Matcher parts = STEP.matcher(step);
            if (!parts.matches()) {
                throw new AssertionError("not a step: " + step);
            }
            try {
                step(parts.group(1), parts.group(2).strip());
            } catch (ScriptClient.ServerError error) {
                lastError = error.getMessage();
                // A login that fails may be what the next step builds on; a statement that fails is a mistake in the entry.
                if (!last && !parts.group(2).startsWith("connect")) {
                    throw new AssertionError("step \"" + step + "\" failed: " + error.getMessage());
                }
            }
        }
        return lastError != null ? lastError : errorInBackground();
    }

    private void step(String name, String what) throws Exception {
        String[] words = what.split("\\s+");
        switch (name) {
            case "server" -> serverStep(words);
            case "until" -> await(what);
            case "fake" -> fakes.put("fake", FakeGreeting.listen(HexFormat.of().parseHex(what.replaceFirst("answers ?", ""))));
            default -> {
                switch (words[0]) {
                    case "connect" -> connect(name, words);
                    case "disconnect" -> clients.get(name).close();
                    case "read" -> clients.get(name).read();
                    case "send" -> send(name, words);
                    case "bytes" -> clients.get(name).bytes(hex(words, 1));
                    case "ask" -> clients.get(name).ask(what.substring("ask ".length()));
                    default -> statement(name, what);
                }
            }
        }
    }

    private void serverStep(String[] words) throws Exception {
        switch (words[0]) {
            case "stop" -> {
                stopped = true;
                server.stop();
            }
            case "with" -> {
                // ReproductionsIT has started it so.
            }
            default -> throw new AssertionError("not a step for the server: " + Arrays.toString(words));
        }
    }

    private void connect(String name, String[] words) throws IOException {
        Map<String, String> options = new LinkedHashMap<>();
        for (String word : List.of(words).subList(1, words.length)) {
            int equals = word.indexOf('=');
            options.put(equals < 0 ? word : word.substring(0, equals), equals < 0 ? "" : word.substring(equals + 1));
        }
        int times = Integer.parseInt(options.getOrDefault("times", "1"));
        for (int i = 0; i < times; i++) {
            ScriptClient client =
                    ScriptClient.open(new InetSocketAddress(server.host(), server.port()), options.getOrDefault("from", "127.0.0.1"));
            others.add(client);
            if (!options.containsKey("greeting")) {
                client.logIn(options.getOrDefault("user", "root"), options.getOrDefault("password", ""), options.getOrDefault("schema", ""),
                        capability(options.getOrDefault("with", "")), capability(options.getOrDefault("without", "")));
            }
            clients.put(name, client); // what follows means the last one that was let in
            if (options.containsKey("disconnect")) {
                client.close();
            }
        }
    }

    private static long capability(String capability) {
        return switch (capability) {
            case "" -> 0;
            case "compress" -> Capabilities.COMPRESS;
            case "expired" -> Capabilities.CAN_HANDLE_EXPIRED_PASSWORDS;
            case "plugins" -> Capabilities.PLUGIN_AUTH | Capabilities.PLUGIN_AUTH_LENENC_DATA;
            default -> throw new AssertionError("unknown capability: " + capability);
        };
    }

    private static byte[] hex(String[] words, int from) {
        return HexFormat.of().parseHex(String.join("", List.of(words).subList(from, words.length)));
    }

    private void send(String name, String[] words) throws IOException {
        ScriptClient client = clients.containsKey(name) ? clients.get(name) : login(name);
        client.send(Integer.parseInt(words[1]), hex(words, 2));
        client.read();
    }

    private void statement(String name, String sql) throws IOException {
        ScriptClient client = clients.containsKey(name) ? clients.get(name) : login(name);
        if (!sql.endsWith(" &")) {
            client.query(sql.endsWith(";") ? sql.substring(0, sql.length() - 1) : sql);
            return;
        }
        inBackground.add(CompletableFuture.runAsync(() -> {
            try {
                client.query(sql.substring(0, sql.length() - 2));
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        }, task -> Thread.ofVirtual().start(task)));
    }

    /** A connection that no step has opened is one of an administrator. */
    private ScriptClient login(String name) throws IOException {
        connect(name, new String[]{"connect"});
        return clients.get(name);
    }

    private String errorInBackground() throws Exception {
        for (CompletableFuture<Void> each : inBackground) {
            try {
                each.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (java.util.concurrent.ExecutionException e) {
                if (e.getCause() instanceof ScriptClient.ServerError error) {
                    return String.valueOf(error.getMessage());
                }
                throw e;
            }
        }
        return "OK";
    }

    /** Until the statement's first value is neither 0 nor empty. */
    private void await(String sql) throws IOException {
        ScriptClient client = clients.containsKey("until") ? clients.get("until") : login("until");
        Awaitility.await(sql).atMost(PATIENCE).pollInterval(POLL).until(() -> {
            List<String> rows = client.query(sql);
            return !rows.isEmpty() && !rows.getFirst().equals("0") && !rows.getFirst().isEmpty();
        });
    }

    /** Runs the statements of a fix, as an administrator, in the state that the steps have left. */
    void fix(String sql) throws IOException {
        ScriptClient client = clients.containsKey("admin") ? clients.get("admin") : login("admin");
        for (String statement : sql.split(";\\s*(?:\\n|$)")) {
            if (!statement.isBlank()) {
                try {
                    client.query(fill(statement.strip()));
                } catch (ScriptClient.ServerError e) {
                    throw new AssertionError("\"" + fill(statement) + "\" failed: " + e.getMessage(), e);
                }
            }
        }
    }

    /** Whether a text of this form has come into the server's log since the beginning; waits for it. */
    void awaitInLog(Pattern expected) {
        Awaitility.await("in the log: " + expected).atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
            byte[] all = Files.readAllBytes(log);
            int from = (int) Math.min(logBefore, all.length);
            return expected.matcher(new String(all, from, all.length - from, StandardCharsets.UTF_8)).find();
        });
    }

    /** Starts the server again if a step has stopped it, and takes a limit from it that a step has set. */
    void makeServerUsable() throws Exception {
        if (stopped) {
            server.startAgain();
            stopped = false;
            ServerState.dropTestAccounts(server);
        }
        if (limited) {
            ClientCommand.run(fill("prlimit --pid={pid} --as=unlimited:"), server);
            limited = false;
        }
    }

    private String fill(String step) {
        String text = REPEATED.matcher(step).replaceAll(place -> place.group(1).repeat(Integer.parseInt(place.group(2))));
        return PLACE.matcher(text).replaceAll(place -> {
            String name = place.group(1);
            if (place.group(2) != null && clients.containsKey(name)) {
                return String.valueOf(clients.get(name).id());
            }
            return switch (name) {
                case "host" -> server.host();
                case "port" -> String.valueOf(server.port());
                case "pid" -> String.valueOf(server.pid());
                case "fake" -> String.valueOf(fakes.get("fake").port());
                case "socket" -> server.socket().toString();
                default -> throw new AssertionError("nothing is known as " + place.group());
            };
        });
    }

    @Override
    public void close() throws IOException, SQLException {
        for (ScriptClient client : others) {
            client.close();
        }
        for (FakeGreeting fake : fakes.values()) {
            fake.close();
        }
    }
}
