"""`start`: from the command to the first client that has logged in."""

import asyncio
import socket
import statistics
import subprocess
import sys
import time

from client import log_in
from endpoints import DATABASE, PASSWORD, ROOT, USER
from processes import free_port, quiet


def greeted(port, until):
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as connection:
                if len(connection.recv(5)) == 5:
                    return time.monotonic()
        except OSError:
            time.sleep(0.005)
    sys.exit("Usher does not start")


def once(stage, server):
    port = free_port()
    begin = time.monotonic()
    process = subprocess.Popen([ROOT / "usher", "serve", "--server", f"127.0.0.1:{server.port}", "--listen", f"127.0.0.1:{port}", "--admin",
                                f"127.0.0.1:{free_port()}"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        accepted = greeted(port, begin + 30) - begin
        asyncio.run(log_in(port, USER, PASSWORD, DATABASE, False))
        return accepted, time.monotonic() - begin
    finally:
        process.terminate()
        process.wait()


def start(stage, server, quick):
    runs = []
    with quiet():
        for _ in range(3 if quick else 11):
            runs.append(once(stage, server))
    return [{"until": name, "seconds": round(statistics.median(values), 3), "worst": round(max(values), 3)}
            for name, values in (("the first greeting", [run[0] for run in runs]), ("the first client logged in", [run[1] for run in runs]))]
