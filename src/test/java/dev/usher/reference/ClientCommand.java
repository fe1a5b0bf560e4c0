package dev.usher.reference;

import dev.usher.testing.Flavour;
import dev.usher.testing.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A step that is a command line: {@code mysql} is the client that belongs to the server. */
final class ClientCommand {
    private static final Path CACHE = Path.of(
            System.getenv().getOrDefault("USHER_TEST_SERVERS", System.getProperty("user.home") + "/.cache/usher-tests"));
    private static final long LIMIT_SECONDS = 60;

    private ClientCommand() {}

    /** Whether what a step needs is on this machine; MySQL's own client comes with its server. */
    static boolean available(String step) {
        return !step.startsWith("$ ")
                || List.of("php", "prlimit").stream().filter(step::contains).allMatch(program -> Files.exists(Path.of("/usr/bin", program)))
                        && Files.exists(Path.of("/usr/bin/mariadb"));
    }

    private static String client(Flavour flavour) {
        if (flavour == Flavour.MARIADB) {
            return "/usr/bin/mariadb --no-defaults --default-auth=mysql_native_password";
        }
        Path root = CACHE.resolve("mysql/root");
        Path libraries = root.resolve("usr/lib/x86_64-linux-gnu");
        return "%s/ld-linux-x86-64.so.2 --library-path %1$s %s --no-defaults --plugin-dir=%s".formatted(libraries,
                root.resolve("usr/bin/mysql"),
                root.resolve("usr/lib/mysql/plugin"));
    }

    /** What it prints, errors included. */
    static String run(String commandLine, TestServer server) throws IOException, InterruptedException {
        String script = "mysql() { " + client(server.flavour()) + " \"$@\"; }\n" + commandLine;
        Process process =
                new ProcessBuilder("bash", "-c", script).redirectErrorStream(true).redirectInput(Path.of("/dev/null").toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("hangs: " + commandLine);
        }
        return output.strip();
    }
}
