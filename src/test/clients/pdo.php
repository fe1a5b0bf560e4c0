<?php

// PHP's PDO (mysqlnd) against a MySQL or MariaDB endpoint.

declare(strict_types=1);

require __DIR__ . '/harness.php';

$target = Target::fromArguments($argv);

function connect(array $options = [], ?string $user = null, ?string $password = null): PDO
{
    global $target;
    $options += [
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_PERSISTENT => $target->persistent,
        PDO::ATTR_EMULATE_PREPARES => true,
        PDO::MYSQL_ATTR_LOCAL_INFILE => true,
    ];
    if ($target->tls) {
        $options += [PDO::MYSQL_ATTR_SSL_CIPHER => 'DEFAULT', PDO::MYSQL_ATTR_SSL_VERIFY_SERVER_CERT => false];
    }
    return new PDO(
        "mysql:host={$target->host};port={$target->port};dbname={$target->database};charset=utf8mb4",
        $user ?? $target->user,
        $password ?? $target->password,
        $options,
    );
}

function prepared(array $options = []): PDO
{
    return connect($options + [PDO::ATTR_EMULATE_PREPARES => false, PDO::ATTR_STRINGIFY_FETCHES => false]);
}

function value(PDO $pdo, string $sql): mixed
{
    $statement = $pdo->query($sql);
    $value = $statement->fetchColumn();
    $statement->closeCursor();
    return $value;
}

/** The error as the driver gives it: code, SQLSTATE, text. */
function failure(callable $action): string
{
    try {
        $action();
    } catch (PDOException $e) {
        return ($e->errorInfo[1] ?? $e->getCode()) . ' ' . ($e->errorInfo[0] ?? '') . ' ' . ($e->errorInfo[2] ?? $e->getMessage());
    }
    throw new Exception('no error');
}

$setUp = connect([PDO::ATTR_PERSISTENT => false]);
foreach (['DROP TABLE IF EXISTS items, types, numbers', 'DROP PROCEDURE IF EXISTS two_results', 'DROP PROCEDURE IF EXISTS out_values'] as $sql) {
    $setUp->exec($sql);
}
$setUp->exec('CREATE TABLE items (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) UNIQUE, amount INT DEFAULT 0)');
$setUp->exec('CREATE TABLE numbers (n INT PRIMARY KEY)');
$setUp->exec('INSERT INTO numbers VALUES ' . implode(',', array_map(fn($n) => "($n)", range(0, 499))));
$setUp->exec('CREATE TABLE types (id INT PRIMARY KEY, i BIGINT, u BIGINT UNSIGNED, d DECIMAL(20,5), f DOUBLE, t VARCHAR(100) CHARACTER SET utf8mb4,
    b BLOB, day DATE, moment DATETIME(6), span TIME(3), j JSON, nothing INT)');
$setUp->exec('CREATE PROCEDURE two_results(IN a INT) BEGIN SELECT a AS first; SELECT a + 1 AS second, 2 AS third; END');
$setUp->exec('CREATE PROCEDURE out_values(IN a INT, OUT b INT, INOUT c INT) BEGIN SET b = a * 2; SET c = c + 1; END');

/** One row with the extremes of every type. */
function row(): array
{
    return [
        'id' => 1, 'i' => -9223372036854775807, 'u' => '18446744073709551615', 'd' => '123456789012345.67890', 'f' => 0.5,
        't' => "Grüße 🐬 '\"\\ \0 end", 'b' => everyByte(), 'day' => '2024-02-29', 'moment' => '2024-02-29 12:34:56.123456',
        'span' => '-100:59:58.500', 'j' => '{"a": [1, 2, "é"]}', 'nothing' => null,
    ];
}

/** Writes and reads one row of every type, in the text or the binary protocol as the connection is set. */
function types(PDO $pdo): void
{
    $pdo->exec('DELETE FROM types');
    $row = row();
    $names = array_keys($row);
    $insert = $pdo->prepare('INSERT INTO types (' . implode(', ', $names) . ') VALUES (:' . implode(', :', $names) . ')');
    foreach ($row as $name => $cell) {
        $insert->bindValue($name, $cell, match (true) {
            $cell === null => PDO::PARAM_NULL, is_int($cell) => PDO::PARAM_INT, $name === 'b' => PDO::PARAM_LOB, default => PDO::PARAM_STR,
        });
    }
    $insert->execute();
    same($row, $pdo->query('SELECT ' . implode(', ', $names) . ' FROM types')->fetch(PDO::FETCH_ASSOC), 'row');
}

function countRows(PDO $pdo): int
{
    $rows = 0;
    foreach ($pdo->query(MANY_ROWS, PDO::FETCH_NUM) as [$n, $hash]) {
        if ($hash !== hash('sha256', (string) $n)) {
            throw new Exception("row $n is damaged");
        }
        $rows++;
    }
    return $rows;
}

/** Puts a setting back, which matters where the next case gets the same persistent connection. */
function during(PDO $pdo, string $set, string $restore, callable $action): void
{
    $pdo->exec($set);
    try {
        $action();
    } finally {
        $pdo->exec($restore);
    }
}

run([
    'connect' => fn() => same('1', (string) value(connect(), 'SELECT 1')),
    'wrong_password' => fn() => failure(fn() => connect([], null, 'wrong')),
    'unknown_schema' => function () use ($target) {
        $dsn = "mysql:host={$target->host};port={$target->port};dbname=no_such_schema";
        return failure(fn() => new PDO($dsn, $target->user, $target->password));
    },
    'empty_password' => fn() => same($target->user . '_empty', strtok(value(connect([], $target->user . '_empty', ''), 'SELECT USER()'), '@')),
    'default_schema' => fn() => same($target->database, value(connect(), 'SELECT DATABASE()')),
    'persistent_connection_is_reused' => function () use ($target) {
        if (!$target->persistent) {
            throw new Skip('not persistent');
        }
        $first = value(connect(), 'SELECT CONNECTION_ID()');
        same($first, value(connect(), 'SELECT CONNECTION_ID()'));
    },
    'connection_id_is_stable' => function () {
        $pdo = connect();
        same(value($pdo, 'SELECT CONNECTION_ID()'), value($pdo, 'SELECT CONNECTION_ID()'));
    },
    'types_text' => fn() => types(connect()),
    'types_binary' => fn() => types(prepared()),
    'transaction_commit' => function () {
        [$one, $other] = [connect(), connect([PDO::ATTR_PERSISTENT => false])];
        $one->exec('DELETE FROM items');
        $one->beginTransaction();
        $one->exec("INSERT INTO items (name) VALUES ('a')");
        same(true, $one->inTransaction(), 'in transaction');
        same(0, value($other, 'SELECT COUNT(*) FROM items'), 'before');
        $one->commit();
        same(false, $one->inTransaction(), 'in transaction');
        same(1, value($other, 'SELECT COUNT(*) FROM items'), 'after');
    },
    'transaction_rollback' => function () {
        [$one, $other] = [connect(), connect([PDO::ATTR_PERSISTENT => false])];
        $one->exec('DELETE FROM items');
        $one->beginTransaction();
        $one->exec("INSERT INTO items (name) VALUES ('a')");
        $one->rollBack();
        same(0, value($other, 'SELECT COUNT(*) FROM items'));
    },
    'autocommit_off' => function () {
        [$one, $other] = [connect(), connect([PDO::ATTR_PERSISTENT => false])];
        $one->exec('DELETE FROM items');
        during($one, 'SET autocommit=0', 'SET autocommit=1', function () use ($one, $other) {
            $one->exec("INSERT INTO items (name) VALUES ('a')");
            same(0, value($other, 'SELECT COUNT(*) FROM items'), 'before');
            $one->exec('COMMIT');
            same(1, value($other, 'SELECT COUNT(*) FROM items'), 'after');
            same(0, value($one, 'SELECT @@autocommit'), 'autocommit');
        });
    },
    'prepared_with_changed_types' => function () {
        // A bare ? would keep the type that it saw first on MySQL, as long as it stays on one server connection.
        $statement = prepared()->prepare("SELECT CONCAT(?, '')");
        foreach ([[7, PDO::PARAM_INT], ['text', PDO::PARAM_STR], [null, PDO::PARAM_NULL], ['8x', PDO::PARAM_LOB], [9, PDO::PARAM_INT]] as [$v, $type]) {
            $statement->bindValue(1, $v, $type);
            $statement->execute();
            [$text] = $statement->fetch(PDO::FETCH_NUM);
            same((string) $v, (string) $text);
            $statement->closeCursor();
        }
    },
    'prepared_hundred_at_once' => function () {
        $pdo = prepared();
        $statements = array_map(fn($n) => $pdo->prepare("SELECT ? + $n"), range(1, 100));
        foreach ([5, 6] as $add) {
            foreach ($statements as $n => $statement) {
                $statement->bindValue(1, $add, PDO::PARAM_INT);
                $statement->execute();
                same($add + $n + 1, (int) $statement->fetchColumn());
                $statement->closeCursor();
            }
        }
        $statements = [];
        same(1, value($pdo, 'SELECT 1'));
    },
    'big_result' => fn() => same(EVERY_ROW, countRows(connect())),
    'big_result_binary' => fn() => same(EVERY_ROW, countRows(prepared())),
    'big_result_unbuffered' => fn() => same(EVERY_ROW, countRows(connect([PDO::MYSQL_ATTR_USE_BUFFERED_QUERY => false]))),
    'unbuffered_abandoned' => function () {
        $pdo = connect([PDO::MYSQL_ATTR_USE_BUFFERED_QUERY => false]);
        $statement = $pdo->query(MANY_ROWS);
        $statement->fetch();
        $statement->closeCursor();
        same(2, value($pdo, 'SELECT 2'));
    },
    'packet_over_16_mib_each_way' => function () {
        $big = str_repeat('0123456789abcdef', 20 << 16);
        $statement = connect()->prepare('SELECT ? AS big');
        $statement->execute([$big]);
        same(md5($big), md5($statement->fetchColumn()));
    },
    'error_syntax' => fn() => failure(fn() => connect()->exec('SELEKT 1')),
    'error_duplicate_key' => fn() => failure(fn() => connect()->exec('INSERT INTO numbers VALUES (7)')),
    'error_in_prepare' => fn() => failure(fn() => prepared()->prepare('SELECT * FROM no_such_table')),
    'usable_after_error' => function () {
        $pdo = prepared();
        failure(fn() => $pdo->exec('SELEKT 1'));
        failure(fn() => $pdo->prepare('SELEKT 1'));
        failure(fn() => $pdo->prepare('INSERT INTO numbers VALUES (?)')->execute([7]));
        same(1, value($pdo, 'SELECT 1'));
    },
    'multi_statements' => function () {
        $pdo = connect();
        $statement = $pdo->query('SELECT 1; DO 0; SELECT 2, 3');
        $seen = [];
        do {
            $seen[] = $statement->columnCount() > 0 ? $statement->fetchAll(PDO::FETCH_NUM) : 'none';
        } while ($statement->nextRowset());
        same([[[1]], 'none', [[2, 3]]], $seen);
        same(4, value($pdo, 'SELECT 4'));
    },
    'multi_statements_failing_half_way' => function () {
        $pdo = connect();
        $statement = $pdo->query('SELECT 1; SELECT * FROM no_such_table; SELECT 3');
        same([[1]], $statement->fetchAll(PDO::FETCH_NUM));
        $failure = failure(fn() => $statement->nextRowset());
        $statement = null;
        same(4, value($pdo, 'SELECT 4'));
        return $failure;
    },
    'procedure_result_sets' => function () {
        $statement = prepared()->prepare('CALL two_results(?)');
        $statement->execute([5]);
        $seen = [];
        do {
            $seen[] = $statement->columnCount() > 0 ? $statement->fetchAll(PDO::FETCH_NUM) : 'none';
        } while ($statement->nextRowset());
        same([[[5]], [[6, 2]]], array_slice($seen, 0, 2));
    },
    'procedure_out' => function () {
        $pdo = connect();
        $pdo->exec('SET @b = 0, @c = 1');
        $pdo->exec('CALL out_values(21, @b, @c)');
        same([42, 2], $pdo->query('SELECT @b, @c')->fetch(PDO::FETCH_NUM));
    },
    'infile_allowed' => function () {
        $file = tempnam(sys_get_temp_dir(), 'usher');
        file_put_contents($file, implode('', array_map(fn($n) => "$n\n", range(1000, 50999))));
        $pdo = connect();
        try {
            same(50000, $pdo->exec("LOAD DATA LOCAL INFILE '$file' INTO TABLE numbers"));
            same(50000, $pdo->exec('DELETE FROM numbers WHERE n >= 1000'));
        } finally {
            unlink($file);
        }
    },
    'infile_missing_file' => function () {
        $pdo = connect();
        @failure(fn() => $pdo->exec("LOAD DATA LOCAL INFILE '/no/such/file' INTO TABLE numbers"));
        same(1, value($pdo, 'SELECT 1'));
    },
    'infile_refused' => function () {
        // PDO finds a persistent connection by DSN and account alone, whatever its options.
        $pdo = connect([PDO::MYSQL_ATTR_LOCAL_INFILE => false, PDO::ATTR_PERSISTENT => false]);
        $failure = failure(fn() => $pdo->exec("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE numbers"));
        same(1, value($pdo, 'SELECT 1'));
        return $failure;
    },
    'cancel_by_kill_query' => function () {
        $pdo = connect();
        $id = value($pdo, 'SELECT CONNECTION_ID()');
        $killer = killer($id);
        $started = microtime(true);
        try {
            $interrupted = value($pdo, 'SELECT SLEEP(30)');
        } catch (PDOException $e) {
            $interrupted = $e->errorInfo[1];
        }
        pclose($killer);
        same(true, microtime(true) - $started < 20, 'interrupted');
        same(5, value($pdo, 'SELECT 5'));
        return (string) $interrupted;
    },
    'session_names' => function () {
        $pdo = connect();
        during($pdo, "SET NAMES latin1", 'SET NAMES utf8mb4', function () use ($pdo) {
            same("\xe4", value($pdo, 'SELECT _utf8mb4 0xC3A4'), 'ä in latin1');
            same('C3A4', value($pdo, "SELECT HEX(CONVERT('\xe4' USING utf8mb4))"), 'ä as utf8mb4');
            same('latin1', value($pdo, 'SELECT @@character_set_results'));
        });
    },
    'session_sql_mode' => function () {
        $pdo = connect();
        during($pdo, "SET SESSION sql_mode='ANSI_QUOTES'", 'SET SESSION sql_mode=@@GLOBAL.sql_mode', function () use ($pdo) {
            same('ANSI_QUOTES', value($pdo, 'SELECT @@sql_mode'));
            same(499, value($pdo, 'SELECT MAX("n") FROM numbers'));
        });
    },
    'session_time_zone' => function () {
        $pdo = connect();
        during($pdo, "SET time_zone='+05:30'", 'SET time_zone=@@GLOBAL.time_zone', function () use ($pdo) {
            same('1970-01-01 05:30:01', value($pdo, "SELECT DATE_FORMAT(FROM_UNIXTIME(1), '%Y-%m-%d %H:%i:%s')"));
        });
    },
    'session_schema' => function () use ($target) {
        $pdo = connect();
        during($pdo, 'USE information_schema', "USE {$target->database}", fn() => same('information_schema', value($pdo, 'SELECT DATABASE()')));
        same($target->database, value($pdo, 'SELECT DATABASE()'));
    },
    'last_insert_id' => function () {
        $pdo = connect();
        $pdo->exec('TRUNCATE items');
        $pdo->exec("INSERT INTO items (name) VALUES ('x'), ('y')");
        same('1', $pdo->lastInsertId());
        same(1, value($pdo, 'SELECT LAST_INSERT_ID()'));
        $pdo->exec('DO 0');
        same(1, value($pdo, 'SELECT LAST_INSERT_ID()'), 'again');
    },
    'user_variables' => function () {
        $pdo = connect();
        $pdo->exec("SET @a = 41, @b = 'ü'");
        value($pdo, 'SELECT @c := 7');
        same([42, 'ü', 7], $pdo->query('SELECT @a + 1, @b, @c')->fetch(PDO::FETCH_NUM));
    },
    'temporary_table' => function () {
        $pdo = connect();
        $pdo->exec('CREATE TEMPORARY TABLE scratch (n INT)');
        $pdo->exec('INSERT INTO scratch VALUES (3)');
        same(3, value($pdo, 'SELECT n FROM scratch'));
        $pdo->exec('DROP TEMPORARY TABLE scratch');
    },
    'get_lock' => function () {
        [$one, $other] = [connect(), connect([PDO::ATTR_PERSISTENT => false])];
        same(1, value($one, "SELECT GET_LOCK('usher-pdo', 1)"));
        same(0, value($other, "SELECT GET_LOCK('usher-pdo', 0)"), 'held');
        same(1, value($one, "SELECT RELEASE_LOCK('usher-pdo')"));
        same(1, value($other, "SELECT GET_LOCK('usher-pdo', 1)"), 'free');
    },
    'warnings' => function () {
        $pdo = connect();
        during($pdo, "SET SESSION sql_mode=''", 'SET SESSION sql_mode=@@GLOBAL.sql_mode', function () use ($pdo) {
            $pdo->exec("INSERT INTO items (name) VALUES ('longer than twenty characters')");
            same('Warning 1265', implode(' ', array_slice($pdo->query('SHOW WARNINGS')->fetch(PDO::FETCH_NUM), 0, 2)));
        });
    },
    'found_rows_and_row_count' => function () {
        $pdo = connect();
        $pdo->query('SELECT SQL_CALC_FOUND_ROWS n FROM numbers LIMIT 3')->fetchAll();
        same(500, value($pdo, 'SELECT FOUND_ROWS()'));
        same(10, $pdo->exec('UPDATE numbers SET n = n + 100000 WHERE n < 10'));
        same(10, value($pdo, 'SELECT ROW_COUNT()'));
        $pdo->exec('UPDATE numbers SET n = n - 100000 WHERE n >= 100000');
    },
    'ping_and_statistics' => fn() => same(1, preg_match('/^Uptime: \d+ /', connect()->getAttribute(PDO::ATTR_SERVER_INFO))),
    'server_version' => fn() => connect()->getAttribute(PDO::ATTR_SERVER_VERSION),
    'compression' => fn() => same(EVERY_ROW, countRows(connect([PDO::MYSQL_ATTR_COMPRESS => true, PDO::ATTR_PERSISTENT => false]))),
]);
