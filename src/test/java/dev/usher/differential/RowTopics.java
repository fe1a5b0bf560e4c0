package dev.usher.differential;

import java.util.List;

/** Reading and writing, errors, warnings, several statements at once, files. */
final class RowTopics {
    static final List<Topic> ALL = List.of(
            Topic.of("insert", 8, RowTopics::insert),
            Topic.of("select", 10, s -> s.queryOneOf("SELECT 1", "SELECT * FROM few", "SELECT id, n, s FROM t ORDER BY id DESC LIMIT 5",
                    "SELECT COUNT(*), SUM(n) FROM t", "SELECT word FROM few WHERE id > 9", "SELECT 1 UNION SELECT 2", "SHOW TABLES",
                    "SELECT a.word, b.word FROM few a JOIN few b ON a.id = b.id + 1 ORDER BY 1, 2", "SELECT REPEAT('r', 3000)",
                    "SELECT NULL, 1.5, 1e10, 'x', DATE'2024-01-02', CAST(3 AS UNSIGNED)", "VALUES ROW(1,2), ROW(3,4)", "TABLE few",
                    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r WHERE n < 20) SELECT * FROM r",
                    "EXPLAIN SELECT 1",
                    "SELECT n, COUNT(*) FROM t GROUP BY n ORDER BY n", "DESCRIBE few", "SELECT USER(), CURRENT_USER()")),
            Topic.of("update", 4, s -> s.queryOneOf("UPDATE t SET n = n + 1 ORDER BY id LIMIT 3", "UPDATE t SET s = 'updated' WHERE id = 1",
                    "DELETE FROM t ORDER BY id DESC LIMIT 1", "DELETE FROM t WHERE n = 3", "REPLACE INTO t (id, n) VALUES (1, 5)",
                    "INSERT INTO t (id, n) VALUES (1, 1) ON DUPLICATE KEY UPDATE n = n + 10, id = LAST_INSERT_ID(id)",
                    "UPDATE few SET word = 'two' WHERE id = 2", "INSERT INTO t (n) SELECT id FROM few", "UPDATE t SET n = n")),
            Topic.of("error", 6, RowTopics::error),
            Topic.of("several", 5, RowTopics::several),
            Topic.of("file", 1, s -> s.queryOneOf("LOAD DATA LOCAL INFILE 'a' INTO TABLE t FIELDS TERMINATED BY ',' (n, s)",
                    "LOAD DATA LOCAL INFILE 'a' INTO TABLE few FIELDS TERMINATED BY ','",
                    "LOAD DATA LOCAL INFILE 'a' INTO TABLE no_such_table")),
            Topic.of("ping", 3, s -> s.say(new Command.Ping())),
            Topic.of("option", 1, s -> {
                s.say(new Command.SetOption(s.number(3) == 2 ? 7 : 1));
                s.query("SELECT 1; SELECT 2");
                s.say(new Command.SetOption(s.multiStatements() ? 0 : 1));
            }),
            Topic.of("definition", 1, s -> {
                s.queryOneOf("CREATE TABLE IF NOT EXISTS made (a INT)", "CREATE TABLE made (a INT, b INT)", "DROP TABLE IF EXISTS made",
                        "DROP TABLE made");
                s.queryOneOf("INSERT INTO made (a) VALUES (1)", "SELECT * FROM made", "SHOW WARNINGS");
            }));

    private RowTopics() {}

    private static void insert(Speaker s) {
        int n = s.number(9);
        s.queryOneOf("INSERT INTO t (n) VALUES (" + n + ")", "INSERT INTO t (n, s) VALUES (" + n + ", 'a'), (2, 'b'), (3, 'c')",
                "INSERT INTO t (id, n) VALUES (NULL, " + n + ")", "INSERT IGNORE INTO t (n, s) VALUES ('x', REPEAT('long', 20))",
                "INSERT INTO t (id, n) VALUES (0, " + n + ")", "INSERT INTO t SET n = " + n, "INSERT INTO t (n) VALUES (" + n + ") -- end",
                "INSERT IGNORE INTO few VALUES (1, 'again')");
        if (s.once(2)) {
            s.queryOneOf("SELECT LAST_INSERT_ID()", "SELECT ROW_COUNT()", "SELECT LAST_INSERT_ID() AS id, 5", "SELECT @@last_insert_id",
                    "SELECT @@identity", "SELECT * FROM t WHERE id IS NULL", "INSERT INTO t (n) VALUES (LAST_INSERT_ID())",
                    "UPDATE t SET n = 77 WHERE id = LAST_INSERT_ID()");
        }
    }

    static void error(Speaker s) {
        s.queryOneOf("SELECT no_such_column FROM few", "SELECT * FROM no_such_table", "SELEC 1", "INSERT INTO few VALUES (1, 'again')",
                "SELECT * FROM few WHERE", "CREATE TABLE few (a INT)", "DROP TABLE no_such_table", "SELECT (SELECT id FROM few)",
                "INSERT INTO few VALUES (2)", "GRANT ALL ON *.* TO nobody",
                "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'own', MYSQL_ERRNO = 1234", "", "-- only a comment",
                s.mariaDb() ? "UPDATE t SET n = (SELECT word FROM few)" : "DELETE FROM t WHERE id = (SELECT id FROM few)");
    }

    static void simpleWrite(Speaker s) {
        s.queryOneOf("INSERT INTO t (n) VALUES (6)", "UPDATE t SET n = n + 1 WHERE id < 3", "DELETE FROM t WHERE id = 2",
                "SELECT COUNT(*) FROM t",
                "INSERT INTO few VALUES (1, 'again')", "SELECT * FROM few WHERE id = 1 FOR UPDATE");
    }

    static String simple(Speaker s) {
        return s.oneOf("SELECT 1", "SELECT word FROM few LIMIT 1", "INSERT INTO t (n) VALUES (5)", "SET time_zone = '+02:00'", "USE {s}",
                "SELECT @@time_zone", "UPDATE t SET n = 9 WHERE id = 2", "SELECT * FROM no_such_table", "SET @@sql_mode = 'ANSI_QUOTES'",
                "SELECT LAST_INSERT_ID()", "SELECT 'a;b'", "/* ; */ SELECT 2", "SET NAMES latin1", "SELEC");
    }

    private static void several(Speaker s) {
        StringBuilder sql = new StringBuilder(simple(s));
        for (int i = 0; i <= s.number(3); i++) {
            sql.append("; ").append(simple(s));
        }
        s.query(sql + s.oneOf("", ";", " ; "));
        SettingTopics.shown(s);
    }
}
