package dev.usher.cli;

import dev.usher.cli.reproduce.ClientProgram;
import dev.usher.cli.reproduce.Filling;
import dev.usher.cli.reproduce.Refusal;
import dev.usher.cli.reproduce.Scene;
import dev.usher.config.DurationText;
import dev.usher.config.HostAndPort;
import dev.usher.config.Secret;
import dev.usher.config.ServerTls;
import dev.usher.doctor.access.Driver;
import dev.usher.doctor.access.Entry;
import dev.usher.doctor.access.NoAccessException;
import dev.usher.doctor.access.ServerAccess;
import dev.usher.doctor.access.Target;
import dev.usher.embedded.EmbeddedServer;
import dev.usher.embedded.EmbeddedServerException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import sun.misc.Signal;

/** {@code usher reproduce}: makes the error happen, and shows what it looks like from every side. */
@Command(name = "reproduce", description = "Make \"Too many connections\" happen on a server of its own, show it, and release everything; or keep one of its causes going.", mixinStandardHelpOptions = true, sortOptions = false, customSynopsis = {
    "usher reproduce [OPTION...]", "       usher reproduce --cause CAUSE",
    "       usher reproduce --server URL --yes-really"}, optionListHeading = "%nOptions:%n", footer = {
        "", "Exit status: 0 done, 3 it did not happen."})
final class ReproduceCommand implements Callable<Integer> {
    private static final int SHOWN_PROCESSES = 5;
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private ServerOptions given = new ServerOptions();

    @Option(names = "--yes-really", description = "Fill the given server, for as long as --hold says; its clients are refused meanwhile")
    private boolean yesReally;

    @Option(names = "--cause", paramLabel = "CAUSE", description = "Keep a cause going on a server of its own, to try usher doctor on it: leak, storm, flood, pools, low-limit, account or lock")
    private Optional<String> cause = Optional.empty();

    @Option(names = "--for", paramLabel = "TIME", description = "With --cause: end after that time instead of at Ctrl-C")
    private Optional<String> until = Optional.empty();

    @Option(names = "--max-connections", paramLabel = "N", description = "The limit of its own server (default: ${DEFAULT-VALUE})")
    private int limit = 20;

    @Option(names = "--hold", paramLabel = "TIME", description = "How long the server stays full (default: ${DEFAULT-VALUE})")
    private String hold = "0";

    @Override
    public Integer call() throws InterruptedException {
        if (limit < 10 || limit > 1000) {
            throw wrong("--max-connections = " + limit + ": must be from 10 (MariaDB takes no less) to 1000");
        }
        cause.ifPresent(name -> {
            if (!Scene.causes().contains(name)) {
                throw wrong("--cause = " + name + ": must be one of " + String.join(", ", Scene.causes()));
            }
        });
        try {
            if (given.isGiven()) {
                return onGivenServer();
            }
            try (EmbeddedServer server = EmbeddedServer.builder().maxConnections(limit).progress(this::say).start()) {
                return cause.isPresent() ? keepGoing(cause.get(), server) : fill(server);
            }
        } catch (EmbeddedServerException | SQLException e) {
            throw CommandFailed.refused(e instanceof SQLException sql ? Driver.message(sql) : String.valueOf(e.getMessage()));
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private Duration duration(String option, String text) {
        try {
            return DurationText.parse(text);
        } catch (IllegalArgumentException e) {
            throw wrong(option + " = " + text + ": " + e.getMessage());
        }
    }

    private int onGivenServer() throws InterruptedException {
        if (cause.isPresent()) {
            throw wrong("--cause needs a server of its own: leave out --server");
        }
        if (!yesReally) {
            throw wrong("this refuses every client of " + given.target().endpoint() + " for a while: add --yes-really if that is meant");
        }
        Target target = given.target();
        try (Entry watcher = given.open()) {
            try {
                int max = (int) number(watcher.connection(), "SELECT @@global.max_connections");
                long others = connected(watcher.connection());
                return fill(target, watcher.connection(), Math.toIntExact(Math.max(1, max - others)));
            } catch (SQLException e) {
                throw ServerOptions.failed(watcher, e);
            }
        }
    }

    private static Connection open(Target target) throws SQLException {
        try {
            return ServerAccess.openOrdinary(target);
        } catch (NoAccessException e) {
            throw new SQLException(e.serverError() == 0 ? e.getMessage() : e.serverMessage(), "08004", e.serverError());
        }
    }

    private int fill(EmbeddedServer server) throws SQLException, InterruptedException {
        try (Connection watcher =
                DriverManager.getConnection("jdbc:mariadb://" + server.host() + ":" + server.extraPort() + "/?sslMode=disable", "root", "");
                Statement statement = watcher.createStatement()) {
            statement.execute("CREATE USER app@'%' IDENTIFIED BY 'app'");
            say("A " + server + ", max_connections = " + limit);
            Target target = Target.of(new HostAndPort(server.host(), server.port()), "app", Secret.of("app")).withTls(ServerTls.DISABLED);
            return fill(target, watcher, limit);
        }
    }

    private int fill(Target target, Connection watcher, int free) throws SQLException, InterruptedException {
        Duration time = duration("--hold", hold);
        long before = connected(watcher);
        try (Filling filling = Filling.fill(() -> open(target), free + 2)) {
            Optional<Refusal> refusal = filling.refusal();
            if (refusal.isEmpty()) {
                say("The server has not refused anybody after " + filling.size() + " connections.");
                return ExitStatus.REFUSED;
            }
            say("");
            say("Filled with " + Math.min(filling.size(), free) + " connections. The next one is refused: " + refusal.get().text());
            for (ClientProgram client : ClientProgram.values()) {
                ClientProgram.Shown shown = client.tryAt(target, refusal.get());
                say("  " + shown.client() + " ".repeat(16 - shown.client().length()) + shown.text());
            }
            // An account with CONNECTION ADMIN or SUPER has taken the administrators' connection as well, and would have been let in: it goes back now.
            filling.keep(free);
            say("");
            say("What an administrator sees meanwhile:");
            show(watcher,
                    "SHOW GLOBAL STATUS WHERE Variable_name IN ('Threads_connected', 'Max_used_connections', 'Connection_errors_max_connections', 'Aborted_connects')",
                    10);
            say("");
            show(watcher, "SHOW PROCESSLIST", SHOWN_PROCESSES);
            if (!time.isZero()) {
                say("Full for " + hold + ", or until Ctrl-C.");
                stayFull(watcher, time);
            }
        }
        awaitReleased(watcher, before);
        say("");
        say("Released: " + connected(watcher) + " connections, as before.");
        return ExitStatus.DONE;
    }

    /** Looks now and then, so that a server which ends meanwhile does not look full. */
    private static void stayFull(Connection watcher, Duration time) throws SQLException, InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            Thread.sleep(Duration.ofNanos(Math.min(left, BETWEEN_LOOKS.toNanos())));
            connected(watcher);
        }
    }

    /** The server notices a moment later that a client has gone. */
    private static void awaitReleased(Connection watcher, long before) throws SQLException, InterruptedException {
        for (int attempt = 0; attempt < 100 && connected(watcher) > before; attempt++) {
            Thread.sleep(50);
        }
    }

    private int keepGoing(String name, EmbeddedServer server) throws SQLException, InterruptedException {
        CountDownLatch stop = new CountDownLatch(1);
        Signal.handle(new Signal("INT"), signal -> stop.countDown());
        Signal.handle(new Signal("TERM"), signal -> stop.countDown());
        try (Scene scene = Scene.begin(name, Scene.Place.of(server), limit)) {
            say(name + ": " + Scene.story(name));
            say("On a " + server + " with max_connections = " + limit + ". Give it a few seconds, then in another terminal:");
            say("  usher doctor --server mysql://root@" + server.host() + ":" + server.port());
            if (until.isPresent()) {
                stop.await(duration("--for", until.get()).toMillis(), TimeUnit.MILLISECONDS);
            } else {
                say("It ends with Ctrl-C.");
                stop.await();
            }
        }
        return ExitStatus.DONE;
    }

    private void show(Connection connection, String sql, int rows) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(sql)) {
            List<String> lines = Answer.read(result).table().lines().toList();
            lines.stream().limit(rows + 1L).forEach(line -> say("  " + line));
            if (lines.size() > rows + 1) {
                say("  and " + (lines.size() - rows - 1) + " more");
            }
        }
    }

    private static long connected(Connection connection) throws SQLException {
        return number(connection, "SHOW GLOBAL STATUS LIKE 'Threads_connected'");
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(row.getMetaData().getColumnCount());
        }
    }

    private void say(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
