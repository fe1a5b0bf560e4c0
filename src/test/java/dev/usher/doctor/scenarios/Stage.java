package dev.usher.doctor.scenarios;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.usher.app.Usher;
import dev.usher.config.HostAndPort;
import dev.usher.config.ListenAddress;
import dev.usher.config.UsherConfig;
import dev.usher.doctor.machine.LocalServer;
import dev.usher.testing.Flavour;
import dev.usher.testing.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A server and the client programs that act on it. Everything ends with {@link #close}, and the server is as before. */
final class Stage implements AutoCloseable {
    private static final Path PROGRAMS = Path.of("src", "test", "clients", "doctor");
    private static final Path NODE_MODULES = Path.of(System.getProperty("user.home"), ".cache", "usher-tests", "node", "node_modules");

    private final TestServer server;
    private final Connection root;
    private final Deque<AutoCloseable> toClose = new ArrayDeque<>();

    Stage(TestServer server) throws SQLException {
        this.server = server;
        root = server.connect();
    }

    TestServer server() {
        return server;
    }

    boolean isMySql() {
        return server.flavour() == Flavour.MYSQL;
    }

    /** As root. */
    void sql(String... statements) {
        try (Statement statement = root.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** Sets a global variable until the stage is closed. */
    void set(String variable, long value) {
        long before = number("SELECT @@global." + variable);
        sql("SET GLOBAL " + variable + " = " + value);
        toClose.push(() -> sql("SET GLOBAL " + variable + " = " + before));
    }

    /** So many connections for clients: our own one counts as well. */
    void limit(int clients) {
        set("max_connections", clients + 1);
    }

    long number(String sql) {
        try (Statement statement = root.createStatement(); ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(row.getMetaData().getColumnCount());
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** What must be undone at the end. */
    void finallyDo(AutoCloseable end) {
        toClose.push(end);
    }

    /** Clients behave in some way until the end; see the programs for what they can. */
    Client python(String behaviour, Object... arguments) {
        return python("app", behaviour, arguments);
    }

    Client python(String user, String behaviour, Object... arguments) {
        return start(List.of("/usr/bin/python3", PROGRAMS.resolve("client.py").toString()), user, behaviour, arguments);
    }

    Client node(String behaviour, Object... arguments) {
        return start(List.of("node", PROGRAMS.resolve("client.js").toString()), "app", behaviour, arguments);
    }

    Client php(String behaviour, Object... arguments) {
        return start(List.of("php", PROGRAMS.resolve("client.php").toString()), "app", behaviour, arguments);
    }

    private Client start(List<String> program, String user, String behaviour, Object... arguments) {
        return start(program, server.port(), user, behaviour, arguments);
    }

    private Client start(List<String> program, int port, String user, String behaviour, Object... arguments) {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(Integer.toString(port), user, user + "-secret", behaviour));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().putAll(new TreeMap<>(Map.of("NODE_PATH", NODE_MODULES.toString())));
            Client client = new Client(builder.start());
            toClose.push(client);
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A program under way. */
    record Client(Process process) implements AutoCloseable {
        /** Until it says that its connections are there. */
        Client awaitReady() {
            try {
                BufferedReader output = process.inputReader();
                Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50))
                        .until(() -> output.ready() || !process.isAlive());
                String line = output.readLine();
                if (!"ready".equals(line)) {
                    throw new AssertionError("the client said " + line);
                }
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        long pid() {
            return process.pid();
        }

        @Override
        public void close() throws InterruptedException {
            process.destroyForcibly();
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }

    /** A pool within this JVM, filled. */
    HikariDataSource hikari(int size, int minimumIdle) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:mariadb://127.0.0.1:" + server.port() + "/test?sslMode=disable&allowPublicKeyRetrieval=true");
        config.setUsername("app");
        config.setPassword("app-secret");
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(minimumIdle);
        config.setConnectionTimeout(10_000);
        config.setInitializationFailTimeout(-1);
        HikariDataSource pool = new HikariDataSource(config);
        toClose.push(pool::close);
        return pool;
    }

    /** An Usher in front of the server, and clients that behave in some way through it. */
    void throughUsher(String behaviour, Object... arguments) {
        UsherConfig config = UsherConfig.forServer(new HostAndPort(server.host(), server.port()));
        Usher usher = Usher.start(config.withListen(new ListenAddress.Tcp("127.0.0.1", 0))
                .withAdmin(config.admin().withListen(Optional.empty()))
                .withTls(config.tls().withStateDirectory(Path.of("target", "scenarios-usher"))));
        toClose.push(usher);
        int port = ((InetSocketAddress) usher.addresses().getFirst()).getPort();
        start(List.of("/usr/bin/python3", PROGRAMS.resolve("client.py").toString()), port, "app", behaviour, arguments);
    }

    /** Something that goes on in a thread of this JVM until the end; a failed statement is tried again. */
    void meanwhile(Action action) {
        Thread thread = Thread.ofVirtual().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    action.run();
                } catch (SQLException e) {
                    // as clients do
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
        toClose.push(() -> {
            thread.interrupt();
            thread.join(5000);
        });
    }

    interface Action {
        void run() throws SQLException, InterruptedException;
    }

    /** Until so many clients are connected. */
    void awaitConnected(int count) {
        await(() -> number("SHOW GLOBAL STATUS LIKE 'Threads_connected'") > count);
    }

    void await(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100)).until(condition);
    }

    long pid() {
        return LocalServer.atPort(server.port()).orElseThrow().pid();
    }

    /** Puts the server into a control group of its own until the end, and gives its folder. */
    Path cgroup(String controller) {
        Path parent = Path.of("/sys/fs/cgroup", controller);
        Path group = parent.resolve("usher-test-" + ProcessHandle.current().pid() + "-" + pid());
        try {
            Files.createDirectory(group);
            String before = Files.readAllLines(Path.of("/proc", Long.toString(pid()), "cgroup")).stream()
                    .filter(line -> List.of(line.split(":")[1].split(",")).contains(controller)).findFirst().orElseThrow().split(":", 3)[2];
            Files.writeString(group.resolve("cgroup.procs"), Long.toString(pid()));
            long moved = pid();
            toClose.push(() -> {
                Files.writeString(parent.resolve(before.substring(1)).resolve("cgroup.procs"), Long.toString(moved));
                Files.delete(group);
            });
            return group;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        while (!toClose.isEmpty()) {
            try {
                toClose.pop().close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        // The server notices that clients have gone when it writes to them or reads from them: the next scenario begins without them.
        sql("FLUSH STATUS");
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            killOthers();
            return number("SELECT COUNT(*) FROM information_schema.processlist WHERE user NOT IN ('event_scheduler', 'system user')") <= 1;
        });
        try {
            root.close();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private void killOthers() throws SQLException {
        try (Statement statement = root.createStatement();
                ResultSet row = statement.executeQuery("SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID()"
                        + " AND user NOT IN ('event_scheduler', 'system user')");
                Statement kill = root.createStatement()) {
            while (row.next()) {
                try {
                    kill.execute("KILL " + row.getLong(1));
                } catch (SQLException gone) {
                    // by itself
                }
            }
        }
    }
}
