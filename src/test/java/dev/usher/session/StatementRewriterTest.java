package dev.usher.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.session.StatementRewriter.Values;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatementRewriterTest {
    private static final Values VALUES = new Values("3", "4", "5", "6", "7", "8", null, null);

    private static String rewritten(String sql, LexMode mode) {
        byte[] text = StatementRewriter.rewrite(sql.getBytes(StandardCharsets.UTF_8), mode, Flavour.MARIADB, VALUES);
        return text == null ? "-" : new String(text, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "SELECT ROW_COUNT() | SELECT 3 AS `ROW_COUNT()`",
        "select row_count ( ) , 1 | select 3 AS `row_count ( )` , 1",
        "SELECT ROW_COUNT() AS n, FOUND_ROWS() m, 1 + ROW_COUNT() | SELECT 3 AS n, 4 m, 1 + 3 AS `1 + ROW_COUNT()`",
        "SELECT DISTINCT ROW_COUNT() FROM t WHERE a = FOUND_ROWS() | SELECT DISTINCT 3 AS `ROW_COUNT()` FROM t WHERE a = 4",
        "SELECT (SELECT ROW_COUNT()) | SELECT (SELECT 3 AS `ROW_COUNT()`) AS `(SELECT ROW_COUNT())`",
        "SELECT ROW_COUNT() IS NULL | SELECT 3 IS NULL AS `ROW_COUNT() IS NULL`",
        "SELECT CONCAT(ROW_COUNT(), '`') | SELECT CONCAT(3, '`') AS `CONCAT(ROW_COUNT(), '``')`",
        "SELECT CASE ROW_COUNT() WHEN 1 THEN 2 END | SELECT CASE 3 WHEN 1 THEN 2 END AS `CASE ROW_COUNT() WHEN 1 THEN 2 END`",
        "SELECT CASE ROW_COUNT() WHEN 1 THEN 2 END e | SELECT CASE 3 WHEN 1 THEN 2 END e",
        "SELECT NOW() - INTERVAL ROW_COUNT() DAY | SELECT NOW() - INTERVAL 3 DAY AS `NOW() - INTERVAL ROW_COUNT() DAY`",
        "SELECT /*! ROW_COUNT() */ + 1 | SELECT /*! 3 */ + 1 AS `ROW_COUNT()  + 1`",
        "SELECT @@warning_count, @@session.error_count | SELECT 5 AS `@@warning_count`, 6 AS `@@session.error_count`",
        "SELECT @@global.warning_count | -",
        "SET @a = @@warning_count, @b = CONNECTION_ID() | SET @a = 5, @b = 7",
        "SET @@pseudo_thread_id = 4 | -",
        "INSERT INTO t VALUES (ROW_COUNT(), 'ROW_COUNT()') | INSERT INTO t VALUES (3, 'ROW_COUNT()')",
        "SELECT db.ROW_COUNT(), row_count, `ROW_COUNT`() /* ROW_COUNT() */ | -",
        "SELECT ROW_COUNT(); SELECT ROW_COUNT(), CONNECTION_ID() | SELECT 3 AS `ROW_COUNT()`; SELECT ROW_COUNT(), 7 AS `CONNECTION_ID()`",
        "PREPARE p FROM 'SELECT ROW_COUNT(), CONNECTION_ID()' | PREPARE p FROM 'SELECT ROW_COUNT(), 7 AS `CONNECTION_ID()`'",
        "EXECUTE IMMEDIATE 'SELECT ROW_COUNT()' | EXECUTE IMMEDIATE 'SELECT 3 AS `ROW_COUNT()`'",
        "CREATE TABLE t AS SELECT CONNECTION_ID() AS id | CREATE TABLE t AS SELECT 7 AS id",
        "CREATE TABLE t (c BIGINT DEFAULT (CONNECTION_ID())); SELECT CONNECTION_ID() AS x | "
                + "CREATE TABLE t (c BIGINT DEFAULT (CONNECTION_ID())); SELECT 7 AS x",
        "SELECT 1; ALTER TABLE t ADD c BIGINT DEFAULT (CONNECTION_ID()); SELECT CONNECTION_ID() AS x | "
                + "SELECT 1; ALTER TABLE t ADD c BIGINT DEFAULT (CONNECTION_ID()); SELECT 7 AS x",
        "CREATE TABLE t (c INT DEFAULT (CONNECTION_ID()), CHECK (c <> CONNECTION_ID())) AS SELECT CONNECTION_ID() AS x | "
                + "CREATE TABLE t (c INT DEFAULT (CONNECTION_ID()), CHECK (c <> CONNECTION_ID())) AS SELECT 7 AS x",
        "CREATE TABLE t (c INT DEFAULT (CONNECTION_ID())) (SELECT CONNECTION_ID() AS x) | "
                + "CREATE TABLE t (c INT DEFAULT (CONNECTION_ID())) (SELECT 7 AS x)",
        "CREATE TABLE t (c INT DEFAULT (CONNECTION_ID())) VALUES (CONNECTION_ID()) | "
                + "CREATE TABLE t (c INT DEFAULT (CONNECTION_ID())) VALUES (7)",
        "CREATE TABLE t (j JSON, a INT AS (JSON_VALUE(j, '$' RETURNING SIGNED)), c INT DEFAULT (CONNECTION_ID())) | -",
        "CREATE TABLE t (c INT DEFAULT (@@pseudo_thread_id)) PARTITION BY LIST (c) (PARTITION p VALUES IN (CONNECTION_ID())) | -",
        "/*!50000 ALTER */ TABLE t ALTER c SET DEFAULT (CONNECTION_ID()) | -",
        "SET STATEMENT max_statement_time=1 FOR CREATE TABLE t (c INT DEFAULT (CONNECTION_ID())); SELECT CONNECTION_ID() AS x | "
                + "SET STATEMENT max_statement_time=1 FOR CREATE TABLE t (c INT DEFAULT (CONNECTION_ID())); SELECT 7 AS x",
        "BEGIN NOT ATOMIC CREATE TABLE t (c INT DEFAULT (CONNECTION_ID())); SELECT CONNECTION_ID() AS x; END | "
                + "BEGIN NOT ATOMIC CREATE TABLE t (c INT DEFAULT (CONNECTION_ID())); SELECT 7 AS x; END",
        "SHOW CREATE PROCEDURE p; SELECT CONNECTION_ID() AS x | SHOW CREATE PROCEDURE p; SELECT 7 AS x",
        "GRANT CREATE VIEW, CREATE ROUTINE ON d.* TO u; SELECT CONNECTION_ID() AS x | "
                + "GRANT CREATE VIEW, CREATE ROUTINE ON d.* TO u; SELECT 7 AS x",
        "PREPARE p FROM 'SELECT 1 FROM sys.session WHERE conn_id = CONNECTION_ID()' | -",
        "CREATE PROCEDURE p() BEGIN SELECT ROW_COUNT(); SELECT CONNECTION_ID(); END | -",
        "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = CONNECTION_ID() */ | -",
        "CREATE OR REPLACE ALGORITHM=MERGE DEFINER=CURRENT_USER() SQL SECURITY INVOKER VIEW v AS SELECT CONNECTION_ID() | -",
        "ALTER EVENT e DO BEGIN DECLARE a INT; SET a = CONNECTION_ID(); END | -",
        "SELECT CONNECTION_ID() AS id; CREATE FUNCTION f() RETURNS INT RETURN CONNECTION_ID() | "
                + "SELECT 7 AS id; CREATE FUNCTION f() RETURNS INT RETURN CONNECTION_ID()",
        "INSERT INTO t (a) VALUES (1) RETURNING ROW_COUNT() | INSERT INTO t (a) VALUES (1) RETURNING 3 AS `ROW_COUNT()`"})
    void putsValuesInAndKeepsTheNamesOfColumns(String sql, String wanted) {
        assertThat(rewritten(sql, LexMode.DEFAULT)).isEqualTo(wanted);
    }

    @Test
    void readsQuotesAsTheSessionsModeSays() {
        String sql = "SELECT 'a\\', ROW_COUNT(), \"ROW_COUNT()\" -- '";

        assertThat(rewritten(sql, LexMode.DEFAULT)).isEqualTo("-");
        assertThat(rewritten(sql, new LexMode(true, true, false, false)))
                .isEqualTo("SELECT 'a\\', 3 AS `ROW_COUNT()`, \"ROW_COUNT()\" -- '");
    }
}
