<?php

// Ends the query of connection ID once SHOW PROCESSLIST shows it sleeping: HOST PORT USER PASSWORD DATABASE TLS ID.

declare(strict_types=1);

[, $host, $port, $user, $password, $database, $tls, $id] = $argv;
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$db = mysqli_init();
$flags = $tls === '1' ? MYSQLI_CLIENT_SSL | MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT : 0;
$db->real_connect($host, $user, $password, $database, (int) $port, null, $flags);
$until = microtime(true) + 10;
do {
    // Through a pooler the id in the process list is not the client's: any sleeping query of this account will do.
    $sleeping = $db->query("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP(%'")->fetch_column();
    usleep(20000);
} while ($sleeping < 1 && microtime(true) < $until);
$db->query("KILL QUERY $id");
