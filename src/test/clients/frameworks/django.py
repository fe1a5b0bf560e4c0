"""Django's way with PyMySQL: what its MySQL backend sends first, autocommit, atomic blocks with savepoints, persistent connections, several threads."""

import sys
import threading

import pymysql

host, port, user, password, database = sys.argv[1:6]
failures = []


def connect():
    connection = pymysql.connect(host=host, port=int(port), user=user, password=password, database=database, charset="utf8mb4",
                                 client_flag=pymysql.constants.CLIENT.FOUND_ROWS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT VERSION(), @@sql_mode, @@default_storage_engine, @@sql_auto_is_null, @@lower_case_table_names, "
                       "CONVERT_TZ('2001-01-01 01:00:00', 'UTC', 'UTC') IS NOT NULL")
        cursor.fetchone()
        cursor.execute("SET SQL_AUTO_IS_NULL = 0; ".rstrip("; "))
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
    connection.autocommit(True)
    return connection


def work(connection, n):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO `django_users` (`name`, `n`) VALUES (%s, %s)", (f"user {n}", n))
        key = cursor.lastrowid
        cursor.execute("SELECT `id`, `name`, `n` FROM `django_users` WHERE `id` = %s LIMIT 21", (key,))
        assert cursor.fetchone()[1] == f"user {n}"
        assert cursor.execute("UPDATE `django_users` SET `n` = `n` WHERE `id` = %s", (key,)) == 1
    connection.autocommit(False)  # atomic
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT `s140_x1`")
        cursor.execute("INSERT INTO `django_users` (`name`, `n`) VALUES (%s, %s)", ("nested", n))
        cursor.execute("ROLLBACK TO SAVEPOINT `s140_x1`" if n % 2 else "RELEASE SAVEPOINT `s140_x1`")
        cursor.execute("SELECT COUNT(*) AS `__count` FROM `django_users`")
    connection.commit() if n % 3 else connection.rollback()
    connection.autocommit(True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # is_usable()
        try:
            cursor.execute("SELECT * FROM `django_missing`")
        except pymysql.err.ProgrammingError:
            pass
        cursor.execute("DELETE FROM `django_users` WHERE `id` IN (%s)", (key,))


def thread(number):
    try:
        connection = connect()
        for n in range(20):
            work(connection, number * 100 + n)
        connection.close()
    except Exception as error:  # whatever it was, the program fails
        failures.append(repr(error))


threads = [threading.Thread(target=thread, args=(number,)) for number in range(8)]
for each in threads:
    each.start()
for each in threads:
    each.join()
print(failures[0] if failures else "ok")
sys.exit(1 if failures else 0)
