package dev.usher.differential;

import java.util.List;

/** What a statement leaves for the next one to ask: insert ids, row counts, diagnostics. */
final class LeftoverTopics {
    static final List<Topic> ALL = List.of(
            Topic.of("insert-id", 6, s -> {
                s.queryOneOf("INSERT INTO t (n) VALUES (1), (2)", "INSERT INTO t (id, n) VALUES (NULL, 7)", "SELECT LAST_INSERT_ID(77)",
                        "UPDATE t SET n = LAST_INSERT_ID(n + 1) WHERE id = 1", "INSERT INTO t (id, n) VALUES (1000, 1)");
                s.queryOneOf("SELECT LAST_INSERT_ID()", "SELECT LAST_INSERT_ID(), LAST_INSERT_ID() + 1", "SELECT @@last_insert_id",
                        "SELECT 'between'");
                s.queryOneOf("SELECT LAST_INSERT_ID()", "SELECT @@identity, LAST_INSERT_ID()");
            }),
            Topic.of("sequence", 3, s -> {
                s.queryOneOf("SELECT NEXTVAL(numbers)", "SELECT NEXT VALUE FOR numbers", "SELECT IF(0, NEXTVAL(numbers), 1)",
                        "INSERT INTO t (n) VALUES (NEXTVAL(numbers))", "SELECT NEXTVAL(numbers), NEXTVAL(no_such_one)",
                        "SELECT NEXTVAL(numbers) FROM few", "SELECT id FROM few WHERE id > 9 AND NEXTVAL(numbers)");
                Topics.amid(s, 1);
                s.queryOneOf("SELECT LASTVAL(numbers)", "SELECT PREVIOUS VALUE FOR numbers", "SELECT SETVAL(numbers, 40)",
                        "INSERT INTO t (n) VALUES (LASTVAL(numbers))", "SELECT LASTVAL(numbers) AS l, NEXTVAL(numbers), LASTVAL(numbers)");
                s.query("SELECT LASTVAL(numbers)");
            }).onMariaDb(),
            Topic.of("row-count", 6, s -> {
                cause(s);
                s.query("SELECT ROW_COUNT()" + s.oneOf("", " AS r", " `rows`"));
                if (s.once(3)) {
                    s.query("SELECT ROW_COUNT()");
                }
            }),
            Topic.of("found-rows", 6, s -> {
                cause(s);
                s.query("SELECT FOUND_ROWS()" + s.oneOf("", " AS f"));
                if (s.once(3)) {
                    s.query("SELECT FOUND_ROWS()");
                }
            }),
            Topic.of("warnings", 8, s -> {
                warn(s);
                s.queryOneOf("SHOW WARNINGS", "SHOW WARNINGS LIMIT 1", "SHOW COUNT(*) WARNINGS", "SHOW ERRORS", "SHOW COUNT(*) ERRORS",
                        "SHOW WARNINGS LIMIT 1, 1");
                s.queryOneOf("SHOW WARNINGS", "SHOW ERRORS LIMIT 1", "SELECT 1", "SHOW WARNINGS");
            }),
            Topic.of("executed", 3, s -> {
                s.queryOneOf("PREPARE asks FROM 'SELECT ROW_COUNT(), FOUND_ROWS() AS f'", "PREPARE asks FROM 'SHOW WARNINGS'",
                        "PREPARE asks FROM 'SELECT @@warning_count, ROW_COUNT()'",
                        "PREPARE asks FROM 'SELECT LAST_INSERT_ID(), ROW_COUNT()'",
                        "PREPARE asks FROM 'INSERT INTO t (n) VALUES (ROW_COUNT())'", "PREPARE asks FROM 'SHOW COUNT(*) ERRORS'");
                if (s.once(2)) {
                    cause(s);
                } else {
                    warn(s);
                }
                s.query("EXECUTE asks");
                s.queryOneOf("EXECUTE asks", "SHOW WARNINGS", "SELECT ROW_COUNT(), FOUND_ROWS()", "SELECT LAST_INSERT_ID()");
                s.query("EXECUTE asks");
            }));

    private LeftoverTopics() {}

    static void cause(Speaker s) {
        switch (s.number(3)) {
            case 0 -> s.queryOneOf("INSERT INTO t (n) VALUES (1), (2), (3)", "UPDATE t SET n = n + 1 ORDER BY id LIMIT 2",
                    "DELETE FROM t WHERE id = 3", "UPDATE t SET n = n", "REPLACE INTO t (id, n) VALUES (1, 4)");
            case 1 ->
                s.queryOneOf("SELECT * FROM few", "SELECT * FROM few LIMIT 2", "SELECT 1 WHERE 1 = 0", "SHOW TABLES", "SET @@sql_mode = ''",
                        "USE {s}", "SELECT word FROM few WHERE id = 2");
            default -> RowTopics.error(s);
        }
    }

    static void warn(Speaker s) {
        s.queryOneOf("SELECT 1/0", "SELECT CAST('abc' AS SIGNED)", "DROP TABLE IF EXISTS no_such_one, no_such_two",
                "SELECT * FROM no_such_table",
                "INSERT IGNORE INTO t (n, s) VALUES ('x', REPEAT('long', 20))",
                "SELECT 'äö' + 1, CAST('a' AS DATE), CAST('{x:c3a4}' AS SIGNED)",
                "SELEC", "INSERT INTO few VALUES (1, 'again')", "SELECT 1",
                "SELECT CAST('1x' AS SIGNED), CAST('2y' AS SIGNED), CAST('3z' AS SIGNED)",
                "UPDATE few SET word = 1 + 'a' WHERE id = 99", "CREATE TABLE IF NOT EXISTS few (a INT)");
    }
}
