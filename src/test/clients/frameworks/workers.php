<?php

// What the PHP frameworks' programs share: the endpoint, and worker processes that serve requests one after the other, as php-fpm's do.

declare(strict_types=1);

if ($argc < 7) {
    fwrite(STDERR, "usage: {$argv[0]} HOST PORT USER PASSWORD DATABASE TLS(0|1)\n");
    exit(64);
}
[, $host, $port, $user, $password, $database] = $argv;

function same(mixed $expected, mixed $actual, string $what): void
{
    if ($expected !== $actual) {
        throw new Exception("$what: expected " . var_export($expected, true) . ', got ' . var_export($actual, true));
    }
}

/** Each of `$workers` processes serves `$requests` requests: `$serve` gets a number that no other request has, and makes its own connection. */
function serve(string $name, int $workers, int $requests, callable $serve): void
{
    $children = [];
    for ($worker = 0; $worker < $workers; $worker++) {
        $child = pcntl_fork();
        if ($child === 0) {
            try {
                for ($request = 0; $request < $requests; $request++) {
                    $serve($worker * 1000 + $request);
                }
            } catch (Throwable $failure) {
                echo "FAIL $name: ", str_replace("\n", ' ', $failure->getMessage()), " ({$failure->getFile()}:{$failure->getLine()})\n";
                exit(1);
            }
            exit(0);
        }
        $children[] = $child;
    }
    $failed = false;
    foreach ($children as $child) {
        pcntl_waitpid($child, $status);
        $failed = $failed || !pcntl_wifexited($status) || pcntl_wexitstatus($status) !== 0;
    }
    if ($failed) {
        exit(1);
    }
    echo "ok $name: ", $workers * $requests, " requests, a connection for each\n";
}
