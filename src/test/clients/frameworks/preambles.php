<?php

// What newer and older versions of PHP frameworks send on a new connection, after their sources; the frameworks' own programs are beside this one, in the
// one version that the distribution has: HOST PORT USER PASSWORD DATABASE TLS(0|1).

declare(strict_types=1);

require __DIR__ . '/workers.php';

const STRICT = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';

/** @return array<string, callable(PDO): void> */
function preambles(string $database): array
{
    return [
        // MySqlConnector::configureConnection, since Laravel 11
        'Laravel 12' => function (PDO $pdo) use ($database) {
            $pdo->exec("use `$database`;");
            $pdo->exec('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;');
            $pdo->exec("SET NAMES 'utf8mb4' COLLATE 'utf8mb4_unicode_ci', time_zone='+02:00', SESSION sql_mode='" . STRICT . "';");
        },
        // the same connector up to Laravel 10: each by a prepared statement
        'Laravel 10' => function (PDO $pdo) use ($database) {
            $pdo->exec("use `$database`;");
            $pdo->prepare("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")->execute();
            $pdo->prepare("set names 'utf8mb4' collate 'utf8mb4_unicode_ci'")->execute();
            $pdo->prepare('set time_zone="+02:00"')->execute();
            $pdo->prepare("set session sql_mode='" . STRICT . "'")->execute();
        },
        // yii\db\Connection::initConnection with `emulatePrepare` off, charset and an afterOpen handler
        'Yii 2' => function (PDO $pdo) {
            $pdo->exec('SET NAMES ' . $pdo->quote('utf8mb4') . ' COLLATE utf8mb4_unicode_ci');
            $pdo->exec("SET time_zone = '+02:00'");
            $pdo->exec("SET @@session.sql_mode = '" . STRICT . "'");
        },
        // wpdb::set_charset and wpdb::set_sql_mode: reads the modes first, then sets what is left of them
        'WordPress' => function (PDO $pdo) {
            $pdo->exec("SET NAMES 'utf8mb4' COLLATE 'utf8mb4_unicode_ci'");
            $modes = explode(',', (string) $pdo->query('SELECT @@SESSION.sql_mode')->fetchColumn());
            $pdo->exec("SET SESSION sql_mode='" . implode(',', array_diff($modes, ['NO_ZERO_DATE', 'ONLY_FULL_GROUP_BY', 'TRADITIONAL', 'ANSI'])) . "'");
            $pdo->exec("SET time_zone = '+02:00'");
        },
    ];
}

function request(callable $preamble, int $n): void
{
    global $host, $port, $user, $password, $database;
    $pdo = new PDO("mysql:host=$host;port=$port;dbname=$database", $user, $password, [PDO::ATTR_EMULATE_PREPARES => false]);
    $preamble($pdo);
    $insert = $pdo->prepare('insert into `preamble_users` (`name`, `n`) values (?, ?)');
    $insert->execute(["user $n", $n]);
    $id = $pdo->lastInsertId();
    $select = $pdo->prepare('select `name` from `preamble_users` where `id` = ? limit 1');
    $select->execute([$id]);
    same("user $n", $select->fetchColumn(), 'name');
    $pdo->beginTransaction();
    $insert->execute(["rolled back $n", $n]);
    $pdo->rollBack();
    $delete = $pdo->prepare('delete from `preamble_users` where `id` = ?');
    $delete->execute([$id]);
    same(1, $delete->rowCount(), 'rows deleted');
    $seen = $pdo->query('SELECT @@session.time_zone, @@collation_connection, @@session.sql_mode LIKE \'%STRICT_TRANS_TABLES%\'')->fetch(PDO::FETCH_NUM);
    same(['+02:00', 'utf8mb4_unicode_ci', 1], [$seen[0], $seen[1], (int) $seen[2]], 'settings');
}

$first = new PDO("mysql:host=$host;port=$port;dbname=$database", $user, $password);
$first->exec('DROP TABLE IF EXISTS preamble_users');
$first->exec('CREATE TABLE preamble_users (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100), n BIGINT)');
$first = null; // a connection that the workers inherit would be closed by each of them
foreach (preambles($database) as $name => $preamble) {
    serve($name, 6, 6, fn(int $n) => request($preamble, $n));
}
$last = new PDO("mysql:host=$host;port=$port;dbname=$database", $user, $password);
echo 'ok rows left: ', $last->query('SELECT COUNT(*) FROM preamble_users')->fetchColumn(), "\n";
