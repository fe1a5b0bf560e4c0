package dev.usher.cli.reproduce;

import dev.usher.config.ServerTls;
import dev.usher.doctor.access.Endpoint;
import dev.usher.doctor.access.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A client that people know the error from. Where it is installed it is run, and what it prints is its own; where it is not, what it would print is known. The
 * password goes through its environment: a command line is for everybody to read.
 */
public enum ClientProgram {
    CLI("mariadb, mysql", "mariadb or mysql") {
        @Override
        List<List<String>> commands(Target target) {
            return List.of(cli("mariadb", target), cli("mysql", target));
        }

        @Override
        String wording(Refusal refusal) {
            return refusal.text();
        }
    },
    PDO("PHP PDO", "php with pdo_mysql") {
        @Override
        List<List<String>> commands(Target target) {
            return List.of(php(PDO_PROGRAM, target));
        }

        @Override
        String wording(Refusal refusal) {
            return "PDOException: SQLSTATE[" + refusal.sqlState() + "] [" + refusal.code() + "] " + refusal.message();
        }
    },
    MYSQLI("PHP mysqli", "php with mysqli") {
        @Override
        List<List<String>> commands(Target target) {
            return List.of(php(MYSQLI_PROGRAM, target));
        }

        @Override
        String wording(Refusal refusal) {
            return "mysqli_sql_exception: " + refusal.message() + " (code " + refusal.code() + ")";
        }
    };

    private static final int LIMIT_SECONDS = 10;
    /** As a shell says it of a program that is not there; our PHP programs say it of an extension. */
    private static final int NOT_FOUND = 127;
    private static final String PDO_PROGRAM = """
            if (!extension_loaded('pdo_mysql')) exit(127);
            [, $host, $port, $socket, $user] = $argv;
            try {
                new PDO('mysql:' . ($socket === '' ? "host=$host;port=$port" : "unix_socket=$socket"), $user, getenv('MYSQL_PWD'));
            } catch (PDOException $e) {
                echo get_class($e), ': ', $e->getMessage();
                exit(1);
            }
            """;
    private static final String MYSQLI_PROGRAM = """
            if (!extension_loaded('mysqli')) exit(127);
            [, $host, $port, $socket, $user] = $argv;
            mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
            try {
                new mysqli($host, $user, getenv('MYSQL_PWD'), '', (int) $port, $socket === '' ? null : $socket);
            } catch (mysqli_sql_exception $e) {
                echo get_class($e), ': ', $e->getMessage(), ' (code ', $e->getCode(), ')';
                exit(1);
            }
            """;

    private final String title;
    private final String needs;

    ClientProgram(String title, String needs) {
        this.title = title;
        this.needs = needs;
    }

    /** The same login for each of the programs that may be this client, the best first. */
    abstract List<List<String>> commands(Target target);

    /** What it prints when it meets the refusal. */
    abstract String wording(Refusal refusal);

    /** @param text what it has printed itself, or says that it has not */
    public record Shown(String client, String text) {}

    /**
     * Tries to log in.
     *
     * @param refusal which another connection has just met
     */
    public Shown tryAt(Target target, Refusal refusal) throws InterruptedException {
        for (List<String> command : commands(target)) {
            Optional<String> printed = run(command, target.password().reveal());
            if (printed.isPresent()) {
                return new Shown(this == CLI ? command.getFirst() : title, printed.get());
            }
        }
        return new Shown(title, wording(refusal) + "   (what it would show; there is no " + needs + " here to be run)");
    }

    /** Its last line: what comes before are warnings. Nothing if it is not installed. */
    private static Optional<String> run(List<String> command, String password) throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("MYSQL_PWD", password);
        Process process;
        try {
            process = builder.start();
        } catch (IOException notThere) {
            return Optional.empty();
        }
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return Optional.of("no answer in " + LIMIT_SECONDS + " s");
            }
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return switch (process.exitValue()) {
                case 0 -> Optional.of("was let in");
                case NOT_FOUND -> Optional.empty();
                default -> Optional.of(printed.substring(printed.lastIndexOf('\n') + 1));
            };
        } catch (IOException e) {
            return Optional.of("ended without a word: " + e.getMessage());
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<String> cli(String program, Target target) {
        List<String> command = new ArrayList<>(List.of(program, "--no-defaults", "--user=" + target.user(), "--connect-timeout=5"));
        switch (target.endpoint()) {
            case Endpoint.Tcp tcp ->
                command.addAll(List.of("--protocol=tcp", "--host=" + tcp.address().host(), "--port=" + tcp.address().port()));
            case Endpoint.UnixSocket socket -> command.add("--socket=" + socket.path());
        }
        if (target.tls() == ServerTls.DISABLED) {
            command.addAll(List.of("--loose-skip-ssl", "--loose-ssl-mode=DISABLED")); // MariaDB's word for it, and MySQL's
        }
        target.authority().ifPresent(file -> command.add("--ssl-ca=" + file));
        command.add("--execute=DO 0");
        return command;
    }

    private static List<String> php(String program, Target target) {
        List<String> command = new ArrayList<>(List.of("php", "-r", program, "--"));
        switch (target.endpoint()) {
            // To PHP, localhost is the socket.
            case Endpoint.Tcp tcp -> command.addAll(List.of(tcp.address().host().equals("localhost") ? "127.0.0.1" : tcp.address().host(),
                    Integer.toString(tcp.address().port()), ""));
            case Endpoint.UnixSocket socket -> command.addAll(List.of("localhost", "0", socket.path().toString()));
        }
        command.add(target.user());
        return command;
    }
}
