"""A client program that behaves in one way until its standard input ends.

usage: client.py PORT USER PASSWORD BEHAVIOUR [NUMBER [NUMBER [TEXT]]]
"""
import os
import random
import socket
import sys
import threading
import time

import pymysql

port, user, password, behaviour = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
first = float(sys.argv[5]) if len(sys.argv) > 5 else 0
second = float(sys.argv[6]) if len(sys.argv) > 6 else 0
text = sys.argv[7] if len(sys.argv) > 7 else ""


def connect(who=user, secret=password):
    return pymysql.connect(host="127.0.0.1", port=port, user=who, password=secret, database="test", connect_timeout=20, read_timeout=120)


def ask(connection, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def in_threads(count, body):
    for number in range(int(count)):
        threading.Thread(target=persistently, args=(body, number), daemon=True).start()


def persistently(body, number):
    while True:
        try:
            body(number)
            return
        except pymysql.Error:
            time.sleep(0.2)


def pool():
    """FIRST connections, opened at once; SECOND of them are used all the time, in turn."""
    held = []
    while len(held) < first:
        try:
            held.append(connect())
        except pymysql.Error:
            time.sleep(0.2)
    print("ready", flush=True)
    at = 0
    while True:
        for _ in range(int(second)):
            connection = held[at % max(1, int(second))]
            at += 1
            ask(connection, "SELECT COUNT(*) FROM stock")
        time.sleep(0.05)


def busy():
    """FIRST connections, each used all the time, with SECOND seconds between two statements."""
    def work(number):
        connection = connect()
        ask(connection, "SELECT 1")
        while True:
            ask(connection, "SELECT SLEEP(0.02)")
            time.sleep(second)
    in_threads(first, work)


def leak():
    """A connection every FIRST seconds, used once and forgotten, up to SECOND; TEXT is executed in it."""
    held = []
    while True:
        if len(held) < second:
            try:
                connection = connect()
                held.append(connection)
                ask(connection, "SELECT COUNT(*) FROM stock")
                if text:
                    ask(connection, "BEGIN")
                    ask(connection, text.replace("$", str(len(held))))
            except pymysql.Error:
                pass
        time.sleep(first)


def requests():
    """FIRST threads that connect, ask TEXT and close, with SECOND seconds in between."""
    def work(number):
        while True:
            try:
                connection = connect()
                ask(connection, text or "SELECT SLEEP(0.05)")
                connection.close()
            except pymysql.Error:
                pass
            time.sleep(second * random.uniform(0.5, 1.5))
    in_threads(first, work)


def statements():
    """FIRST connections that execute TEXT one after the other, with SECOND seconds in between."""
    def work(number):
        connection = connect()
        while True:
            try:
                ask(connection, text)
                connection.commit()
            except pymysql.err.OperationalError as e:
                if e.args[0] in (2006, 2013):
                    raise
            time.sleep(second)
    in_threads(first, work)


def hold():
    """FIRST connections that execute each of TEXT (separated by ;) once and then sleep, open."""
    held = []
    while len(held) < first:
        connection = connect()
        for sql in text.split(";"):
            ask(connection, sql)
        held.append(connection)
    print("ready", flush=True)
    while True:
        time.sleep(1)


def visitors():
    """Tries FIRST times a second to get in, and leaves at once."""
    while True:
        try:
            connect().close()
        except pymysql.Error:
            pass
        time.sleep(1 / first)


def wrong():
    """FIRST threads with wrong passwords, SECOND seconds in between."""
    def work(number):
        while True:
            try:
                connect(text or user, "wrong")
            except pymysql.Error:
                pass
            time.sleep(second)
    in_threads(first, work)


def half_open():
    """FIRST connections that never log in, opened anew when the server closes them."""
    held = []
    while True:
        while len(held) < first:
            held.append(socket.create_connection(("127.0.0.1", port)))
        time.sleep(0.2)
        alive = []
        for one in held:
            one.setblocking(False)
            try:
                if one.recv(1024) != b"":
                    alive.append(one)
            except BlockingIOError:
                alive.append(one)
            except OSError:
                pass
        held = alive


def broken():
    """FIRST connections a second that go without an answer to the greeting."""
    while True:
        try:
            one = socket.create_connection(("127.0.0.1", port))
            one.recv(10)
            one.close()
        except OSError:
            pass
        time.sleep(1 / first)


def fat():
    """FIRST connections, each of which keeps SECOND megabytes on the server."""
    held = []
    while True:
        if len(held) < first:
            try:
                connection = connect()
                held.append(connection)
                for part in range(int(second)):
                    ask(connection, "SET @part%d = REPEAT('x', 1048576)" % part)
            except pymysql.Error:
                pass
        else:
            print("ready", flush=True)
            break
    while True:
        for connection in held:
            try:
                ask(connection, "SELECT LENGTH(@part0)")
            except pymysql.Error:
                pass
        time.sleep(0.2)


threading.Thread(target={name: thing for name, thing in globals().items() if callable(thing)}[behaviour], daemon=True).start()
sys.stdin.read()
os._exit(0)
