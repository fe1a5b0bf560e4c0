package dev.usher.differential;

import java.util.List;

/** What keeps a server connection for a while: transactions, locks, temporary tables, server-side code and the like. */
final class HoldingTopics {
    /** The time that the session has set, but nothing of the real one. */
    private static final String PAST = "SELECT IF(YEAR(NOW()) < 2000, CONCAT(NOW(), CURDATE(), UNIX_TIMESTAMP()), 'now')";

    static final List<Topic> ALL = List.of(
            Topic.of("transaction", 8, HoldingTopics::transaction).holding(),
            Topic.of("no-autocommit", 3, HoldingTopics::noAutocommit).holding(),
            Topic.of("savepoint", 2, s -> {
                s.queryOneOf("BEGIN", "SET autocommit = 0");
                s.query("SAVEPOINT one");
                s.queryOneOf("SELECT 'savepoint'", "SELEC", "DELETE FROM t WHERE id = 2");
                RowTopics.simpleWrite(s);
                s.queryOneOf("ROLLBACK TO one", "RELEASE SAVEPOINT one", "SAVEPOINT two", "ROLLBACK TO no_such_one");
                Topics.amid(s, 1);
                s.queryOneOf("COMMIT", "ROLLBACK");
                s.query("SET autocommit = 1");
                end(s);
            }).holding(),
            Topic.of("characteristics", 3, s -> {
                s.queryOneOf("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET TRANSACTION READ ONLY",
                        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY",
                        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
                if (s.once(2)) {
                    s.queryOneOf("SELECT @@transaction_isolation, @@transaction_read_only", "SET TRANSACTION READ WRITE");
                }
                s.queryOneOf("BEGIN", "START TRANSACTION READ ONLY", "START TRANSACTION WITH CONSISTENT SNAPSHOT");
                s.query("INSERT INTO t (n) VALUES (3)");
                s.queryOneOf("COMMIT", "ROLLBACK", "COMMIT AND CHAIN");
                s.query("ROLLBACK");
                s.queryOneOf("INSERT INTO t (n) VALUES (4)", "SELECT @@transaction_isolation");
                end(s);
            }).holding(),
            Topic.of("user-variables", 6, HoldingTopics::userVariables).holding(),
            Topic.of("temporary-table", 4, s -> {
                s.queryOneOf("CREATE TEMPORARY TABLE temp (a INT)", "CREATE OR REPLACE TEMPORARY TABLE temp SELECT 1 AS a",
                        "CREATE TEMPORARY TABLE IF NOT EXISTS temp (a INT) SELECT id AS a FROM few", "CREATE TEMPORARY TABLE few (a INT)");
                Topics.amid(s, 2);
                s.queryOneOf("INSERT INTO temp VALUES (5)", "SELECT * FROM few LIMIT 2", "SELECT COUNT(*) FROM temp");
                s.query("SELECT * FROM temp");
                s.queryOneOf("DROP TEMPORARY TABLE IF EXISTS temp", "DROP TABLE IF EXISTS temp", "SELECT 'not dropped'");
                end(s);
                s.query("SELECT * FROM temp");
            }).holding(),
            Topic.of("table-lock", 2, s -> {
                s.queryOneOf("LOCK TABLES t WRITE, few READ", "LOCK TABLES few READ", "FLUSH TABLES few WITH READ LOCK");
                s.queryOneOf("INSERT INTO t (n) VALUES (6)", "SELECT COUNT(*) FROM few", "SELECT * FROM noted",
                        "UPDATE few SET word = 'x'");
                Topics.amid(s, 1);
                s.queryOneOf("UNLOCK TABLES", "SELECT 'locked'");
                s.query("UNLOCK TABLES");
                s.query("SELECT COUNT(*) FROM noted");
                end(s);
            }).holding(),
            Topic.of("named-lock", 3, s -> {
                s.queryOneOf("SELECT GET_LOCK('{s}.a', 0)", "DO GET_LOCK('{s}.a', 0)", "SELECT GET_LOCK('{s}.a', 0), GET_LOCK('{s}.b', 0)");
                Topics.amid(s, 2);
                s.queryOneOf("SELECT IS_FREE_LOCK('{s}.a')", "SELECT RELEASE_LOCK('{s}.b')", "SELECT IS_USED_LOCK('{s}.b') IS NULL");
                s.queryOneOf("SELECT RELEASE_LOCK('{s}.a')", "SELECT RELEASE_ALL_LOCKS()", "DO RELEASE_LOCK('{s}.a')");
                s.query("SELECT IS_FREE_LOCK('{s}.a'), RELEASE_LOCK('{s}.a')");
                end(s);
                s.query("SELECT IS_FREE_LOCK('{s}.a'), IS_FREE_LOCK('{s}.b')");
            }).holding(),
            Topic.of("handler", 1, s -> {
                s.query("HANDLER few OPEN");
                s.query("HANDLER few READ FIRST");
                Topics.amid(s, 1);
                s.query("HANDLER few READ NEXT LIMIT 2");
                s.query("HANDLER few CLOSE");
                end(s);
                s.query("HANDLER few READ NEXT");
                end(s);
            }).holding(),
            Topic.of("xa", 1, s -> {
                s.query("XA START '{s}'");
                s.query("INSERT INTO t (n) VALUES (8)");
                s.query("XA END '{s}'");
                s.queryOneOf("XA ROLLBACK '{s}'", "XA COMMIT '{s}' ONE PHASE");
                s.query("SELECT COUNT(*) FROM t");
                end(s);
            }).holding(),
            Topic.of("sql-prepare", 5, HoldingTopics::sqlPrepare).holding(),
            Topic.of("one-shot", 3, s -> {
                if (s.once(4)) {
                    s.query("SET rand_seed1 = 5, rand_seed2 = 9");
                    s.query("SELECT RAND()");
                }
                s.queryOneOf("SET timestamp = 86400", "SET insert_id = 500", "SET @@timestamp = 1000000");
                s.queryOneOf(PAST, "INSERT INTO t (n) VALUES (1)", "SELECT @@timestamp > 5");
                s.query("SET timestamp = 90000");
                Topics.amid(s, 1);
                s.query(PAST);
                s.query("SET timestamp = DEFAULT");
                end(s);
            }).holding(),
            Topic.of("procedure", 5, HoldingTopics::procedure).holding(),
            Topic.of("found-rows-calculated", 2, s -> {
                s.query("SELECT SQL_CALC_FOUND_ROWS * FROM few LIMIT 2");
                s.queryOneOf("SELECT FOUND_ROWS()", "SELECT FOUND_ROWS() AS f");
                s.query("SELECT FOUND_ROWS()");
            }).holding(),
            Topic.of("oracle-mode", 1, s -> {
                s.query("SET sql_mode = 'ORACLE'");
                s.queryOneOf("BEGIN SELECT 3; END;", "SELECT 'a' || 'b' FROM DUAL", "DECLARE v INT := 4; BEGIN SELECT v; END;");
                s.queryOneOf("SELECT numbers.nextval", "SELECT @@sql_mode", "SELECT ''");
                s.query("SET sql_mode = DEFAULT");
                end(s);
            }).holding().onMariaDb());

    private HoldingTopics() {}

    /** Whatever still holds its server connection ends. */
    static void end(Speaker s) {
        s.say(new Command.ResetConnection());
        if (s.mariaDb()) {
            s.query("USE {s}");
        }
    }

    private static void transaction(Speaker s) {
        s.queryOneOf("BEGIN", "START TRANSACTION", "START TRANSACTION READ ONLY", "BEGIN WORK");
        for (int i = s.number(3); i > 0; i--) {
            RowTopics.simpleWrite(s);
            Topics.amid(s, 1);
        }
        s.queryOneOf("COMMIT", "ROLLBACK", "COMMIT", "CREATE TABLE IF NOT EXISTS made (a INT)", "COMMIT AND CHAIN", "BEGIN");
        s.query("ROLLBACK");
        s.query("SELECT COUNT(*) FROM t");
    }

    private static void noAutocommit(Speaker s) {
        s.queryOneOf("SET autocommit = 0", "SET @@autocommit = 0", "SET SESSION autocommit = OFF");
        Topics.amid(s, 2);
        RowTopics.simpleWrite(s);
        s.queryOneOf("COMMIT", "ROLLBACK", "SET autocommit = 1");
        Topics.amid(s, 1);
        s.query("ROLLBACK");
        s.query("SET autocommit = 1");
    }

    private static void userVariables(Speaker s) {
        s.queryOneOf("SET @x = 5", "SET @x = 'text', @y = 1.25", "SELECT @x := 7", "SELECT word INTO @x FROM few WHERE id = 1",
                "SET @x = NULL, @Y = 18446744073709551615", "SET @x = _latin1 X'e4', @y = X'00ff'", "SET @x := 1e300, @`y y` = -5",
                "SELECT id, word INTO @x, @y FROM few LIMIT 1", s.mariaDb() ? "SET @x = (SELECT COUNT(*) FROM few)" : "SET @x = (SELECT 5)",
                "SET @x = _utf8mb4'ä' COLLATE utf8mb4_bin",
                "SET @x = 0.1e0, @y = 12345678901234567890.123456789", "SET @x = CAST('{\"a\":1}' AS JSON)", "SET @x = NOW() > 0");
        Topics.amid(s, 2);
        s.queryOneOf("SELECT @x, @y", "SELECT @x, CHARSET(@x), COLLATION(@x), COERCIBILITY(@x)", "SELECT HEX(@x), @y + 1, @`y y`",
                "INSERT INTO t (s) VALUES (LEFT(@x, 10))", "SET @x = @x + 1", "SELECT @x := @x + 1 FROM few", "SELECT @x, SLEEP(0)");
        s.queryOneOf("SELECT @x, @y, @z", "SELECT @x IS NULL, @y", "SELECT @X");
        end(s);
        s.query("SELECT @x, @y");
    }

    private static void sqlPrepare(Speaker s) {
        s.queryOneOf("PREPARE p FROM 'SELECT ? + 1, @@time_zone'", "PREPARE p FROM 'SELECT word FROM few WHERE id = ?'",
                "PREPARE p FROM 'INSERT INTO t (n) VALUES (?)'", "PREPARE p FROM 'SELECT DAYNAME(\"2024-05-06\"), ?'",
                "PREPARE p FROM 'SELEC'");
        Topics.amid(s, 2);
        s.query("SET @a = " + s.number(5));
        s.query("EXECUTE p USING @a");
        Topics.amid(s, 1);
        s.queryOneOf("EXECUTE p USING @a", "EXECUTE p", "EXECUTE nobody", "EXECUTE IMMEDIATE 'SELECT 3'", "PREPARE p FROM 'SELECT 9'");
        s.queryOneOf("DEALLOCATE PREPARE p", "DROP PREPARE p", "SELECT 'kept'");
        s.queryOneOf("EXECUTE p USING @a", "SELECT @a");
        end(s);
        s.query("EXECUTE p USING @a");
        end(s);
    }

    private static void procedure(Speaker s) {
        s.queryOneOf("CALL sets_variable(4)", "CALL sets_time_zone()", "CALL two_results()", "CALL inserts(5)", "CALL makes_table()",
                "CALL fails()",
                "CALL warns()", "CALL gives(4, @x)", "SELECT locks()", "SELECT sets()", "SELECT plain_function(4)",
                "INSERT INTO noted (n) VALUES (2)",
                "DO sets()", "CALL no_such_procedure()", "SELECT no_such_function(1)", "DO 1",
                "INSERT INTO noted (n) VALUES (LAST_INSERT_ID())");
        s.queryOneOf("SELECT @by_procedure, @by_function, @x", "SELECT @@time_zone", "SELECT * FROM by_code", "SHOW WARNINGS",
                "SELECT LAST_INSERT_ID()", "SELECT ROW_COUNT()", "SELECT IS_FREE_LOCK('{s}.f')", "SELECT FOUND_ROWS()");
        Topics.amid(s, 1);
        s.queryOneOf("SELECT @by_procedure, @by_function, @x", "SELECT * FROM by_code", "SELECT @@time_zone", "CALL two_results()");
        end(s);
        s.query("SELECT @by_procedure, @by_function");
    }
}
