package dev.usher.doctor.scenarios;

import static dev.usher.doctor.rules.Cause.ACCOUNT_LIMIT;
import static dev.usher.doctor.rules.Cause.CONNECTION_LEAK;
import static dev.usher.doctor.rules.Cause.CONNECT_FLOOD;
import static dev.usher.doctor.rules.Cause.DESCRIPTOR_OR_THREAD_LIMIT;
import static dev.usher.doctor.rules.Cause.HEALTHY;
import static dev.usher.doctor.rules.Cause.LIMIT_TOO_LOW;
import static dev.usher.doctor.rules.Cause.MEMORY_PRESSURE;
import static dev.usher.doctor.rules.Cause.POOLER_MISCONFIGURED;
import static dev.usher.doctor.rules.Cause.POOLER_MISSING;
import static dev.usher.doctor.rules.Cause.SLOW_QUERY_STORM;

import com.zaxxer.hikari.HikariDataSource;
import dev.usher.doctor.rules.Diagnosis;
import dev.usher.testing.ServerKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** All situations. One list, so that it reads as the table of what the doctor can tell apart; that is why the file is long. */
final class Scenarios {
    private static final Duration LEAK_LONG_ENOUGH = Duration.ofSeconds(6);

    private Scenarios() {}

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        all.addAll(limitTooLow());
        all.addAll(leaks());
        all.addAll(storms());
        all.addAll(poolerMissing());
        all.addAll(pools());
        all.addAll(accounts());
        all.addAll(systemLimits());
        all.addAll(memory());
        all.addAll(floods());
        all.addAll(innocent());
        return List.copyOf(all);
    }

    private static List<Scenario> limitTooLow() {
        return List.of(
                Scenario.of(LIMIT_TOO_LOW, "thirty connections, all in use", stage -> {
                    stage.limit(20);
                    stage.python("busy", 10, 0.05);
                    stage.python("busy", 10, 0.05);
                    stage.python("busy", 10, 0.05);
                    stage.awaitConnected(19);
                }).inEveryBuild(),
                Scenario.of(LIMIT_TOO_LOW, "exactly full, and the administrators' place is free", stage -> {
                    stage.limit(20);
                    stage.python("busy", 19, 0.05);
                    stage.awaitConnected(19);
                    stage.python("visitors", 5);
                }),
                Scenario.of(LIMIT_TOO_LOW, "many workers with a connection each", stage -> {
                    stage.limit(12);
                    for (int i = 0; i < 15; i++) {
                        stage.php("persistent", 0.2);
                    }
                    stage.awaitConnected(12);
                    stage.python("visitors", 5);
                }),
                Scenario.of(LIMIT_TOO_LOW, "one pool whose connections are all borrowed and used", stage -> {
                    stage.limit(25);
                    HikariDataSource pool = stage.hikari(25, 25);
                    for (int i = 0; i < 25; i++) {
                        stage.meanwhile(() -> {
                            try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
                                statement.execute("SELECT SLEEP(0.02)");
                            }
                            Thread.sleep(20);
                        });
                    }
                    stage.awaitConnected(24);
                    stage.python("visitors", 5);
                }),
                Scenario.of(LIMIT_TOO_LOW, "three programs of different kinds, all busy", stage -> {
                    stage.limit(30);
                    stage.python("busy", 14, 0.1);
                    stage.node("pool", 8, 8);
                    for (int i = 0; i < 8; i++) {
                        stage.php("persistent", 0.1);
                    }
                    stage.awaitConnected(29);
                    stage.python("visitors", 5);
                }));
    }

    private static List<Scenario> leaks() {
        return List.of(
                Scenario.of(CONNECTION_LEAK, "grows, and the server has still room", stage -> {
                    stage.limit(80);
                    stage.python("leak", 0.2, 70);
                    stage.awaitConnected(15);
                }).inEveryBuild(),
                Scenario.of(CONNECTION_LEAK, "has filled the server", stage -> {
                    stage.limit(40);
                    stage.python("leak", 0.15, 1000);
                    stage.awaitConnected(39);
                    stage.python("visitors", 5);
                }),
                Scenario.of(CONNECTION_LEAK, "leaves transactions open", stage -> {
                    stage.limit(40);
                    stage.python("leak", 0.2, 35, "UPDATE stock SET amount = 1 WHERE id = $");
                    stage.awaitConnected(34);
                }),
                Scenario.of(CONNECTION_LEAK, "borrows from a pool and does not give back", stage -> {
                    stage.limit(40);
                    HikariDataSource pool = stage.hikari(60, 1);
                    List<Connection> kept = new ArrayList<>();
                    stage.meanwhile(() -> {
                        Connection connection = pool.getConnection();
                        kept.add(connection);
                        try (Statement statement = connection.createStatement()) {
                            statement.execute("SELECT COUNT(*) FROM stock");
                        }
                        Thread.sleep(200);
                    });
                    stage.awaitConnected(30);
                }),
                Scenario.of(CONNECTION_LEAK, "a Node program forgets to release", stage -> {
                    stage.limit(40);
                    stage.node("leak", 0.2, 36);
                    stage.awaitConnected(35);
                }),
                Scenario.of(CONNECTION_LEAK, "mixed: one process among healthy pools", stage -> {
                    stage.limit(80);
                    stage.python("pool", 15, 12).awaitReady();
                    stage.node("pool", 10, 8).awaitReady();
                    stage.python("busy", 8, 0.1);
                    LEAKING_PID.set(stage.python("leak", 0.2, 60).pid());
                    stage.awaitConnected(60);
                }).where(Scenarios::accusesTheLeakingProcess));
    }

    private static List<Scenario> storms() {
        return List.of(
                Scenario.of(SLOW_QUERY_STORM, "the same slow statement everywhere", stage -> {
                    stage.limit(40);
                    stage.python("statements", 36, 0, "SELECT SLEEP(4), COUNT(*) FROM stock WHERE amount = 17");
                    stage.awaitConnected(35);
                    stage.await(() -> stage.number("SHOW GLOBAL STATUS LIKE 'Threads_running'") > 30);
                }).inEveryBuild(),
                Scenario.of(SLOW_QUERY_STORM, "mixed: one idle transaction holds the row that all want", stage -> {
                    stage.limit(40);
                    stage.python("pool", 4, 2).awaitReady();
                    stage.python("hold", 1, 0, "BEGIN;UPDATE stock SET amount = amount - 1 WHERE id = 1").awaitReady();
                    stage.python("statements", 30, 0.01, "UPDATE stock SET amount = amount - 1 WHERE id = 1");
                    stage.awaitConnected(34);
                }).where(diagnosis -> diagnosis.findings().getFirst().id().equals("lock_pile_up")),
                Scenario.of(SLOW_QUERY_STORM, "an ALTER TABLE waits for an idle transaction, and all wait for it", stage -> {
                    stage.limit(40);
                    stage.python("hold", 1, 0, "BEGIN;SELECT * FROM stock").awaitReady();
                    stage.python("statements", 1, 10, "ALTER TABLE stock ADD COLUMN extra INT");
                    stage.await(() -> stage.number(
                            "SELECT COUNT(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for table metadata%'") > 0);
                    stage.python("statements", 30, 0.01, "SELECT COUNT(*) FROM stock");
                    stage.awaitConnected(31);
                }),
                Scenario.of(SLOW_QUERY_STORM, "each request opens a connection and waits for a named lock", stage -> {
                    stage.limit(40);
                    stage.python("hold", 1, 0, "SELECT GET_LOCK('report', 1)").awaitReady();
                    stage.python("requests", 60, 0.1, "SELECT GET_LOCK('report', 30)");
                    stage.awaitConnected(39);
                }),
                Scenario.of(SLOW_QUERY_STORM, "LOCK TABLES of a sleeping connection", stage -> {
                    stage.limit(40);
                    stage.python("hold", 1, 0, "LOCK TABLES stock WRITE").awaitReady();
                    stage.python("statements", 34, 0.01, "SELECT COUNT(*) FROM stock");
                    stage.awaitConnected(34);
                }));
    }

    private static List<Scenario> poolerMissing() {
        return List.of(
                Scenario.of(POOLER_MISSING, "Python opens a connection for each request", stage -> {
                    stage.limit(15);
                    stage.python("requests", 24, 0.1);
                    stage.await(() -> stage.number("SHOW GLOBAL STATUS LIKE 'Connection_errors_max_connections'") > 0);
                }).inEveryBuild(),
                Scenario.of(POOLER_MISSING, "PHP pages without persistent connections", stage -> {
                    stage.limit(10);
                    for (int i = 0; i < 24; i++) {
                        stage.php("requests", 0.02);
                    }
                    stage.await(() -> stage.number("SHOW GLOBAL STATUS LIKE 'Connection_errors_max_connections'") > 0);
                }),
                Scenario.of(POOLER_MISSING, "Node opens a connection for each request", stage -> {
                    stage.limit(15);
                    stage.node("requests", 40, 0.05);
                    stage.await(() -> stage.number("SHOW GLOBAL STATUS LIKE 'Connection_errors_max_connections'") > 0);
                }),
                Scenario.of(POOLER_MISSING, "Java without a pool, beside a small healthy one", stage -> {
                    stage.limit(20);
                    stage.python("pool", 4, 3).awaitReady();
                    String url = "jdbc:mariadb://127.0.0.1:" + stage.server().port()
                            + "/test?user=app&password=app-secret&sslMode=disable&allowPublicKeyRetrieval=true";
                    for (int i = 0; i < 40; i++) {
                        stage.meanwhile(() -> {
                            try (Connection connection = DriverManager.getConnection(url);
                                    Statement statement = connection.createStatement()) {
                                statement.execute("SELECT SLEEP(0.05)");
                            } finally {
                                Thread.sleep(30);
                            }
                        });
                    }
                    stage.await(() -> stage.number("SHOW GLOBAL STATUS LIKE 'Connection_errors_max_connections'") > 0);
                }));
    }

    private static List<Scenario> pools() {
        return List.of(
                Scenario.of(POOLER_MISCONFIGURED, "four pools of ten, and a fifth that does not fit", stage -> {
                    stage.limit(40);
                    for (int i = 0; i < 4; i++) {
                        stage.python("pool", 10, 1).awaitReady();
                    }
                    stage.python("pool", 10, 1);
                }).inEveryBuild(),
                Scenario.of(POOLER_MISCONFIGURED, "one pool as large as the server", stage -> {
                    stage.limit(30);
                    HikariDataSource pool = stage.hikari(30, 30);
                    stage.awaitConnected(30);
                    stage.meanwhile(() -> {
                        try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
                            statement.execute("SELECT 1");
                        }
                        Thread.sleep(50);
                    });
                    stage.python("visitors", 5);
                }),
                Scenario.of(POOLER_MISCONFIGURED, "Node and Python, unequal", stage -> {
                    stage.limit(38);
                    stage.node("pool", 18, 2).awaitReady();
                    stage.python("pool", 12, 2).awaitReady();
                    stage.python("pool", 8, 1).awaitReady();
                    stage.python("visitors", 5);
                }),
                Scenario.of(POOLER_MISCONFIGURED, "all asleep for a while, and a new instance is refused", stage -> {
                    stage.limit(24);
                    stage.python("pool", 12, 0).awaitReady();
                    stage.python("pool", 12, 0).awaitReady();
                    quiet(LEAK_LONG_ENOUGH);
                    stage.python("pool", 12, 0);
                }));
    }

    private static List<Scenario> accounts() {
        return List.of(
                Scenario.of(ACCOUNT_LIMIT, "an account may have six connections, and its pool wants ten", stage -> {
                    stage.sql("CREATE USER narrow@'%' IDENTIFIED BY 'narrow-secret' WITH MAX_USER_CONNECTIONS 6",
                            "GRANT ALL ON test.* TO narrow@'%'");
                    stage.finallyDo(() -> stage.sql("DROP USER narrow@'%'"));
                    stage.python("narrow", "busy", 10, 0.1);
                    stage.awaitConnected(6);
                }).inEveryBuild(),
                Scenario.of(ACCOUNT_LIMIT, "every account may have eight", stage -> {
                    stage.python("busy", 14, 0.1);
                    stage.awaitConnected(8);
                }).withServer("--max-user-connections=8"),
                Scenario.of(ACCOUNT_LIMIT, "an account's requests meet its limit", stage -> {
                    stage.sql("CREATE USER narrow@'%' IDENTIFIED BY 'narrow-secret' WITH MAX_USER_CONNECTIONS 5",
                            "GRANT ALL ON test.* TO narrow@'%'");
                    stage.finallyDo(() -> stage.sql("DROP USER narrow@'%'"));
                    stage.python("narrow", "requests", 16, 0.02, "SELECT SLEEP(0.5)");
                    stage.awaitConnected(4);
                }),
                Scenario.of(ACCOUNT_LIMIT, "a pool that is idle holds all that the account may have", stage -> {
                    stage.sql("CREATE USER narrow@'%' IDENTIFIED BY 'narrow-secret' WITH MAX_USER_CONNECTIONS 6",
                            "GRANT ALL ON test.* TO narrow@'%'");
                    stage.finallyDo(() -> stage.sql("DROP USER narrow@'%'"));
                    stage.python("pool", 10, 3).awaitReady();
                    stage.python("narrow", "pool", 6, 0).awaitReady();
                    stage.python("narrow", "visitors", 4);
                }),
                Scenario.of(ACCOUNT_LIMIT, "connections in an hour", stage -> {
                    stage.sql("CREATE USER narrow@'%' IDENTIFIED BY 'narrow-secret' WITH MAX_CONNECTIONS_PER_HOUR 10",
                            "GRANT ALL ON test.* TO narrow@'%'");
                    stage.finallyDo(() -> stage.sql("DROP USER narrow@'%'"));
                    stage.python("narrow", "requests", 2, 0.2);
                    stage.await(() -> stage.number("SHOW GLOBAL STATUS LIKE 'Aborted_connects'") > 3);
                }));
    }

    private static List<Scenario> systemLimits() {
        return List.of(
                Scenario.of(DESCRIPTOR_OR_THREAD_LIMIT, "descriptors nearly gone", stage -> {
                    stage.python("pool", 100, 4).awaitReady();
                    leaveFewDescriptors(stage, 0);
                }).withServer("--table-open-cache=64").inEveryBuild(),
                Scenario.of(DESCRIPTOR_OR_THREAD_LIMIT, "threads of the control group nearly gone", stage -> {
                    stage.python("pool", 20, 4).awaitReady();
                    Path group = stage.cgroup("pids");
                    Files.writeString(group.resolve("pids.max"), Long.toString(threads(stage) + 3));
                }),
                Scenario.of(DESCRIPTOR_OR_THREAD_LIMIT, "no thread for a new connection", stage -> {
                    stage.set("thread_cache_size", 0);
                    stage.python("pool", 10, 4).awaitReady();
                    Path group = stage.cgroup("pids");
                    Files.writeString(group.resolve("pids.max"), Long.toString(threads(stage) + 2));
                    stage.python("busy", 6, 0.1);
                }),
                Scenario.of(DESCRIPTOR_OR_THREAD_LIMIT, "descriptors go while clients come", stage -> {
                    stage.python("pool", 100, 4).awaitReady();
                    leaveFewDescriptors(stage, 3);
                    stage.python("busy", 3, 0.1);
                    stage.awaitConnected(103);
                }).withServer("--table-open-cache=64"));
    }

    private static List<Scenario> memory() {
        return List.of(
                Scenario.of(MEMORY_PRESSURE, "MySQL's limit on the memory of all connections", stage -> {
                    stage.sql("SET GLOBAL global_connection_memory_tracking = ON");
                    stage.finallyDo(() -> stage.sql("SET GLOBAL global_connection_memory_tracking = OFF"));
                    stage.python("heavy", 16, 4);
                    stage.await(() -> stage.number("SHOW GLOBAL STATUS LIKE 'Global_connection_memory'") > 20_000_000);
                    stage.sql("SET GLOBAL global_connection_memory_limit = 20000000");
                    stage.finallyDo(() -> stage.sql("SET GLOBAL global_connection_memory_limit = DEFAULT"));
                }).only(ServerKind.MYSQL).inEveryBuild(),
                Scenario.of(MEMORY_PRESSURE, "connections that keep much in the server's control group", stage -> {
                    Path group = stage.cgroup("memory");
                    stage.python("fat", 20, 18).awaitReady();
                    limitMemory(group);
                }).withServer("--max-connections=60"),
                Scenario.of(MEMORY_PRESSURE, "full, and no memory to raise the limit", stage -> {
                    Path group = stage.cgroup("memory");
                    stage.limit(20);
                    stage.python("fat", 10, 36).awaitReady();
                    stage.python("busy", 14, 0.1);
                    stage.awaitConnected(19);
                    limitMemory(group);
                }).withServer("--max-connections=20"),
                Scenario.of(MEMORY_PRESSURE, "tables in memory", stage -> {
                    Path group = stage.cgroup("memory");
                    stage.python("pool", 10, 5).awaitReady();
                    stage.python("hold", 5, 0,
                            "SET max_heap_table_size = 268435456;CREATE TEMPORARY TABLE big (text CHAR(255)) ENGINE = MEMORY;"
                                    + "INSERT INTO big SELECT REPEAT('x', 255) FROM stock a, stock b LIMIT 65000")
                            .awaitReady();
                    limitMemory(group);
                }).withServer("--max-connections=50"),
                Scenario.of(MEMORY_PRESSURE, "connections that come while memory is at its limit", stage -> {
                    Path group = stage.cgroup("memory");
                    stage.python("fat", 12, 30).awaitReady();
                    limitMemory(group);
                    stage.python("busy", 8, 0.1);
                }).withServer("--max-connections=60"));
    }

    private static List<Scenario> floods() {
        return List.of(
                Scenario.of(CONNECT_FLOOD, "wrong passwords", stage -> {
                    stage.python("pool", 5, 2).awaitReady();
                    stage.python("wrong", 4, 0.02);
                    stage.await(() -> stage.number("SHOW GLOBAL STATUS LIKE 'Aborted_connects'") > 5);
                }).inEveryBuild(),
                Scenario.of(CONNECT_FLOOD, "connections that never log in", stage -> {
                    stage.limit(60);
                    stage.python("pool", 5, 2).awaitReady();
                    stage.python("half_open", 30);
                    stage.awaitConnected(25);
                }),
                Scenario.of(CONNECT_FLOOD, "health checks that break off", stage -> {
                    stage.python("pool", 5, 2).awaitReady();
                    stage.python("broken", 60);
                    stage.await(() -> stage.number("SHOW GLOBAL STATUS LIKE 'Aborted_connects'") > 20);
                }),
                Scenario.of(CONNECT_FLOOD, "an account that is not there, from several programs", stage -> {
                    stage.limit(30);
                    for (int i = 0; i < 6; i++) {
                        stage.php("wrong", 0.01);
                    }
                    stage.python("wrong", 3, 0.02, "nobody");
                    stage.await(() -> stage.number("SHOW GLOBAL STATUS LIKE 'Aborted_connects'") > 20);
                }));
    }

    private static List<Scenario> innocent() {
        return List.of(
                Scenario.of(HEALTHY, "a big pool that is used", stage -> {
                    stage.limit(100);
                    stage.python("pool", 60, 40).awaitReady();
                }).inEveryBuild(),
                Scenario.of(HEALTHY, "a nightly batch", stage -> {
                    stage.limit(100);
                    stage.python("pool", 10, 4).awaitReady();
                    stage.python("statements", 4, 0.1, "UPDATE stock SET amount = amount + SLEEP(0.1) WHERE id BETWEEN 100 AND 140");
                    stage.awaitConnected(13);
                }),
                Scenario.of(HEALTHY, "a long report", stage -> {
                    stage.limit(50);
                    stage.python("pool", 20, 10).awaitReady();
                    stage.python("statements", 2, 0, "SELECT SLEEP(30), COUNT(*) FROM stock");
                    stage.awaitConnected(21);
                }),
                Scenario.of(HEALTHY, "an Usher in front of twice as many busy clients as there are connections", stage -> {
                    stage.limit(20);
                    stage.throughUsher("busy", 40, 0.4);
                    stage.awaitConnected(4);
                }).where(diagnosis -> !diagnosis.facts().variable("performance_schema").equals("ON")
                        || diagnosis.findings().stream().anyMatch(finding -> finding.id().equals("usher_in_front"))),
                Scenario.of(HEALTHY, "a pool that sleeps", stage -> {
                    stage.limit(60);
                    stage.hikari(30, 30);
                    stage.awaitConnected(30);
                    quiet(LEAK_LONG_ENOUGH);
                }),
                Scenario.of(HEALTHY, "a pool that fills while we watch", stage -> {
                    stage.limit(100);
                    stage.python("pool", 10, 5).awaitReady();
                    stage.meanwhile(new OnceLater(() -> stage.python("pool", 40, 3)));
                }),
                Scenario.of(HEALTHY, "scripts that come and go", stage -> {
                    stage.limit(50);
                    stage.python("pool", 8, 3).awaitReady();
                    stage.python("requests", 2, 0.5);
                }),
                Scenario.of(HEALTHY, "a wrong password now and then", stage -> {
                    stage.limit(50);
                    stage.python("pool", 8, 3).awaitReady();
                    stage.python("wrong", 1, 0.8);
                }),
                Scenario.of(HEALTHY, "workers with a connection each, asleep", stage -> {
                    stage.limit(50);
                    for (int i = 0; i < 14; i++) {
                        stage.php("idle", 0.2);
                        quiet(Duration.ofMillis(300));
                    }
                    stage.awaitConnected(14);
                }),
                Scenario.of(HEALTHY, "a lock that is held for moments", stage -> {
                    stage.limit(60);
                    stage.python("statements", 15, 0.05, "UPDATE stock SET amount = amount + 1 WHERE id = 1");
                    stage.awaitConnected(15);
                }));
    }

    /** For scenarios in which time must pass on the server, such as connections growing old. */
    private static void quiet(Duration time) throws InterruptedException {
        Instant end = Instant.now().plus(time);
        while (Instant.now().isBefore(end)) {
            Thread.sleep(50);
        }
    }

    /** Starts something when a watch is under way. */
    private record OnceLater(Runnable what) implements Stage.Action {
        @Override
        public void run() throws InterruptedException {
            Thread.sleep(1500);
            what.run();
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    /** Of the scenario that runs on this thread: those of the other server run at the same time. */
    private static final ThreadLocal<Long> LEAKING_PID = new ThreadLocal<>();

    private static boolean accusesTheLeakingProcess(Diagnosis diagnosis) {
        return diagnosis.summary().contains("pid " + LEAKING_PID.get());
    }

    private static long descriptors(Stage stage) throws IOException {
        try (var files = Files.list(Path.of("/proc", Long.toString(stage.pid()), "fd"))) {
            return files.count();
        }
    }

    private static long threads(Stage stage) throws IOException {
        try (var files = Files.list(Path.of("/proc", Long.toString(stage.pid()), "task"))) {
            return files.count();
        }
    }

    /**
     * So few that the doctor must see it, and enough for what the server opens by itself: MySQL ends when InnoDB gets none. The doctor has looked before, so
     * that the tables of what it asks are open.
     */
    /** @param clients still to come */
    private static void leaveFewDescriptors(Stage stage, int clients) throws Exception {
        ScenarioRun.diagnose(stage.server(), Duration.ZERO);
        long open = descriptors(stage);
        // MySQL needs a few more for what the doctor asks, and ends if it does not get them.
        limitDescriptors(stage, open + clients + (stage.isMySql() ? 14 : 4 + open / 20));
    }

    private static void limitDescriptors(Stage stage, long limit) throws Exception {
        Process process = new ProcessBuilder("prlimit", "--pid", Long.toString(stage.pid()), "--nofile=" + limit + ":").start();
        if (process.waitFor() != 0) {
            throw new AssertionError(new String(process.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    /** A little above what is used now; the temporary tables for what the doctor asks take some megabytes. */
    private static void limitMemory(Path group) throws IOException {
        long usage = Long.parseLong(Files.readString(group.resolve("memory.usage_in_bytes")).strip());
        Files.writeString(group.resolve("memory.limit_in_bytes"), Long.toString(usage + (24L << 20)));
    }
}
