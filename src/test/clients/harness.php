<?php

// What pdo.php and mysqli.php share: the arguments, and one line of output per case.

declare(strict_types=1);

final class Skip extends Exception {}

final class Target
{
    public function __construct(
        public readonly string $host,
        public readonly int $port,
        public readonly string $user,
        public readonly string $password,
        public readonly string $database,
        public readonly bool $tls,
        public readonly bool $persistent,
    ) {}

    public static function fromArguments(array $arguments): self
    {
        if (count($arguments) < 7) {
            fwrite(STDERR, "usage: {$arguments[0]} HOST PORT USER PASSWORD DATABASE TLS(0|1) [persistent]\n");
            exit(64);
        }
        [, $host, $port, $user, $password, $database, $tls] = $arguments;
        return new self($host, (int) $port, $user, $password, $database, $tls === '1', ($arguments[7] ?? '') === 'persistent');
    }
}

function same(mixed $expected, mixed $actual, string $what = 'value'): void
{
    if ($expected !== $actual) {
        throw new Exception("$what: expected " . shown($expected) . ', got ' . shown($actual));
    }
}

function shown(mixed $value): string
{
    $text = var_export($value, true);
    return strlen($text) > 200 ? substr($text, 0, 200) . '…' : $text;
}

/** Runs every case; what a case returns is printed after its name, so that two runs can be compared by it. */
function run(array $cases): never
{
    $failed = 0;
    foreach ($cases as $name => $case) {
        try {
            $observed = $case();
            $line = "ok $name" . ($observed === null ? '' : ": $observed");
        } catch (Skip $skipped) {
            $line = "skip $name: {$skipped->getMessage()}";
        } catch (Throwable $failure) {
            $failed++;
            $line = "FAIL $name: {$failure->getMessage()} (line {$failure->getLine()})";
        }
        echo str_replace("\n", ' ', $line), "\n";
    }
    exit($failed === 0 ? 0 : 1);
}

const EVERY_ROW = 60000;

const MANY_ROWS = 'SELECT a.n * 400 + b.n AS n, SHA2(a.n * 400 + b.n, 256) AS h FROM numbers a JOIN numbers b WHERE a.n < 150 AND b.n < 400';

function everyByte(): string
{
    return implode('', array_map('chr', range(0, 255)));
}

/** Another process that kills the query of a connection as soon as that sleeps: PHP has one thread. */
function killer(int|string $id)
{
    global $argv;
    return popen(implode(' ', array_map('escapeshellarg', [PHP_BINARY, __DIR__ . '/kill_query.php', ...array_slice($argv, 1, 6), (string) $id])), 'w');
}
