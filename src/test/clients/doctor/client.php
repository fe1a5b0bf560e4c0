<?php
// usage: php client.php PORT USER PASSWORD BEHAVIOUR SECONDS; ends with its standard input
[, $port, $user, $password, $behaviour, $seconds] = $argv;
stream_set_blocking(STDIN, false);
mysqli_report(MYSQLI_REPORT_OFF);

function over() {
    return feof(STDIN) || fread(STDIN, 1) === '' && feof(STDIN);
}

function pdo() {
    global $port, $user, $password;
    return new PDO("mysql:host=127.0.0.1;port=$port;dbname=test", $user, $password, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
}

$kept = null;
while (!over()) {
    try {
        if ($behaviour === 'requests') { // one connection for each, as a page does
            $one = pdo();
            $one->query('SELECT SLEEP(0.03)')->fetchAll();
            $one = null;
        } elseif ($behaviour === 'wrong') {
            @mysqli_connect('127.0.0.1', $user, 'wrong', 'test', (int) $port);
        } else { // 'persistent': one connection for the life of the process; 'idle': used once
            $fresh = $kept === null;
            $kept ??= pdo();
            if ($fresh || $behaviour === 'persistent') {
                $kept->query('SELECT COUNT(*) FROM stock')->fetchAll();
            }
        }
    } catch (PDOException $e) {
        $kept = null;
    }
    usleep((int) ($seconds * 1e6));
}
