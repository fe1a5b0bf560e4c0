<?php

// PHP's mysqli (mysqlnd) against a MySQL or MariaDB endpoint. Needs `php -d mysqli.allow_local_infile=1`.

declare(strict_types=1);

require __DIR__ . '/harness.php';

$target = Target::fromArguments($argv);
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);

function connect(int $flags = 0, ?string $user = null, ?string $password = null, ?bool $persistent = null): mysqli
{
    global $target;
    $db = mysqli_init();
    $db->options(MYSQLI_OPT_INT_AND_FLOAT_NATIVE, 1);
    if ($target->tls) {
        $flags |= MYSQLI_CLIENT_SSL | MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT;
    }
    $host = ($persistent ?? $target->persistent ? 'p:' : '') . $target->host;
    // A refused connection is a warning and an exception; the exception is enough.
    @$db->real_connect($host, $user ?? $target->user, $password ?? $target->password, $target->database, $target->port, null, $flags);
    $db->set_charset('utf8mb4');
    return $db;
}

function value(mysqli $db, string $sql): mixed
{
    return $db->query($sql)->fetch_column();
}

function failure(callable $action): string
{
    try {
        $action();
    } catch (mysqli_sql_exception $e) {
        return "{$e->getCode()} {$e->getSqlState()} {$e->getMessage()}";
    }
    throw new Exception('no error');
}

/** Every result of a multi-statement or procedure call: rows, or 'none'. */
function results(mysqli|mysqli_stmt $from): array
{
    $seen = [];
    do {
        $result = $from instanceof mysqli ? $from->store_result() : $from->get_result();
        $seen[] = $result ? $result->fetch_all() : 'none';
    } while ($from->more_results() && $from->next_result());
    return $seen;
}

function countRows(mysqli $db, int $mode): int
{
    $rows = 0;
    foreach ($db->query(MANY_ROWS, $mode) as ['n' => $n, 'h' => $hash]) {
        if ($hash !== hash('sha256', (string) $n)) {
            throw new Exception("row $n is damaged");
        }
        $rows++;
    }
    return $rows;
}

$setUp = connect(persistent: false);
foreach (['DROP TABLE IF EXISTS items, types, numbers', 'DROP PROCEDURE IF EXISTS two_results', 'DROP PROCEDURE IF EXISTS out_values',
    'CREATE TABLE items (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) UNIQUE, amount INT DEFAULT 0)',
    'CREATE TABLE numbers (n INT PRIMARY KEY)',
    'INSERT INTO numbers VALUES ' . implode(',', array_map(fn($n) => "($n)", range(0, 499))),
    'CREATE TABLE types (i BIGINT, u BIGINT UNSIGNED, d DECIMAL(20,5), f DOUBLE, t VARCHAR(100) CHARACTER SET utf8mb4,
        b BLOB, day DATE, moment DATETIME(6), span TIME(3), j JSON, nothing INT)',
    'CREATE PROCEDURE two_results(IN a INT) BEGIN SELECT a AS first; SELECT a + 1 AS second, 2 AS third; END',
    'CREATE PROCEDURE out_values(IN a INT, OUT b INT, INOUT c INT) BEGIN SET b = a * 2; SET c = c + 1; END'] as $sql) {
    $setUp->query($sql);
}

run([
    'connect' => fn() => same(1, value(connect(), 'SELECT 1')),
    'wrong_password' => fn() => failure(fn() => connect(password: 'wrong')),
    'empty_password' => fn() => same($target->user . '_empty', strtok(value(connect(0, $target->user . '_empty', ''), 'SELECT USER()'), '@')),
    'default_schema' => fn() => same($target->database, value(connect(), 'SELECT DATABASE()')),
    'connection_id_is_the_greetings' => function () {
        $db = connect();
        same($db->thread_id, value($db, 'SELECT CONNECTION_ID()'));
        same($db->thread_id, value($db, 'SELECT CONNECTION_ID()'), 'again');
    },
    'persistent_connection_is_reset' => function () use ($target) {
        if (!$target->persistent) {
            throw new Skip('not persistent');
        }
        $db = connect();
        $db->query('SET @left = 1');
        $db->close();
        same(null, value(connect(), 'SELECT @left'));
    },
    'types_binary_and_text' => function () {
        $db = connect();
        $db->query('DELETE FROM types');
        $row = [-9223372036854775807, '18446744073709551615', '123456789012345.67890', 0.5, "Grüße 🐬 '\"\\ \0 end", everyByte(),
            '2024-02-29', '2024-02-29 12:34:56.123456', '-100:59:58.500', '{"a": [1, 2, "é"]}', null];
        $insert = $db->prepare('INSERT INTO types VALUES (' . implode(', ', array_fill(0, count($row), '?')) . ')');
        $insert->bind_param('issdsssssss', ...$row);
        $insert->execute();
        same($row, $db->query('SELECT * FROM types')->fetch_row(), 'text');
        $select = $db->prepare('SELECT * FROM types');
        $select->execute();
        same($row, $select->get_result()->fetch_row(), 'binary');
    },
    'transaction_commit_and_rollback' => function () {
        [$one, $other] = [connect(), connect(persistent: false)];
        $one->query('DELETE FROM items');
        $one->begin_transaction();
        $one->query("INSERT INTO items (name) VALUES ('a')");
        same(0, value($other, 'SELECT COUNT(*) FROM items'), 'before commit');
        $one->commit();
        same(1, value($other, 'SELECT COUNT(*) FROM items'), 'after commit');
        $one->begin_transaction();
        $one->query("INSERT INTO items (name) VALUES ('b')");
        $one->rollback();
        same(1, value($other, 'SELECT COUNT(*) FROM items'), 'after rollback');
    },
    'savepoint' => function () {
        $db = connect();
        $db->query('DELETE FROM items');
        $db->begin_transaction();
        $db->query("INSERT INTO items (name) VALUES ('kept')");
        $db->savepoint('sp');
        $db->query("INSERT INTO items (name) VALUES ('dropped')");
        $db->query('ROLLBACK TO SAVEPOINT sp');
        $db->commit();
        same('kept', value($db, 'SELECT GROUP_CONCAT(name) FROM items'));
    },
    'autocommit_off' => function () {
        [$one, $other] = [connect(), connect(persistent: false)];
        $one->query('DELETE FROM items');
        $one->autocommit(false);
        $one->query("INSERT INTO items (name) VALUES ('a')");
        same(0, value($other, 'SELECT COUNT(*) FROM items'), 'before');
        $one->commit();
        same(1, value($other, 'SELECT COUNT(*) FROM items'), 'after');
        same(0, value($one, 'SELECT @@autocommit'));
        $one->commit();
        $one->autocommit(true);
    },
    'prepared_with_changed_types' => function () {
        $db = connect();
        // A bare ? would keep the type that it saw first on MySQL, as long as it stays on one server connection.
        $statement = $db->prepare("SELECT CONCAT(?, '')");
        foreach ([['i', 7], ['s', 'text'], ['d', 0.5], ['b', null], ['i', 8]] as [$type, $v]) {
            $statement->bind_param($type, $v);
            $statement->execute();
            [$text] = $statement->get_result()->fetch_row();
            same((string) $v, (string) $text, $type);
        }
    },
    'prepared_long_data' => function () {
        $db = connect();
        $statement = $db->prepare('SELECT SHA2(?, 256), LENGTH(?)');
        [$null, $whole] = [null, str_repeat(everyByte(), 1024)];
        $statement->bind_param('bb', $null, $null);
        foreach (str_split($whole, 100000) as $piece) {
            $statement->send_long_data(0, $piece);
            $statement->send_long_data(1, $piece);
        }
        $statement->execute();
        same([hash('sha256', $whole), strlen($whole)], $statement->get_result()->fetch_row());
    },
    'prepared_cursor' => function () {
        $db = connect();
        $statement = $db->prepare('SELECT n FROM numbers ORDER BY n');
        $statement->attr_set(MYSQLI_STMT_ATTR_CURSOR_TYPE, MYSQLI_CURSOR_TYPE_READ_ONLY);
        $statement->execute();
        $statement->bind_result($n);
        $sum = 0;
        while ($statement->fetch()) {
            $sum += $n;
        }
        same(499 * 250, $sum);
        $statement->close();
        same(1, value($db, 'SELECT 1'));
    },
    'prepared_hundred_at_once' => function () {
        $db = connect();
        $statements = array_map(fn($n) => $db->prepare("SELECT ? + $n"), range(1, 100));
        foreach ($statements as $n => $statement) {
            $statement->bind_param('i', $n);
            $statement->execute();
            same(2 * $n + 1, $statement->get_result()->fetch_column());
        }
        array_walk($statements, fn($statement) => $statement->close());
        same(1, value($db, 'SELECT 1'));
    },
    'big_result' => fn() => same(EVERY_ROW, countRows(connect(), MYSQLI_STORE_RESULT)),
    'big_result_unbuffered' => fn() => same(EVERY_ROW, countRows(connect(), MYSQLI_USE_RESULT)),
    'packet_over_16_mib_each_way' => function () {
        $big = str_repeat('0123456789abcdef', 20 << 16);
        same(md5($big), md5(value(connect(), "SELECT '$big'")));
    },
    'error_syntax' => fn() => failure(fn() => connect()->query('SELEKT 1')),
    'error_duplicate_key' => fn() => failure(fn() => connect()->query('INSERT INTO numbers VALUES (7)')),
    'usable_after_error' => function () {
        $db = connect();
        failure(fn() => $db->query('SELEKT 1'));
        failure(fn() => $db->prepare('SELEKT 1'));
        same(1, value($db, 'SELECT 1'));
    },
    'multi_statements' => function () {
        $db = connect();
        $db->multi_query('SELECT 1; DO 0; SELECT 2, 3');
        same([[[1]], 'none', [[2, 3]]], results($db));
        same(4, value($db, 'SELECT 4'));
    },
    'multi_statements_failing_half_way' => function () {
        $db = connect();
        $db->multi_query('SELECT 1; SELECT * FROM no_such_table; SELECT 3');
        $failure = failure(fn() => results($db));
        same(4, value($db, 'SELECT 4'));
        return $failure;
    },
    'multi_statements_refused_in_query' => fn() => failure(fn() => connect()->query('SELECT 1; SELECT 2')),
    'procedure_result_sets' => function () {
        $db = connect();
        $db->multi_query('CALL two_results(5)');
        same([[[5]], [[6, 2]], 'none'], results($db), 'text');
        $statement = $db->prepare('CALL two_results(?)');
        $statement->execute([7]);
        same([[[7]], [[8, 2]], 'none'], results($statement), 'binary');
    },
    'procedure_out' => function () {
        $db = connect();
        $db->query('SET @b = 0, @c = 1');
        $db->query('CALL out_values(21, @b, @c)');
        same([42, 2], $db->query('SELECT @b, @c')->fetch_row());
    },
    'infile_allowed' => function () {
        $file = tempnam(sys_get_temp_dir(), 'usher');
        file_put_contents($file, implode('', array_map(fn($n) => "$n\n", range(1000, 1999))));
        $db = connect();
        $db->query("LOAD DATA LOCAL INFILE '$file' INTO TABLE numbers");
        unlink($file);
        same('Records: 1000  Deleted: 0  Skipped: 0  Warnings: 0', $db->info);
        $db->query('DELETE FROM numbers WHERE n >= 1000');
    },
    'infile_refused' => function () {
        $db = connect(persistent: false);
        // Set now, the server asks for the file and the client answers with nothing.
        $db->options(MYSQLI_OPT_LOCAL_INFILE, 0);
        $failure = failure(fn() => $db->query("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE numbers"));
        same(1, value($db, 'SELECT 1'));
        return $failure;
    },
    'cancel_by_kill_query' => function () {
        $db = connect();
        $killer = killer($db->thread_id);
        $started = microtime(true);
        try {
            $interrupted = value($db, 'SELECT SLEEP(30)');
        } catch (mysqli_sql_exception $e) {
            $interrupted = $e->getCode();
        }
        pclose($killer);
        same(true, microtime(true) - $started < 20, 'interrupted');
        same(5, value($db, 'SELECT 5'));
        return (string) $interrupted;
    },
    'asynchronous_query' => function () {
        $db = connect();
        $db->query('SELECT SLEEP(0.1), 8', MYSQLI_ASYNC);
        [$ready, $errors, $rejected] = [[$db], [], []];
        mysqli_poll($ready, $errors, $rejected, 10);
        same([0, 8], $db->reap_async_query()->fetch_row());
    },
    'session_character_set' => function () {
        $db = connect();
        $db->set_charset('latin1');
        same("\xe4", value($db, 'SELECT _utf8mb4 0xC3A4'));
        same('latin1', value($db, 'SELECT @@character_set_client'));
    },
    'session_settings' => function () use ($target) {
        $db = connect();
        $db->query("SET SESSION sql_mode='ANSI_QUOTES', time_zone='+05:30'");
        $db->select_db('information_schema');
        same('ANSI_QUOTES', value($db, 'SELECT @@sql_mode'));
        same('+05:30', value($db, 'SELECT @@time_zone'));
        same('information_schema', value($db, 'SELECT DATABASE()'));
        same(499, value($db, "SELECT MAX(\"n\") FROM {$target->database}.numbers"));
    },
    'last_insert_id' => function () {
        $db = connect();
        $db->query('TRUNCATE items');
        $db->query("INSERT INTO items (name) VALUES ('x'), ('y')");
        same(1, $db->insert_id);
        same(1, value($db, 'SELECT LAST_INSERT_ID()'));
        $db->query('SELECT LAST_INSERT_ID(77)');
        same(77, value($db, 'SELECT LAST_INSERT_ID()'));
    },
    'user_variables_and_temporary_table' => function () {
        $db = connect();
        $db->query("SET @a = 41, @b = 'ü'");
        same([42, 'ü'], $db->query('SELECT @a + 1, @b')->fetch_row());
        $db->query('CREATE TEMPORARY TABLE scratch AS SELECT 3 AS n');
        same(3, value($db, 'SELECT n FROM scratch'));
    },
    'get_lock' => function () {
        [$one, $other] = [connect(), connect(persistent: false)];
        same(1, value($one, "SELECT GET_LOCK('usher-mysqli', 1)"));
        same(0, value($other, "SELECT GET_LOCK('usher-mysqli', 0)"), 'held');
        same(1, value($one, "SELECT RELEASE_LOCK('usher-mysqli')"));
    },
    'warnings' => function () {
        $db = connect();
        $db->query("SET SESSION sql_mode=''");
        $db->query("INSERT INTO items (name) VALUES ('longer than twenty characters')");
        same(1, $db->warning_count);
        same(1265, $db->get_warnings()->errno);
    },
    'found_rows_and_affected_rows' => function () {
        $db = connect();
        $db->query('SELECT SQL_CALC_FOUND_ROWS n FROM numbers LIMIT 3')->free();
        same(500, value($db, 'SELECT FOUND_ROWS()'));
        $db->query('UPDATE numbers SET n = n WHERE n < 10');
        same(0, $db->affected_rows, 'changed');
        $db = connect(MYSQLI_CLIENT_FOUND_ROWS, persistent: false);
        $db->query('UPDATE numbers SET n = n WHERE n < 10');
        same(10, $db->affected_rows, 'found');
    },
    'change_user' => function () use ($target) {
        $db = connect(persistent: false);
        $db->query('SET @left = 1');
        $db->change_user($target->user . '_empty', '', 'information_schema');
        same($target->user . '_empty', strtok(value($db, 'SELECT USER()'), '@'));
        same($target->user . '_empty', strtok(value($db, 'SELECT CURRENT_USER()'), '@'));
        same(null, value($db, 'SELECT @left'));
        same('information_schema', value($db, 'SELECT DATABASE()'));
        $db->change_user($target->user, $target->password, $target->database);
        same($target->user, strtok(value($db, 'SELECT CURRENT_USER()'), '@'));
    },
    'change_user_refused' => function () use ($target) {
        $db = connect(persistent: false);
        return failure(fn() => $db->change_user($target->user, 'wrong', $target->database));
    },
    'ping' => fn() => same(true, connect()->ping()),
    'statistics' => fn() => same(1, preg_match('/^Uptime: \d+  Threads: \d+  Questions: \d+ /', connect()->stat())),
    'server_info' => fn() => connect()->server_info,
    'compression' => function () {
        $db = connect(MYSQLI_CLIENT_COMPRESS, persistent: false);
        same(EVERY_ROW, countRows($db, MYSQLI_STORE_RESULT));
        $big = str_repeat('0123456789abcdef', 20 << 16);
        same(md5($big), md5(value($db, "SELECT '$big'")));
    },
]);
