<?php
// Laravel's and Doctrine's way with PDO: what their connectors send first, and the statements of a small application, on several connections in turn.
[, $host, $port, $user, $password, $database, $framework] = $argv;

function connect(): PDO
{
    global $host, $port, $user, $password, $database, $framework;
    $options = [PDO::ATTR_CASE => PDO::CASE_NATURAL, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_ORACLE_NULLS => PDO::NULL_NATURAL,
        PDO::ATTR_STRINGIFY_FETCHES => false, PDO::ATTR_EMULATE_PREPARES => false];
    if ($framework === 'doctrine') {
        $pdo = new PDO("mysql:host=$host;port=$port;dbname=$database;charset=utf8mb4", $user, $password, $options);
        $pdo->getAttribute(PDO::ATTR_SERVER_VERSION);
        $pdo->query('SELECT VERSION()')->fetchColumn();
        $pdo->exec("SET NAMES utf8mb4");
        $pdo->query('SELECT DATABASE()')->fetchColumn();
        $pdo->exec('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
        return $pdo;
    }
    $pdo = new PDO("mysql:host=$host;port=$port;dbname=$database", $user, $password, $options);
    $pdo->exec("use `$database`;");
    $pdo->exec('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;');
    $pdo->prepare("set names 'utf8mb4' collate 'utf8mb4_unicode_ci'")->execute();
    $pdo->prepare('set time_zone="+00:00"')->execute();
    $pdo->prepare("set session sql_mode='ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'")
        ->execute();
    return $pdo;
}

function work(PDO $pdo, string $table, int $n): void
{
    $insert = $pdo->prepare("insert into `$table` (`name`, `n`) values (?, ?)");
    $insert->execute(["user $n", $n]);
    $id = $pdo->lastInsertId();
    $select = $pdo->prepare("select * from `$table` where `id` = ? limit 1");
    $select->execute([$id]);
    $row = $select->fetch(PDO::FETCH_ASSOC);
    if ($row['name'] !== "user $n") {
        throw new Exception("id $id is {$row['name']}, not user $n");
    }
    $update = $pdo->prepare("update `$table` set `n` = `n` + ? where `id` = ?");
    $update->execute([1, $id]);
    if ($update->rowCount() !== 1) {
        throw new Exception('updated ' . $update->rowCount());
    }
    $pdo->beginTransaction();
    $pdo->exec('SAVEPOINT trans2');
    $insert->execute(["in a transaction $n", $n]);
    $pdo->exec($n % 2 ? 'ROLLBACK TO SAVEPOINT trans2' : 'RELEASE SAVEPOINT trans2');
    $n % 3 ? $pdo->commit() : $pdo->rollBack();
    $count = $pdo->prepare("select count(*) as aggregate from `$table` where `n` >= ?");
    $count->execute([0]);
    $count->fetchColumn();
    try {
        $pdo->query("select * from `{$table}_missing`");
    } catch (PDOException $e) {
    }
    $pdo->prepare("delete from `$table` where `id` = ?")->execute([$id]);
}

$connections = array_map(fn() => connect(), range(1, 6));
foreach (range(1, 60) as $n) {
    work($connections[$n % 6], $framework . '_users', $n);
}
echo "ok\n";
