"""PyMySQL against a MySQL or MariaDB endpoint: HOST PORT USER PASSWORD DATABASE TLS(0|1)."""

import datetime
import decimal
import hashlib
import json
import os
import ssl
import sys
import tempfile
import threading

import pymysql
from pymysql import cursors
from pymysql.constants import CLIENT

if len(sys.argv) < 7:
    sys.exit(f"usage: {sys.argv[0]} HOST PORT USER PASSWORD DATABASE TLS(0|1)")
HOST, PORT, USER, PASSWORD, DATABASE, TLS = sys.argv[1:7]
MANY_ROWS = "SELECT a.n * 400 + b.n, SHA2(a.n * 400 + b.n, 256) FROM numbers a JOIN numbers b WHERE a.n < 150 AND b.n < 400"
EVERY_BYTE = bytes(range(256))
CASES = []


def case(function):
    CASES.append(function)
    return function


def connect(**options):
    if TLS == "1":
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        options["ssl"] = context
    settings = dict(host=HOST, port=int(PORT), user=USER, password=PASSWORD, database=DATABASE, charset="utf8mb4",
                    max_allowed_packet=64 << 20, autocommit=True, local_infile=True)
    return pymysql.connect(**{**settings, **options})


def rows(connection, sql, arguments=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return cursor.fetchall()


def value(connection, sql, arguments=None):
    return rows(connection, sql, arguments)[0][0]


def same(expected, actual):
    if expected != actual:
        raise AssertionError(f"expected {str(expected)[:200]}, got {str(actual)[:200]}")


def failure(action):
    try:
        action()
    except pymysql.MySQLError as error:
        return f"{type(error).__name__} {error.args[0]} {error.args[1]}"
    raise AssertionError("no error")


def check_many(cursor):
    count = 0
    for n, digest in cursor:
        if hashlib.sha256(str(n).encode()).hexdigest() != digest:
            raise AssertionError(f"row {n} is damaged")
        count += 1
    same(60000, count)


@case
def connect_plain_or_tls():
    with connect() as c:
        same(TLS == "1", isinstance(c._sock, ssl.SSLSocket))
        same(1, value(c, "SELECT 1"))


@case
def wrong_password():
    return failure(lambda: connect(password="wrong"))


@case
def unknown_schema():
    return failure(lambda: connect(database="no_such_schema"))


@case
def empty_password():
    with connect(user=USER + "_empty", password="") as c:
        same(USER + "_empty", value(c, "SELECT CURRENT_USER()").split("@")[0])


@case
def default_schema():
    with connect() as c:
        same(DATABASE, value(c, "SELECT DATABASE()"))
    with connect(database=None) as c:
        same(None, value(c, "SELECT DATABASE()"))


@case
def connection_id_is_the_greetings():
    with connect() as c:
        for _ in range(3):
            same(c.thread_id(), value(c, "SELECT CONNECTION_ID()"))


@case
def types():
    row = (1, -2**63, 2**64 - 1, decimal.Decimal("123456789012345.67890"), 0.5, "Grüße 🐬 '\"\\ \0 end", EVERY_BYTE,
           datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 12, 34, 56, 123456), datetime.timedelta(hours=100, minutes=59),
           json.dumps({"a": [1, 2, "é"]}), None)
    with connect() as c:
        rows(c, "DELETE FROM types")
        rows(c, "INSERT INTO types VALUES (" + ", ".join(["%s"] * len(row)) + ")", row)
        read = rows(c, "SELECT * FROM types")[0]
        same(row[:10], read[:10])
        same(json.loads(row[10]), json.loads(read[10]))
        same(None, read[11])


@case
def transaction_commit_and_rollback():
    with connect() as one, connect() as other:
        rows(one, "DELETE FROM items")
        one.begin()
        rows(one, "INSERT INTO items (name) VALUES ('a')")
        same(0, value(other, "SELECT COUNT(*) FROM items"))
        one.commit()
        same(1, value(other, "SELECT COUNT(*) FROM items"))
        one.begin()
        rows(one, "INSERT INTO items (name) VALUES ('b')")
        one.rollback()
        same(1, value(other, "SELECT COUNT(*) FROM items"))


@case
def autocommit_off():
    with connect(autocommit=False) as one, connect() as other:
        rows(one, "DELETE FROM items")
        rows(one, "INSERT INTO items (name) VALUES ('a')")
        one.commit()
        rows(one, "INSERT INTO items (name) VALUES ('b')")
        same(1, value(other, "SELECT COUNT(*) FROM items"))
        same(False, one.get_autocommit())
        one.rollback()
        same(1, value(one, "SELECT COUNT(*) FROM items"))
        one.autocommit(True)
        rows(one, "INSERT INTO items (name) VALUES ('c')")
        same(2, value(other, "SELECT COUNT(*) FROM items"))


@case
def consistent_snapshot():
    with connect() as one, connect() as other:
        rows(one, "DELETE FROM items")
        rows(one, "START TRANSACTION WITH CONSISTENT SNAPSHOT")
        rows(other, "INSERT INTO items (name) VALUES ('late')")
        same(0, value(one, "SELECT COUNT(*) FROM items"))
        one.commit()
        same(1, value(one, "SELECT COUNT(*) FROM items"))


@case
def sql_level_prepare():
    with connect() as c:
        rows(c, "PREPARE twice FROM 'SELECT ? * 2'")
        rows(c, "SET @n = 21")
        same(42, int(value(c, "EXECUTE twice USING @n")))
        rows(c, "DEALLOCATE PREPARE twice")


@case
def big_result():
    with connect() as c, c.cursor() as cursor:
        cursor.execute(MANY_ROWS)
        check_many(cursor)


@case
def big_result_unbuffered():
    with connect() as c:
        with c.cursor(cursors.SSCursor) as cursor:
            cursor.execute(MANY_ROWS)
            check_many(cursor)
        same(1, value(c, "SELECT 1"))


@case
def packet_over_16_mib_each_way():
    big = "0123456789abcdef" * (20 << 16)
    with connect() as c:
        same(True, big == value(c, "SELECT %s", (big,)))


@case
def packets_around_the_frame_boundary():
    with connect() as c:
        for size in range((1 << 24) - 2, (1 << 24) + 1):
            text = f"SELECT '{'x' * (size - 13)}', 1"
            same((size - 13, 1), (lambda row: (len(row[0]), row[1]))(rows(c, text)[0]))


@case
def error_syntax():
    with connect() as c:
        return failure(lambda: rows(c, "SELEKT 1"))


@case
def error_duplicate_key():
    with connect() as c:
        return failure(lambda: rows(c, "INSERT INTO numbers VALUES (7)"))


@case
def usable_after_errors():
    with connect() as c:
        for _ in range(5):
            failure(lambda: rows(c, "SELECT * FROM no_such_table"))
            same(1, value(c, "SELECT 1"))


@case
def error_inside_a_transaction():
    with connect() as one, connect() as other:
        rows(one, "DELETE FROM items")
        one.begin()
        rows(one, "INSERT INTO items (name) VALUES ('a')")
        failure(lambda: rows(one, "INSERT INTO items (name) VALUES ('a')"))
        same(0, value(other, "SELECT COUNT(*) FROM items"))
        same(1, value(one, "SELECT COUNT(*) FROM items"))
        one.rollback()
        same(0, value(one, "SELECT COUNT(*) FROM items"))


@case
def multi_statements():
    with connect(client_flag=CLIENT.MULTI_STATEMENTS) as c, c.cursor() as cursor:
        cursor.execute("SELECT 1; DO 0; SELECT 2, 3")
        seen = [cursor.fetchall()]
        while cursor.nextset():
            seen.append(cursor.fetchall())
        same([((1,),), (), ((2, 3),)], seen)
        same(4, value(c, "SELECT 4"))


@case
def multi_statements_failing_half_way():
    with connect(client_flag=CLIENT.MULTI_STATEMENTS) as c:
        cursor = c.cursor()
        cursor.execute("SELECT 1; SELECT * FROM no_such_table; SELECT 3")
        text = failure(cursor.nextset)
        same(4, value(c, "SELECT 4"))
        return text


@case
def multi_statements_not_allowed():
    with connect() as c:
        return failure(lambda: rows(c, "SELECT 1; SELECT 2"))


@case
def procedure_with_out_parameters():
    with connect() as c, c.cursor() as cursor:
        cursor.callproc("two_results", (5,))
        same(((5,),), cursor.fetchall())
        cursor.nextset()
        same(((6, 2),), cursor.fetchall())
        cursor.nextset()
        cursor.callproc("out_values", (21, 0, 1))
        same(((42, 2),), rows(c, "SELECT @_out_values_1, @_out_values_2"))


@case
def infile_allowed():
    with tempfile.NamedTemporaryFile("w") as file, connect() as c, c.cursor() as cursor:
        file.write("".join(f"{n}\n" for n in range(1000, 51000)))
        file.flush()
        same(50000, cursor.execute(f"LOAD DATA LOCAL INFILE '{file.name}' INTO TABLE numbers"))
        cursor.execute("DELETE FROM numbers WHERE n >= 1000")


@case
def infile_missing_file():
    with connect() as c:
        text = failure(lambda: rows(c, "LOAD DATA LOCAL INFILE '/no/such/file' INTO TABLE numbers"))
        same(1, value(c, "SELECT 1"))
        return text


@case
def infile_refused():
    with connect(local_infile=False) as c:
        text = failure(lambda: rows(c, "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE numbers"))
        same(1, value(c, "SELECT 1"))
        return text


@case
def cancel_by_kill_query():
    with connect() as c, connect() as killer:
        outcome = []

        def sleep():
            try:
                outcome.append(value(c, "SELECT SLEEP(30)"))
            except pymysql.MySQLError as error:
                outcome.append(error.args[0])

        thread = threading.Thread(target=sleep)
        thread.start()
        while not rows(killer, "SELECT 1 FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP(%'"):
            thread.join(0.02)
        rows(killer, f"KILL QUERY {c.thread_id()}")
        thread.join(20)
        same(False, thread.is_alive())
        same(5, value(c, "SELECT 5"))
        return outcome[0]


@case
def kill_by_command():
    with connect() as killer:
        c = connect()
        try:
            killer.kill(c.thread_id())
        except pymysql.err.OperationalError as error:
            if error.args[0] != 1047:  # MySQL 9 no longer knows COM_PROCESS_KILL
                raise
            same(1, value(killer, "SELECT 1"))
            rows(killer, f"KILL {c.thread_id()}")
        pause = threading.Event()
        for _ in range(500):
            try:
                value(c, "SELECT 1")
            except pymysql.MySQLError as error:
                return "lost" if error.args[0] in (2006, 2013, 1927, 1053) else str(error)
            pause.wait(0.01)
        raise AssertionError("still alive")


@case
def read_time_out():
    c = connect(read_timeout=1)
    text = failure(lambda: value(c, "SELECT SLEEP(5)"))
    same("OperationalError 2013", text[:21])


@case
def session_settings():
    with connect(init_command="SET time_zone='+05:30'", sql_mode="ANSI_QUOTES") as c:
        for _ in range(3):
            same("ANSI_QUOTES", value(c, "SELECT @@sql_mode"))
            same(499, value(c, 'SELECT MAX("n") FROM numbers'))
            same(datetime.datetime(1970, 1, 1, 5, 30, 1), value(c, "SELECT FROM_UNIXTIME(1)"))
        c.select_db("information_schema")
        same("information_schema", value(c, "SELECT DATABASE()"))


@case
def session_names():
    with connect() as c:
        rows(c, "SET NAMES latin1")
        same("latin1", value(c, "SELECT @@character_set_results"))
        c.set_charset("utf8mb4")
        same("ü🐬", value(c, "SELECT 'ü🐬'"))
    with connect(charset="latin1") as c:
        same("ä", value(c, "SELECT _utf8mb4 0xC3A4"))


@case
def last_insert_id():
    with connect() as c, c.cursor() as cursor:
        cursor.execute("TRUNCATE items")
        cursor.execute("INSERT INTO items (name) VALUES ('x'), ('y')")
        same(1, cursor.lastrowid)
        same(1, value(c, "SELECT LAST_INSERT_ID()"))
        same(1, value(c, "SELECT LAST_INSERT_ID()"))


@case
def user_variables_and_temporary_table():
    with connect() as c:
        rows(c, "SET @a = 41, @b = %s", ("ü",))
        same(((42, "ü"),), rows(c, "SELECT @a + 1, @b"))
        rows(c, "CREATE TEMPORARY TABLE scratch AS SELECT 3 AS n")
        same(3, value(c, "SELECT n FROM scratch"))


@case
def get_lock():
    with connect() as one, connect() as other:
        same(1, value(one, "SELECT GET_LOCK('usher-py', 1)"))
        same(0, value(other, "SELECT GET_LOCK('usher-py', 0)"))
        one.close()
        same(1, value(other, "SELECT GET_LOCK('usher-py', 10)"))
        one.connect()


@case
def lock_tables():
    with connect() as one, connect() as other:
        rows(one, "LOCK TABLES numbers WRITE")
        rows(other, "SET lock_wait_timeout=1")
        failure(lambda: rows(other, "UPDATE numbers SET n=n WHERE n=1"))
        rows(one, "UNLOCK TABLES")
        rows(other, "UPDATE numbers SET n=n WHERE n=1")


@case
def warnings():
    with connect(sql_mode="") as c:
        rows(c, "INSERT INTO items (name) VALUES ('longer than twenty characters')")
        shown = c.show_warnings()
        same(("Warning", 1265), shown[0][:2])
        return shown[0][2]


@case
def found_rows_and_row_count():
    with connect() as c, c.cursor() as cursor:
        cursor.execute("SELECT SQL_CALC_FOUND_ROWS n FROM numbers LIMIT 3")
        cursor.fetchall()
        same(500, value(c, "SELECT FOUND_ROWS()"))
        cursor.execute("UPDATE numbers SET n = n + 100000 WHERE n < 10")
        same(10, cursor.rowcount)
        same(10, value(c, "SELECT ROW_COUNT()"))
        cursor.execute("UPDATE numbers SET n = n - 100000 WHERE n >= 100000")


@case
def ping():
    with connect() as c:
        c.ping(reconnect=False)


@case
def server_version():
    with connect() as c:
        same(c.get_server_info().replace("5.5.5-", ""), value(c, "SELECT VERSION()"))
        return c.get_server_info().replace("5.5.5-", "")


def set_up():
    with connect(client_flag=CLIENT.MULTI_STATEMENTS) as c:
        for sql in (
            "DROP TABLE IF EXISTS items, types, numbers",
            "DROP PROCEDURE IF EXISTS two_results",
            "DROP PROCEDURE IF EXISTS out_values",
            "CREATE TABLE items (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) UNIQUE, amount INT DEFAULT 0)",
            "CREATE TABLE numbers (n INT PRIMARY KEY)",
            "INSERT INTO numbers VALUES " + ",".join(f"({n})" for n in range(500)),
            """CREATE TABLE types (id INT PRIMARY KEY, i BIGINT, u BIGINT UNSIGNED, d DECIMAL(20,5), f DOUBLE,
               t VARCHAR(100) CHARACTER SET utf8mb4, b BLOB, day DATE, moment DATETIME(6), span TIME(3), j JSON, nothing INT)""",
            "CREATE PROCEDURE two_results(IN a INT) BEGIN SELECT a AS first; SELECT a + 1 AS second, 2 AS third; END",
            "CREATE PROCEDURE out_values(IN a INT, OUT b INT, INOUT c INT) BEGIN SET b = a * 2; SET c = c + 1; END",
        ):
            rows(c, sql)


def main():
    set_up()
    failed = 0
    for function in CASES:
        try:
            observed = function()
            line = f"ok {function.__name__}" + ("" if observed is None else f": {observed}")
        except Exception as error:  # every failure is one line, whatever it was
            failed += 1
            where = error.__traceback__
            while where.tb_next and where.tb_next.tb_frame.f_code.co_filename == __file__:
                where = where.tb_next
            line = f"FAIL {function.__name__}: {type(error).__name__} {error} (line {where.tb_lineno})"
        print(line.replace("\n", " "), flush=True)
    sys.stdout.flush()
    os._exit(1 if failed else 0)  # a thread still waiting for a lost reply must not keep the program


main()
