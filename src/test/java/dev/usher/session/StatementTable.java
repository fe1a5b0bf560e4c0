package dev.usher.session;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Statements and exactly the traits they must show; {@code -} stands for "not SINGLE", which is expected otherwise. */
final class StatementTable {
    record Row(Flavour flavour, String sql, Set<Trait> traits) {
        @Override
        public String toString() {
            return flavour + " " + sql;
        }
    }

    private static final String BOTH =
            """
                    SELECT 1
                    select * from t where id = 5
                    SELECT 1;
                    SELECT 1 ; \t ;;
                    (SELECT 1) UNION (SELECT 2)
                    SELECT ';', "a;b", `c;d`, 'it''s', 'a\\';', "x"";" FROM t
                    SELECT /* a;b */ 1 -- ;
                    SELECT 1 # ; select 2
                    SELECT 1--1
                    SELECT 1 /*;*/
                    SELECT 1 FROM t WHERE a = x'41' AND b = N'é;' AND c = _utf8mb4'a;b' AND d = 0x3B AND e = .5 AND f = 1e-5
                    SELECT /*+ SET_VAR(sql_mode = 'a;b') */ 1
                    SELECT 1; SELECT 2                                  => -
                    SELECT 1; -- comment                                => -
                    SELECT 1; /* comment */                             => -
                    ;SELECT 1                                           => -
                    SELECT '                                            => - UNSURE
                    SELECT `a                                           => - UNSURE
                    SELECT 1 /* x                                       => - UNSURE
                    SELECT '\\'                                         => - UNSURE
                    SELECT --
                    -- only a comment                                   => - IS_EMPTY
                    /* only */ # a comment                              => - IS_EMPTY
                    ;                                                   => - IS_EMPTY

                    INSERT INTO t (a,b) VALUES (1,2),(3,4)
                    INSERT INTO db.t(a,b) VALUES (NOW(), UUID())
                    INSERT IGNORE t (a) VALUES (1)
                    INSERT INTO t PARTITION (p0) (a) VALUES (1)
                    INSERT INTO t VALUE (1)
                    INSERT INTO t SET a = 1 ON DUPLICATE KEY UPDATE a = VALUES(a)
                    INSERT INTO t (a) VALUES (1) AS new(m) ON DUPLICATE KEY UPDATE a = new.m
                    INSERT INTO t (a) SELECT HIGH_PRIORITY f(x) FROM u  => STORED_CODE
                    INSERT INTO t (a) VALUES (f(1))                     => STORED_CODE
                    INSERT INTO t VALUES (db.f(1))                      => STORED_CODE
                    REPLACE INTO db.t (a) VALUES (1)
                    REPLACE `t` (a) VALUES (1)
                    UPDATE t SET a = REPLACE(a, 'x', 'y') WHERE b IN (1,2) AND (c = 1 OR (d = 2))
                    UPDATE t SET a = `f`(1)                             => STORED_CODE
                    DELETE FROM t WHERE a BETWEEN (1) AND (2)
                    SELECT COUNT(*), MAX(a) FROM t GROUP BY (b) HAVING (COUNT(*) > 1) LIMIT 1 OFFSET 2
                    SELECT COUNT (*) FROM t                             => STORED_CODE
                    SELECT IF(a, 1, 2), LEFT(a, 1), INSERT(a, 1, 1, 'x'), CASE WHEN (a) THEN (1) ELSE (2) END FROM t
                    SELECT CAST(a AS CHAR(10)), CAST(a AS DECIMAL(10,2)), CONVERT(a, DECIMAL(10,2)) FROM t
                    SELECT a FROM t USE INDEX (i) FORCE INDEX FOR JOIN (j) IGNORE KEY (k) JOIN u USING (id) WHERE NOT (a)
                    SELECT a FROM t PARTITION (p0, p1) AS x
                    WITH c (a) AS (SELECT 1), d (b) AS (SELECT 2) SELECT * FROM c JOIN d ON (a = b)
                    WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c
                    WITH c AS (SELECT f(1)) SELECT * FROM c             => STORED_CODE
                    SELECT * FROM (WITH c (a) AS (SELECT 1), d (b) AS (SELECT 2) SELECT * FROM c JOIN d) x
                    INSERT INTO t WITH c (a) AS (SELECT 1) SELECT a FROM c
                    INSERT INTO t (a) WITH RECURSIVE c (a) AS (SELECT 1), `d` (b) AS (SELECT 2) SELECT a FROM c
                    INSERT INTO t (WITH c (a) AS (SELECT 1) SELECT a FROM c)
                    CREATE TABLE t AS WITH c (a) AS (SELECT 1), d (b) AS (SELECT 2) SELECT a FROM c
                    WITH RECURSIVE a (x) AS (SELECT 1), b (y) AS (SELECT 2) SELECT * FROM a, b
                    WITH c (a) AS (WITH d (b) AS (SELECT 1), e (b) AS (SELECT 2) SELECT b FROM d), f (a) AS (SELECT 2) SELECT * FROM c
                    SELECT (WITH c (a) AS (SELECT 1) SELECT a FROM c), f(1)  => STORED_CODE
                    SELECT a FROM (WITH c (a) AS (SELECT 1), d (b) AS (SELECT f(1)) SELECT 1) x => STORED_CODE
                    WITH c AS (SELECT 1) SELECT a, f(1) FROM c          => STORED_CODE
                    WITH c AS (SELECT 1) (SELECT * FROM c) ORDER BY 1, f(1) => STORED_CODE
                    SELECT a FROM t GROUP BY a WITH ROLLUP ORDER BY a, f(1) => STORED_CODE
                    SELECT (1), f(1)                                    => STORED_CODE
                    SELECT * FROM (SELECT 1) AS d (x) JOIN (SELECT 2) e (y) JOIN (SELECT 3) `f` (z)
                    SELECT SUM(a) OVER w, SUM(a) OVER (w ORDER BY b) FROM t WINDOW w AS (PARTITION BY a), x AS (w)
                    SELECT a FROM t USE INDEX FOR ORDER BY (i) FORCE INDEX FOR GROUP BY (i)
                    SELECT a FROM t WHERE MATCH (a) AGAINST ('x' WITH QUERY EXPANSION)
                    SELECT MATCH a, t.b AGAINST ('x') FROM t WHERE MATCH a, `b` AGAINST (CONCAT('x', 'y') IN BOOLEAN MODE)
                    SELECT a FROM t WHERE MATCH (a) AGAINST (f('x'))    => STORED_CODE
                    UPDATE IGNORE (SELECT 1 AS a) x, t SET t.a = x.a
                    SELECT a FROM t WHERE a LIKE 'x' ESCAPE ('!') GROUP BY a WITH ROLLUP
                    SELECT a FROM t PROCEDURE ANALYSE(10, 2000)
                    SELECT CONVERT(a, DATETIME(6)), CONVERT(a, TIME(6)), CONVERT(a, CHAR(10)), CONVERT(a, BINARY(3)), CONVERT(a, NCHAR(3))
                    SELECT CONVERT(a, CHARACTER(3)), CONVERT(a, FLOAT(10)), CONVERT(a, NATIONAL CHARACTER(3)), CONVERT(a, YEAR) FROM t
                    SELECT CAST(a AS DATETIME(6)), CAST(a AS TIME(6)), CAST(a AS BINARY(3)), CAST(a AS NCHAR(3)), CAST(a AS CHAR VARYING(3))
                    SELECT 1 FROM JSON_TABLE('[]', '$[*]' COLUMNS (a DATETIME(6) PATH '$.a', b TIMESTAMP(6) PATH '$', c TIME(6) PATH '$', d YEAR(4) PATH '$', e DECIMAL(10,2) PATH '$', f VARCHAR(10) PATH '$', g BINARY(3) PATH '$', h FLOAT(10) PATH '$', i BIT(8) PATH '$', j ENUM('x') PATH '$', k SET('x') PATH '$', l TEXT(9) PATH '$', m BLOB(9) PATH '$', n NVARCHAR(9) PATH '$', o DOUBLE PRECISION(9,2) PATH '$', p INT8(3) PATH '$', q INT UNSIGNED PATH '$' DEFAULT '0' ON EMPTY)) AS jt
                    SELECT `datetime`(6), CONVERT(f(1), DATETIME(6))    => STORED_CODE
                    SELECT db.datetime(6)                               => STORED_CODE
                    SELECT `db`.`text` (6)                              => STORED_CODE
                    SELECT TRIM(BOTH (a) FROM b), TRIM(LEADING ('x') FROM b), TRIM(TRAILING (a) FROM b)
                    SELECT HIGH_PRIORITY (1)
                    SELECT SQL_NO_CACHE (1), SQL_NO_CACHE
                    DO (1), (2)
                    DO (f(1))                                           => STORED_CODE
                    DESC (SELECT 1)
                    EXPLAIN FORMAT=JSON (SELECT 1)
                    EXPLAIN FORMAT=JSON (SELECT f(1))                   => STORED_CODE
                    EXPLAIN UPDATE t SET a = f(1)                       => STORED_CODE
                    SELECT CURRENT_ROLE(), CURRENT_ROLE
                    SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) FROM t WINDOW w AS (ORDER BY a)
                    SELECT jt.* FROM t, JSON_TABLE(t.a, '$[*]' COLUMNS (x INT PATH '$.x', NESTED PATH '$.y' COLUMNS (z CHAR(3) PATH '$'))) AS jt
                    SELECT MATCH (a, b) AGAINST ('x' IN BOOLEAN MODE) FROM t
                    SELECT a = ANY (SELECT 1), EXISTS (SELECT 1), ROW(1,2) IN ((1,2))
                    SELECT TRIM(LEADING 'x' FROM f(y))                  => STORED_CODE
                    SELECT SUBSTRING(a FROM db.f(1))                    => STORED_CODE
                    SELECT a DIV f(b)                                   => STORED_CODE
                    SELECT f /* c */ (1)                                => STORED_CODE
                    SELECT x.f (1)                                      => STORED_CODE
                    SELECT DATE_ADD(NOW(), INTERVAL f(1) DAY)           => STORED_CODE
                    SELECT sys.version_major()                          => STORED_CODE NAMES_PROCESSLIST
                    CALL p(1)                                           => STORED_CODE
                    DO SLEEP(1)
                    DO mine(1)                                          => STORED_CODE
                    CALL p(@a)                                          => STORED_CODE USER_VARIABLE USER_VARIABLE_ASSIGNED

                    SELECT @a                                           => USER_VARIABLE
                    SELECT @a := 1                                      => USER_VARIABLE USER_VARIABLE_ASSIGNED
                    SELECT 1 INTO @`a b`                                => USER_VARIABLE USER_VARIABLE_ASSIGNED
                    SELECT 1, 2 INTO @'a', @"b" FROM t                  => USER_VARIABLE USER_VARIABLE_ASSIGNED
                    SET @a = 1, @b := 'x;y'                             => USER_VARIABLE USER_VARIABLE_ASSIGNED
                    SET @a = 1, autocommit = 0                          => USER_VARIABLE USER_VARIABLE_ASSIGNED SET_SESSION
                    SET sql_mode = @a                                   => USER_VARIABLE SET_SESSION
                    SET @@sql_mode = ''                                 => SET_SESSION UNTOLD_VARIABLE
                    SET @@session.sql_mode = '', @@local.autocommit = 1 => SET_SESSION
                    SET lock_wait_timeout = 1, sql_notes = 0            => SET_SESSION
                    SET SESSION a = 1, @@b = 2                          => SET_SESSION UNTOLD_VARIABLE
                    SET GLOBAL max_connections = 5                      => SET_GLOBAL
                    SET PERSIST max_connections = 5                     => SET_GLOBAL
                    SET @@global.a = 1, @@persist.b = 2                 => SET_GLOBAL
                    SET a = (SELECT b, c FROM t LIMIT 1), @@d = 1       => SET_SESSION UNTOLD_VARIABLE
                    SET NAMES utf8mb4 COLLATE utf8mb4_bin               => SET_NAMES
                    SET CHARACTER SET utf8mb4                           => SET_NAMES
                    SET CHARSET 'utf8', @a = 1                          => SET_NAMES USER_VARIABLE USER_VARIABLE_ASSIGNED
                    SET autocommit=1, NAMES latin1                      => SET_NAMES SET_SESSION
                    SET ROLE NONE                                       => SET_ROLE
                    SET DEFAULT ROLE ALL TO u@localhost                 => SET_ROLE PRIVILEGE_CHANGE
                    SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY => SET_TRANSACTION_ONE_SHOT
                    SET SESSION TRANSACTION READ ONLY                   => SET_SESSION
                    SET GLOBAL TRANSACTION READ ONLY                    => SET_GLOBAL
                    SET @@transaction_isolation = 'SERIALIZABLE'        => SET_SESSION UNTOLD_VARIABLE SET_TRANSACTION_ONE_SHOT
                    SET @@session.transaction_isolation = 'SERIALIZABLE' => SET_SESSION
                    SET transaction_isolation = 'SERIALIZABLE'          => SET_SESSION
                    SET timestamp = 5, insert_id = 7                    => SET_SESSION SET_ONE_SHOT
                    SET @@last_insert_id = 5                            => SET_SESSION SET_ONE_SHOT UNTOLD_VARIABLE
                    SET SESSION pseudo_thread_id = 5                    => SET_SESSION SET_ONE_SHOT
                    SET gtid_next = 'AUTOMATIC'                         => SET_SESSION SET_ONE_SHOT
                    SET sql_log_bin = 0                                 => SET_SESSION SQL_LOG_BIN
                    SET `sql_log_bin` = 0                               => SET_SESSION SQL_LOG_BIN
                    SET @@`sql_log_bin` = 0                             => SET_SESSION SQL_LOG_BIN UNTOLD_VARIABLE
                    SET session_track_gtids = OWN_GTID                  => SET_SESSION
                    SET session_track_schema = OFF                      => SET_SESSION SET_TRACKER
                    SET profiling = 1                                   => SET_SESSION PROFILING
                    SET optimizer_trace = 'enabled=on'                  => SET_SESSION PROFILING
                    ANALYZE LOCAL TABLE t
                    ANALYZE NO_WRITE_TO_BINLOG TABLE t
                    SHOW PROFILES                                       => PROFILING
                    SET PASSWORD FOR u@localhost = 'x'                  => SET_PASSWORD PRIVILEGE_CHANGE
                    SET RESOURCE GROUP g                                => - UNSURE
                    SET @x = @@session.last_insert_id                   => USER_VARIABLE USER_VARIABLE_ASSIGNED READS_LAST_INSERT_ID

                    CREATE TEMPORARY TABLE t (a INT)                    => TEMPORARY_TABLE_CREATED
                    CREATE OR REPLACE TEMPORARY TABLE t SELECT 1        => TEMPORARY_TABLE_CREATED
                    DROP TEMPORARY TABLE IF EXISTS t                    => TEMPORARY_TABLE_DROPPED
                    DROP TABLE t
                    CREATE TABLE t (a VARCHAR(10) DEFAULT (UUID()), b ENUM('x(','y;'), KEY k (a(5)), CHECK (a > f(1))) ENGINE=InnoDB COMMENT='a;b'
                    CREATE TABLE t (a INT) PARTITION BY RANGE (a) (PARTITION p VALUES LESS THAN (5))
                    CREATE TABLE t AS SELECT f(1)                       => STORED_CODE
                    CREATE TABLE t (a INT) AS (SELECT f(1))             => STORED_CODE
                    CREATE TABLE t VALUES (f(1))                        => STORED_CODE
                    CREATE INDEX i ON t (a, b)
                    CREATE VIEW v (a) AS SELECT f(1)
                    ALTER TABLE t ADD COLUMN b DECIMAL(3,1), ADD INDEX i (b)
                    CREATE PROCEDURE p() SELECT GET_LOCK('a', 1)        => -
                    CREATE DEFINER=`root`@`localhost` TRIGGER t BEFORE INSERT ON u FOR EACH ROW BEGIN SET @a = 1; END => -
                    CREATE FUNCTION f() RETURNS INT RETURN 1            => -
                    CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SET @a = 1 => -
                    ALTER EVENT e DO SELECT 1                           => -
                    DROP PROCEDURE p

                    LOCK TABLES t READ, u AS x WRITE                    => LOCK_TABLES
                    lock table t write                                  => LOCK_TABLES
                    UNLOCK TABLES                                       => UNLOCK_TABLES
                    FLUSH TABLES WITH READ LOCK                         => FLUSH_LOCK
                    FLUSH LOCAL TABLES t FOR EXPORT                     => FLUSH_LOCK
                    FLUSH TABLES
                    LOCK INSTANCE FOR BACKUP                            => INSTANCE_LOCK
                    UNLOCK INSTANCE                                     => INSTANCE_LOCK
                    BACKUP STAGE START                                  => BACKUP_STAGE
                    HANDLER t OPEN                                      => HANDLER
                    SELECT GET_LOCK('a', 1)                             => NAMED_LOCK
                    select get_lock ('a', 1)                            => NAMED_LOCK
                    SELECT/**/RELEASE_ALL_LOCKS()                       => NAMED_LOCK
                    SELECT db.GET_LOCK('a', 1)                          => STORED_CODE
                    SELECT `get_lock`('a', 1)                           => NAMED_LOCK STORED_CODE
                    SELECT IS_FREE_LOCK('a')                            => READS_NAMED_LOCK
                    SELECT IS_USED_LOCK('a')                            => READS_NAMED_LOCK NAMES_PROCESSLIST
                    SELECT service_get_write_locks('a', 'b', 1)         => NAMED_LOCK STORED_CODE
                    SELECT get_lock FROM t

                    PREPARE s FROM 'SELECT 1'                           => SQL_PREPARE
                    PREPARE s FROM @x                                   => SQL_PREPARE DYNAMIC_SQL USER_VARIABLE USER_VARIABLE_ASSIGNED
                    PREPARE `s` FROM CONCAT('a', 'b')                   => SQL_PREPARE DYNAMIC_SQL
                    PREPARE s FROM 'a' 'b'                              => SQL_PREPARE DYNAMIC_SQL
                    EXECUTE s                                           => SQL_PREPARE DYNAMIC_SQL
                    EXECUTE IMMEDIATE 'SELECT 1'                        => DYNAMIC_SQL
                    DEALLOCATE PREPARE s                                => SQL_PREPARE
                    DROP PREPARE s                                      => SQL_PREPARE

                    BEGIN                                               => TRANSACTION_START
                    BEGIN WORK;                                         => TRANSACTION_START
                    START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT => TRANSACTION_START
                    COMMIT                                              => TRANSACTION_END
                    COMMIT WORK AND NO CHAIN NO RELEASE                 => TRANSACTION_END
                    COMMIT AND CHAIN                                    => TRANSACTION_END COMMIT_CHAIN
                    ROLLBACK RELEASE                                    => TRANSACTION_END COMMIT_RELEASE
                    ROLLBACK TO SAVEPOINT release                       => SAVEPOINT
                    ROLLBACK WORK TO a                                  => SAVEPOINT
                    SAVEPOINT a                                         => SAVEPOINT
                    RELEASE SAVEPOINT a                                 => SAVEPOINT
                    XA START 'a'                                        => XA

                    SELECT LAST_INSERT_ID()                             => READS_LAST_INSERT_ID
                    UPDATE t SET a = LAST_INSERT_ID(a + 1)              => READS_LAST_INSERT_ID
                    SELECT @@identity, @@session.last_insert_id         => READS_LAST_INSERT_ID
                    SELECT ROW_COUNT()                                  => READS_ROW_COUNT
                    SELECT SQL_CALC_FOUND_ROWS a FROM t                 => CALC_FOUND_ROWS
                    SELECT FOUND_ROWS ()                                => READS_FOUND_ROWS
                    SHOW WARNINGS LIMIT 5                               => READS_DIAGNOSTICS
                    SHOW COUNT(*) ERRORS                                => READS_DIAGNOSTICS
                    SHOW COLUMNS FROM warnings
                    GET DIAGNOSTICS @n = NUMBER                         => READS_DIAGNOSTICS USER_VARIABLE USER_VARIABLE_ASSIGNED
                    GET CURRENT DIAGNOSTICS CONDITION 1 @m = MESSAGE_TEXT => READS_DIAGNOSTICS USER_VARIABLE USER_VARIABLE_ASSIGNED
                    SELECT @@warning_count, @@error_count               => READS_CONDITION_COUNTS
                    SELECT CONNECTION_ID()                              => READS_CONNECTION_ID
                    SELECT @@pseudo_thread_id                           => READS_CONNECTION_ID
                    SELECT last_insert_id, row_count, connection_id FROM t

                    GRANT SELECT (a, b) ON t TO 'u'@'h'                 => PRIVILEGE_CHANGE
                    GRANT ALL ON *.* TO u@localhost                     => PRIVILEGE_CHANGE
                    REVOKE r FROM u                                     => PRIVILEGE_CHANGE
                    CREATE USER IF NOT EXISTS u@'%' IDENTIFIED BY 'x'   => PRIVILEGE_CHANGE
                    DROP ROLE r                                         => PRIVILEGE_CHANGE
                    RENAME USER a TO b                                  => PRIVILEGE_CHANGE
                    RENAME TABLE a TO b
                    FLUSH PRIVILEGES                                    => PRIVILEGE_CHANGE
                    SHOW GRANTS FOR root@localhost
                    KILL 5                                              => KILL
                    LOAD DATA LOCAL INFILE 'x' INTO TABLE t FIELDS TERMINATED BY ',' (a, b) => LOAD_DATA_LOCAL
                    LOAD DATA INFILE 'x' INTO TABLE t CHARACTER SET utf8 (a, b) SET c = f(a) => STORED_CODE
                    BINLOG 'abc'                                        => BINLOG
                    SHUTDOWN                                            => SHUTDOWN
                    USE db                                              => USE
                    SHOW FULL PROCESSLIST                               => NAMES_PROCESSLIST
                    SELECT * FROM information_schema.`processlist`      => NAMES_PROCESSLIST
                    SELECT * FROM performance_schema.threads            => NAMES_PROCESSLIST
                    EXPLAIN FOR CONNECTION 5                            => NAMES_PROCESSLIST
                    SELECT * FROM sys.session WHERE conn_id = CONNECTION_ID() => READS_CONNECTION_ID NAMES_PROCESSLIST
                    SELECT * FROM `sys`.`x$session`                     => NAMES_PROCESSLIST
                    SELECT `sys`.ps_is_thread_instrumented(CONNECTION_ID()) => STORED_CODE READS_CONNECTION_ID NAMES_PROCESSLIST
                    SELECT * FROM mysql.general_log WHERE thread_id = CONNECTION_ID() => READS_CONNECTION_ID NAMES_PROCESSLIST
                    SELECT * FROM mysql.`slow_log`                      => NAMES_PROCESSLIST
                    SELECT sys, t.sys FROM t JOIN u ON t.sys = 1 WHERE u.sys.a = 2
                    EXPLAIN INSERT INTO t (a) VALUES (1)
                    EXPLAIN SELECT f(1)                                 => STORED_CODE

                    /*!40101 SET NAMES utf8 */;                         => EXECUTABLE_COMMENT SET_NAMES
                    /*!40000 ALTER TABLE `t` DISABLE KEYS */;           => EXECUTABLE_COMMENT
                    CREATE DATABASE /*!32312 IF NOT EXISTS*/ d /*!40100 DEFAULT CHARACTER SET utf8 */; => EXECUTABLE_COMMENT
                    SELECT /*!40001 SQL_NO_CACHE */ * FROM `t`          => EXECUTABLE_COMMENT
                    START TRANSACTION /*!40100 WITH CONSISTENT SNAPSHOT */ => EXECUTABLE_COMMENT TRANSACTION_START
                    INSERT /*!99999 DELAYED */ INTO t (a) VALUES (1)    => EXECUTABLE_COMMENT
                    SELECT 1 /*! ; */                                   => - EXECUTABLE_COMMENT UNSURE
                    SELECT 1 /*!99999 ; select 2 */                     => - EXECUTABLE_COMMENT UNSURE
                    /*!99999 SELECT 1 */ KILL 5                         => - EXECUTABLE_COMMENT UNSURE
                    SELECT 1 /*!99999 '*/ , GET_LOCK('a',1) /*' */      => - EXECUTABLE_COMMENT UNSURE
                    COMMIT /*! AND NO */ RELEASE                        => - EXECUTABLE_COMMENT UNSURE TRANSACTION_END
                    SELECT f /*!99999 */ (1)                            => - EXECUTABLE_COMMENT UNSURE STORED_CODE
                    SELECT 1 /*!99999 x                                 => - EXECUTABLE_COMMENT UNSURE
                    SELECT /*+ QB_NAME(`a*/;`) */ 1                     => - UNSURE

                    /* mysql-connector-j-9.1.0 (Revision: x) */SELECT  @@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS character_set_client, @@performance_schema AS ps, @@sql_mode AS sql_mode
                    SET character_set_results = NULL                    => SET_SESSION
                    set session sql_mode='ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES' => SET_SESSION
                    SET SQL_SAFE_UPDATES=1, autocommit=0                => SET_SESSION
                    set autocommit=1, sql_mode = concat(@@sql_mode,',STRICT_TRANS_TABLES') => SET_SESSION
                    set autocommit=1, session_track_schema=1, sql_mode = concat(@@sql_mode,',STRICT_TRANS_TABLES') , transaction_isolation='REPEATABLE-READ', names UTF8MB4 => SET_SESSION SET_TRACKER SET_NAMES
                    set names 'utf8mb4' collate 'utf8mb4_unicode_ci'    => SET_NAMES
                    SET SQL_AUTO_IS_NULL = 0                            => SET_SESSION
                    SELECT @@sql_mode, @@default_storage_engine, @@sql_auto_is_null, @@lower_case_table_names, CONVERT_TZ('2001-01-01 01:00:00', 'UTC', 'UTC') IS NOT NULL
                    SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED => SET_SESSION
                    select `id`, `name` from `users` where `email` = ? and `deleted_at` is null limit 1
                    insert into `sessions` (`id`, `payload`) values (?, ?) on duplicate key update `payload` = values(`payload`)
                    SELECT `auth_user`.`id` FROM `auth_user` WHERE `auth_user`.`username` = 'x' LIMIT 21
                    select u1_0.id,u1_0.name from users u1_0 where u1_0.id=? for update
                    select @@version_comment limit 1
                    SAVEPOINT `s140_x1`                                 => SAVEPOINT
                    SET FOREIGN_KEY_CHECKS = 0                          => SET_SESSION
                    """;

    private static final String MARIADB =
            """
                    SET SESSION innodb_lock_wait_timeout = 5            => SET_SESSION UNTOLD_VARIABLE
                    SET GLOBAL innodb_lock_wait_timeout = 5             => SET_GLOBAL
                    SET STATEMENT max_statement_time=1, sort_buffer_size=2 FOR SELECT f(1) => SET_STATEMENT STORED_CODE
                    SET STATEMENT max_statement_time=SUBSTRING('5' FROM 1 FOR 1) FOR KILL 5 => SET_STATEMENT KILL
                    SELECT LASTVAL(s)                                   => READS_SEQUENCE
                    SELECT PREVIOUS VALUE FOR s                         => READS_SEQUENCE
                    SELECT NEXT VALUE FOR s                             => ADVANCES_SEQUENCE
                    INSERT INTO t (a) VALUES (NEXTVAL(s))               => ADVANCES_SEQUENCE
                    SELECT s.currval, s.nextval                         => READS_SEQUENCE ADVANCES_SEQUENCE
                    SELECT ROWNUM(), ROWNUM FROM t
                    SELECT VEC_DISTANCE_COSINE(a, VEC_FromText('[1]')), MBREqual(b, ST_MPolyFromText('x')) FROM t
                    PURGE BINARY LOGS BEFORE (NOW() - INTERVAL 1 DAY)
                    SELECT a FROM t FOR SYSTEM_TIME AS OF (NOW() - INTERVAL 1 DAY)
                    SELECT a FROM t FOR SYSTEM_TIME FROM (NOW()) TO (NOW())
                    SELECT a FROM t FOR SYSTEM_TIME AS OF f(1)          => STORED_CODE
                    SELECT a FROM t FOR SYSTEM_TIME AS OF TIMESTAMP'2020-01-01'
                    WITH RECURSIVE c (a) AS (SELECT 1) CYCLE a RESTRICT, d (b) AS (SELECT 2) SELECT a, b FROM c, d
                    ANALYZE TABLE t PERSISTENT FOR COLUMNS (a, b) INDEXES (i)
                    ANALYZE FORMAT=JSON SELECT f(1)                     => STORED_CODE
                    INSERT INTO t (a) VALUES (1) RETURNING f(a)         => STORED_CODE
                    SELECT of(1)                                        => STORED_CODE
                    SELECT columns(1)                                   => STORED_CODE
                    SELECT MATCH (a) AGAINST ('x'), against(1) FROM t   => STORED_CODE
                    SELECT CAST(a AS INTERVAL DAY_SECOND(6)) FROM t
                    BEGIN NOT ATOMIC SELECT 1; END                      => - COMPOUND
                    IF 1 THEN SELECT 1; END IF                          => - COMPOUND
                    l: LOOP LEAVE l; END LOOP                           => - COMPOUND
                    CREATE OR REPLACE PACKAGE BODY p AS END             => -
                    INSERT INTO t (a) VALUES (1) RETURNING (a)
                    /*M! SELECT f(1) */                                 => EXECUTABLE_COMMENT STORED_CODE
                    /*M!100100 SET @a = 1 */;                           => EXECUTABLE_COMMENT USER_VARIABLE USER_VARIABLE_ASSIGNED
                    SELECT UUID_V7()                                    => STORED_CODE
                    SHOW EXPLAIN FOR 5                                  => NAMES_PROCESSLIST
                    """;

    private static final String MYSQL =
            """
                    /*M! SELECT f(1) */ SELECT 1
                    SELECT LASTVAL(s)                                   => STORED_CODE
                    SELECT nextval('orders'), `nextval`('orders')       => STORED_CODE
                    SELECT mine.nextval('orders'), NEXT VALUE, PREVIOUS VALUE FROM t => STORED_CODE
                    UPDATE seq s SET s.nextval = s.nextval + 1, s.currval = s.nextval, s.lastval = 1
                    SELECT 5 MEMBER OF(tags->'$.x'), 5 MEMBER OF ('[]') FROM t
                    SELECT JSON_VALUE(a, '$.b' RETURNING DATETIME(6)), JSON_VALUE(a, '$.b' RETURNING DECIMAL(10,2) NULL ON EMPTY) FROM t
                    INSERT INTO t (a, b) VALUES ROW(1,2), ROW(3,4) AS new(c, d) ON DUPLICATE KEY UPDATE a = c
                    VALUES ROW(1,2), ROW(f(3),4)                        => STORED_CODE
                    SELECT a FROM t WHERE a LIKE b ESCAPE ('!')
                    SELECT a, b FROM t GROUP BY ROLLUP (a, b)
                    EXPLAIN TABLE t ORDER BY f(1)                       => STORED_CODE
                    EXPLAIN ANALYZE TABLE t ORDER BY f(1)               => STORED_CODE
                    SELECT PS_THREAD_ID(CONNECTION_ID())                => READS_CONNECTION_ID NAMES_PROCESSLIST
                    SELECT VECTOR_DIM(a), ANY_VALUE(b) FROM t
                    SELECT a FROM t, LATERAL (SELECT 1) AS x (b)
                    CREATE FUNCTION f() RETURNS INT LANGUAGE JAVASCRIPT AS $$ return 1; $$ => - UNSURE
                    SELECT * FROM t INTO @a                             => USER_VARIABLE USER_VARIABLE_ASSIGNED
                    """;

    private StatementTable() {}

    static List<Row> rows() {
        List<Row> rows = new java.util.ArrayList<>();
        for (Flavour flavour : Flavour.values()) {
            add(rows, flavour, BOTH);
            add(rows, flavour, flavour == Flavour.MYSQL ? MYSQL : MARIADB);
        }
        return rows;
    }

    private static void add(List<Row> rows, Flavour flavour, String table) {
        for (String line : table.split("\n")) {
            if (!line.isBlank()) {
                int arrow = line.indexOf(" => ");
                String sql = arrow < 0 ? line : line.substring(0, arrow).stripTrailing();
                rows.add(new Row(flavour, sql, arrow < 0 ? EnumSet.of(Trait.SINGLE) : traits(line.substring(arrow + 4))));
            }
        }
    }

    private static Set<Trait> traits(String names) {
        EnumSet<Trait> traits = EnumSet.of(Trait.SINGLE);
        Arrays.stream(names.strip().split(" +")).forEach(name -> {
            if (name.equals("-")) {
                traits.remove(Trait.SINGLE);
            } else {
                traits.add(Trait.valueOf(name));
            }
        });
        return traits;
    }
}
