package dev.usher.cli.reproduce;

import dev.usher.embedded.EmbeddedServer;
import java.io.IOException;
import java.net.Socket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One of the causes, kept going until it is closed, on a server that has nothing else to do. */
public final class Scene implements AutoCloseable {
    private static final String PASSWORD = "usher";

    private final Place server;
    private final List<Thread> threads = new ArrayList<>();
    private final List<AutoCloseable> held = new ArrayList<>();

    private Scene(Place server) {
        this.server = server;
    }

    /**
     * Where it is played.
     *
     * @param rootPort where root gets in without a password, before the play begins
     */
    public record Place(String host, int port, int rootPort) {
        public static Place of(EmbeddedServer server) {
            return new Place(server.host(), server.port(), server.extraPort());
        }
    }

    private interface Play {
        void on(Scene scene, int limit) throws SQLException;
    }

    private record Plot(String story, Play play) {}

    private static final Map<String, Plot> PLOTS = new TreeMap<>(Map.of(
            "leak", new Plot("an application opens a connection every 0.3 s, uses it once and forgets it", Scene::leak),
            "storm", new Plot("every connection executes the same statement of several seconds", Scene::storm),
            "flood", new Plot("wrong passwords, 50 a second, and connections that never log in", Scene::flood),
            "pools", new Plot("three applications whose pools hold every connection and use one or two", Scene::pools),
            "low-limit", new Plot("more clients than max_connections, all of them busy", Scene::lowLimit),
            "account", new Plot("an account that may have 5 connections and wants more", Scene::account),
            "lock", new Plot("a transaction that is left open holds the row which all others want", Scene::lock)));

    /** What {@code --cause} takes. */
    public static List<String> causes() {
        return List.copyOf(PLOTS.keySet());
    }

    /** What happens, in a sentence. */
    public static String story(String cause) {
        return plot(cause).story();
    }

    private static Plot plot(String cause) {
        Plot plot = PLOTS.get(cause);
        if (plot == null) {
            throw new IllegalArgumentException("no such cause: " + cause);
        }
        return plot;
    }

    /** Begins it, and returns while it grows. */
    public static Scene begin(String cause, Place server, int limit) throws SQLException {
        Scene scene = new Scene(server);
        scene.asRoot("CREATE DATABASE shop", "CREATE TABLE shop.stock (id INT PRIMARY KEY, amount INT NOT NULL)",
                "INSERT INTO shop.stock VALUES (1, 100), (2, 100), (3, 100)");
        for (String account : List.of("shop", "orders", "reports")) {
            scene.asRoot("CREATE USER " + account + "@'%' IDENTIFIED BY '" + PASSWORD + "'", "GRANT ALL ON shop.* TO " + account + "@'%'");
        }
        plot(cause).play().on(scene, limit);
        return scene;
    }

    private void leak(int limit) {
        go(() -> {
            while (true) {
                keep("shop", "SELECT COUNT(*) FROM stock");
                Thread.sleep(300);
            }
        });
    }

    private void storm(int limit) {
        for (int i = 0; i < limit + 2; i++) {
            repeat("shop", "SELECT SLEEP(6), COUNT(*) FROM stock WHERE amount > 17", 0);
        }
    }

    private void flood(int limit) {
        go(() -> {
            while (true) {
                try {
                    connect("shop", "wrong").close();
                } catch (SQLException denied) {
                    Thread.sleep(20);
                }
            }
        });
        go(() -> {
            List<Socket> sockets = new ArrayList<>();
            while (true) {
                for (Socket socket : sockets) {
                    socket.close();
                }
                sockets.clear();
                for (int i = 0; i < limit / 2; i++) {
                    sockets.add(new Socket(server.host(), server.port()));
                    remember(sockets.getLast());
                }
                Thread.sleep(8000); // the server closes them after connect_timeout, 10 s
            }
        });
    }

    private void pools(int limit) throws SQLException {
        List<String> accounts = List.of("shop", "orders", "reports");
        int each = limit / accounts.size();
        for (int i = 0; i < accounts.size(); i++) {
            String account = accounts.get(i);
            Connection used = keep(account, "SELECT 1");
            for (int more = 1; more < (i == 0 ? limit - each * 2 : each); more++) {
                keep(account, "SELECT 1");
            }
            go(() -> {
                while (true) {
                    execute(used, "SELECT COUNT(*) FROM stock");
                    Thread.sleep(200);
                }
            });
        }
        visitors();
    }

    private void lowLimit(int limit) {
        for (int i = 0; i < limit + limit / 2; i++) {
            repeat(List.of("shop", "orders", "reports").get(i % 3), "SELECT SLEEP(0.05) FROM stock", 100);
        }
    }

    private void account(int limit) throws SQLException {
        asRoot("ALTER USER shop@'%' WITH MAX_USER_CONNECTIONS 5");
        for (int i = 0; i < 8; i++) {
            repeat("shop", "SELECT SLEEP(0.05) FROM stock", 100);
        }
    }

    private void lock(int limit) throws SQLException {
        Connection idle = keep("orders", "SELECT 1");
        execute(idle, "BEGIN");
        execute(idle, "UPDATE stock SET amount = amount - 1 WHERE id = 1");
        for (int i = 0; i < limit; i++) {
            repeat("shop", "UPDATE stock SET amount = amount - 1 WHERE id = 1", 50);
        }
    }

    private void visitors() {
        go(() -> {
            while (true) {
                try {
                    connect("shop", PASSWORD).close();
                } catch (SQLException refused) {
                    Thread.sleep(200);
                }
            }
        });
    }

    private void repeat(String account, String sql, int pause) {
        go(() -> {
            try (Connection connection = connect(account, PASSWORD)) {
                while (true) {
                    try {
                        execute(connection, sql);
                    } catch (SQLException e) {
                        if (!connection.isValid(1)) {
                            throw e;
                        }
                    }
                    Thread.sleep(pause);
                }
            }
        });
    }

    private interface Part {
        void act() throws SQLException, IOException, InterruptedException;
    }

    /** What fails begins anew, as clients do. */
    private void go(Part part) {
        threads.add(Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    try {
                        part.act();
                    } catch (SQLException | IOException refused) {
                        Thread.sleep(100);
                    }
                }
            } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private Connection keep(String account, String sql) throws SQLException {
        Connection connection = connect(account, PASSWORD);
        remember(connection);
        execute(connection, sql);
        return connection;
    }

    private synchronized void remember(AutoCloseable what) {
        held.add(what);
    }

    private Connection connect(String account, String password) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mariadb://" + server.host() + ":" + server.port()
                        + "/shop?sslMode=disable&allowPublicKeyRetrieval=true&connectionAttributes=program_name:" + account,
                account, password);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void asRoot(String... statements) throws SQLException {
        try (Connection root = DriverManager
                .getConnection("jdbc:mariadb://" + server.host() + ":" + server.rootPort() + "/?sslMode=disable", "root", "")) {
            for (String sql : statements) {
                execute(root, sql);
            }
        }
    }

    /** Ends it. The server stays. */
    @Override
    public synchronized void close() {
        threads.forEach(Thread::interrupt);
        for (AutoCloseable one : held) {
            try {
                one.close();
            } catch (Exception gone) {
                // so it holds nothing any more
            }
        }
    }
}
