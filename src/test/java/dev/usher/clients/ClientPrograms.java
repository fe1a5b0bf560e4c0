package dev.usher.clients;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Every client program that the tests know, as {@code ci/clients} and {@code ci/servers} install them. */
final class ClientPrograms {
    private static final Path CASES = Path.of("src", "test", "clients").toAbsolutePath();
    private static final Path CACHE = Path.of(
            System.getenv().getOrDefault("USHER_TEST_SERVERS", System.getProperty("user.home") + "/.cache/usher-tests"));
    static final Path NODE = Path.of(System.getenv().getOrDefault("USHER_TEST_NODE", CACHE.resolve("node").toString()));

    private ClientPrograms() {}

    static List<ClientProgram> all() {
        List<ClientProgram> all = new ArrayList<>();
        String php =
                "echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION; exit(extension_loaded('pdo_mysql') && extension_loaded('mysqli') ? 0 : 1);";
        for (String persistent : List.of("", "persistent")) {
            List<String> last = persistent.isEmpty() ? List.of() : List.of(persistent);
            String suffix = persistent.isEmpty() ? "" : ", persistent";
            all.add(find("PHP %s PDO (mysqlnd)" + suffix, List.of("php", "-r", php), List.of("php", script("pdo.php")), last));
            all.add(find("PHP %s mysqli (mysqlnd)" + suffix, List.of("php", "-r", php),
                    List.of("php", "-d", "mysqli.allow_local_infile=1", script("mysqli.php")), last));
        }
        // The system's own python3: another one that stands before it on the PATH would not have its packages.
        all.add(find("PyMySQL %s", List.of("/usr/bin/python3", "-c", "import cryptography, pymysql; print(pymysql.__version__)"),
                List.of("/usr/bin/python3", script("pymysql_cases.py")), List.of()));
        all.add(find("mysql2 %s for Node", List.of("node", "-p", "require('" + NODE + "/node_modules/mysql2/package.json').version"),
                List.of("node", script("mysql2_cases.mjs")), List.of()));
        all.add(commandLine("mariadb", List.of("mariadb")));
        all.add(commandLine("mysql", unpacked("mysql", "usr/bin/mysql")));
        for (JdbcDriver driver : JdbcDriver.values()) {
            all.add(new JdbcProgram(driver, false));
            all.add(new JdbcProgram(driver, true));
        }
        return List.copyOf(all);
    }

    private static ClientProgram commandLine(String kind, List<String> command) {
        List<String> version = new ArrayList<>(command);
        version.addAll(List.of("--no-defaults", "--version"));
        List<String> last = new ArrayList<>(List.of(kind));
        last.addAll(command);
        return find(kind + " client %s", version, List.of("bash", script("cli.sh")), last);
    }

    /** A program that {@code ci/servers} has unpacked beside the system: it needs the loader and libraries of its own tree. */
    private static List<String> unpacked(String tree, String program) {
        Path root = CACHE.resolve(tree).resolve("root");
        Path libraries = root.resolve("usr/lib/x86_64-linux-gnu");
        return List.of(libraries.resolve("ld-linux-x86-64.so.2").toString(), "--library-path", libraries.toString(),
                root.resolve(program).toString());
    }

    static String script(String name) {
        return CASES.resolve(name).toString();
    }

    /** @param title with {@code %s} for the version that the version command prints */
    static ClientProgram find(String title, List<String> versionCommand, List<String> command, List<String> lastArguments) {
        try {
            Process process = new ProcessBuilder(versionCommand).redirectErrorStream(true).start();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() == 0) {
                return new ExternalProgram(title.formatted(version(printed)), command, lastArguments);
            }
            return new MissingProgram(title.formatted("?"), printed.lines().reduce("", (first, last) -> last));
        } catch (IOException e) {
            return new MissingProgram(title.formatted("?"), String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** {@code 10.11.19} out of {@code mariadb  Ver 15.1 Distrib 10.11.19-MariaDB, for debian-linux-gnu}. */
    private static String version(String printed) {
        return printed.replaceFirst("^.*(?:Distrib|from|Ver) (\\d[\\w.]*).*$", "$1");
    }
}
