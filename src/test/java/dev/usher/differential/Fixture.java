package dev.usher.differential;

import dev.usher.testing.Flavour;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Two schemas for each session on each side, with tables and stored code in the first; the names of the sides differ in one letter. */
final class Fixture {
    static final char DIRECT = 'd';
    static final char USHER = 'u';
    static final int SESSIONS = 6;

    /** More than one script draws. */
    private static final int NUMBERS = 1000;

    private final TestServer server;
    private long numbersFrom = 1;

    Fixture(TestServer server) {
        this.server = server;
    }

    static String schema(char side, int session) {
        return "dx" + side + session;
    }

    static String otherSchema(char side, int session) {
        return schema(side, session) + "o";
    }

    /** Text of one side as the direct side would have had it. */
    static String sideless(String text, char side) {
        if (side == DIRECT) {
            return text;
        }
        String replaced = text.replace("dxu", "dxd");
        return replaced.indexOf('\0') < 0 ? replaced : replaced.replace("d\0x\0u", "d\0x\0d");
    }

    /** Makes everything anew. */
    void create() throws SQLException {
        try (Connection root = server.connect();
                Statement statement = root.createStatement()) {
            TestAccount app = server.accounts().getFirst();
            for (int session = 0; session < SESSIONS; session++) {
                for (char side : new char[]{DIRECT, USHER}) {
                    for (String name : List.of(schema(side, session), otherSchema(side, session))) {
                        statement.execute("DROP DATABASE IF EXISTS " + name);
                        statement.execute("CREATE DATABASE " + name + " CHARACTER SET utf8mb4");
                        statement.execute("GRANT ALL ON " + name + ".* TO '" + app.user() + "'@'%'");
                    }
                    statement.execute("USE " + schema(side, session));
                    for (String sql : objects()) {
                        statement.execute(sql);
                    }
                }
            }
        }
    }

    private List<String> objects() {
        List<String> all = new ArrayList<>(List.of(
                "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, n INT, s VARCHAR(20))",
                "CREATE TABLE few (id INT PRIMARY KEY, word VARCHAR(10))",
                "INSERT INTO few VALUES (1, 'one'), (2, 'two'), (3, 'three'), (4, 'four'), (5, 'five')",
                "CREATE TABLE noted (id INT PRIMARY KEY AUTO_INCREMENT, n INT)",
                "CREATE TRIGGER notes BEFORE INSERT ON noted FOR EACH ROW SET @noted = IFNULL(@noted, 0) + NEW.n",
                "CREATE PROCEDURE sets_variable(v INT) SET @by_procedure = v",
                "CREATE PROCEDURE sets_time_zone() SET time_zone = '+07:00'",
                "CREATE PROCEDURE two_results() BEGIN SELECT 1 AS a; SELECT word FROM few WHERE id < 3; END",
                "CREATE PROCEDURE inserts(v INT) INSERT INTO t (n, s) VALUES (v, 'by procedure')",
                "CREATE PROCEDURE makes_table() CREATE TEMPORARY TABLE IF NOT EXISTS by_code SELECT 7 AS seven",
                "CREATE PROCEDURE fails() BEGIN INSERT INTO t (n) VALUES (99); SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'failed'; END",
                "CREATE PROCEDURE warns() BEGIN SIGNAL SQLSTATE '01000' SET MESSAGE_TEXT = 'warned'; END",
                "CREATE PROCEDURE gives(IN a INT, OUT b INT) BEGIN DO 0; SET b = a * 2; END",
                "CREATE FUNCTION locks() RETURNS INT DETERMINISTIC RETURN GET_LOCK(CONCAT(DATABASE(), '.f'), 0)",
                "CREATE FUNCTION sets() RETURNS INT DETERMINISTIC BEGIN SET @by_function = 3; RETURN 4; END",
                "CREATE FUNCTION plain_function(v INT) RETURNS INT DETERMINISTIC RETURN v + 1"));
        if (server.flavour() == Flavour.MARIADB) {
            all.add("CREATE SEQUENCE numbers");
        }
        return all;
    }

    /** What a script may have left in the tables of sessions is gone. */
    void empty(int sessions) throws SQLException {
        numbersFrom += NUMBERS;
        try (Connection root = server.connect();
                Statement statement = root.createStatement()) {
            statement.execute("SET SESSION lock_wait_timeout = 20");
            for (int session = 0; session < sessions; session++) {
                for (char side : new char[]{DIRECT, USHER}) {
                    statement.execute("USE " + schema(side, session));
                    statement.execute("TRUNCATE TABLE t");
                    statement.execute("TRUNCATE TABLE noted");
                    statement.execute("REPLACE INTO few VALUES (1, 'one'), (2, 'two'), (3, 'three'), (4, 'four'), (5, 'five')");
                    statement.execute("DROP TABLE IF EXISTS made");
                    if (server.flavour() == Flavour.MARIADB) {
                        // Never again a number that a connection may have from the script before.
                        statement.execute("ALTER SEQUENCE numbers RESTART " + numbersFrom);
                    }
                }
            }
        }
    }
}
