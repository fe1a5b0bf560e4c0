<?php

// Doctrine's DBAL over PDO and over mysqli: HOST PORT USER PASSWORD DATABASE TLS(0|1).

declare(strict_types=1);

require __DIR__ . '/workers.php';
require 'Doctrine/DBAL/autoload.php';

use Doctrine\DBAL\Connection;
use Doctrine\DBAL\DriverManager;
use Doctrine\DBAL\Exception\TableNotFoundException;
use Doctrine\DBAL\Exception\UniqueConstraintViolationException;
use Doctrine\DBAL\Schema\Table;
use Doctrine\DBAL\TransactionIsolationLevel;

error_reporting(E_ALL & ~E_DEPRECATED);

/** As DoctrineBundle's usual configuration: utf8mb4, and the time zone by the driver's init command. */
function connect(string $driver): Connection
{
    global $host, $port, $user, $password, $database;
    $init = $driver === 'pdo_mysql' ? PDO::MYSQL_ATTR_INIT_COMMAND : MYSQLI_INIT_COMMAND;
    $connection = DriverManager::getConnection(['driver' => $driver, 'host' => $host, 'port' => (int) $port, 'user' => $user, 'password' => $password,
        'dbname' => $database, 'charset' => 'utf8mb4', 'driverOptions' => [$init => "SET time_zone = '+02:00'"]]);
    $connection->setNestTransactionsWithSavepoints(true);
    $connection->setTransactionIsolation(TransactionIsolationLevel::READ_COMMITTED);
    return $connection;
}

function checkSettings(Connection $connection): void
{
    $seen = $connection->fetchAssociative('SELECT @@session.time_zone AS zone, @@character_set_client AS client');
    same(['zone' => '+02:00', 'client' => 'utf8mb4'], $seen, 'settings');
}

function request(string $driver, int $n): void
{
    $connection = connect($driver);
    $day = new DateTimeImmutable('2026-02-03 04:05:06');
    $connection->insert('doctrine_users', ['name' => "user $n", 'n' => $n, 'made' => $day], ['made' => 'datetime_immutable']);
    $id = (int) $connection->lastInsertId();
    checkSettings($connection);
    $row = $connection->fetchAssociative('SELECT t0.id AS id_1, t0.name AS name_2, t0.made AS made_3 FROM doctrine_users t0 WHERE t0.id = ?', [$id]);
    same("user $n", $row['name_2'], 'name');
    same($day->format('c'), $connection->convertToPHPValue($row['made_3'], 'datetime_immutable')->format('c'), 'datetime');
    same(1, $connection->update('doctrine_users', ['name' => "renamed 🐬 $n"], ['id' => $id]), 'rows updated');

    $connection->transactional(function (Connection $outer) use ($n, $id) {
        $outer->insert('doctrine_users', ['name' => "kept $n", 'n' => -$id, 'made' => '2026-01-01']);
        try {
            $outer->transactional(function (Connection $inner) use ($n, $id) { // a savepoint
                $inner->insert('doctrine_users', ['name' => "given up $n", 'n' => -$id, 'made' => '2026-01-01']);
                throw new DomainException();
            });
        } catch (DomainException) {
        }
    });
    $query = $connection->createQueryBuilder()->select('name')->from('doctrine_users')->where('n = :n')->setParameter('n', -$id);
    same(["kept $n"], $query->executeQuery()->fetchFirstColumn(), 'after the transaction');
    $connection->beginTransaction();
    $connection->delete('doctrine_users', ['n' => -$id]);
    $connection->rollBack();
    same(["kept $n"], $query->executeQuery()->fetchFirstColumn(), 'after a rollback');

    foreach (['SELECT * FROM doctrine_missing' => TableNotFoundException::class,
        "INSERT INTO doctrine_users (id, name, n, made) VALUES ($id, 'again', 0, NOW())" => UniqueConstraintViolationException::class] as $wrong => $expected) {
        try {
            $connection->executeStatement($wrong);
            throw new Exception("no error: $wrong");
        } catch (Doctrine\DBAL\Exception $e) {
            same($expected, $e::class, 'exception');
        }
    }
    same(2, $connection->executeStatement('DELETE FROM doctrine_users WHERE id = :id OR n = :n', ['id' => $id, 'n' => -$id]), 'rows deleted');
    checkSettings($connection);
    $connection->close();
}

$first = connect('pdo_mysql');
$first->executeStatement('DROP TABLE IF EXISTS doctrine_users');
$table = new Table('doctrine_users');
$table->addColumn('id', 'integer', ['autoincrement' => true]);
$table->addColumn('name', 'string', ['length' => 200]);
$table->addColumn('n', 'bigint');
$table->addColumn('made', 'datetime_immutable');
$table->setPrimaryKey(['id']);
$table->addIndex(['n']);
$table->addOption('charset', 'utf8mb4');
$first->createSchemaManager()->createTable($table);
same(['id', 'name', 'n', 'made'], array_keys($first->createSchemaManager()->listTableColumns('doctrine_users')), 'columns');
$first->close();
foreach (['pdo_mysql', 'mysqli'] as $driver) {
    serve("DBAL with $driver", 8, 8, fn(int $n) => request($driver, $n));
}
echo 'ok rows left: ', connect('mysqli')->fetchOne('SELECT COUNT(*) FROM doctrine_users'), "\n";
