"""The processes that a benchmark starts, and what the kernel says they used."""

import atexit
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")


class Started:
    """A process of the benchmark's own. `pid` is the program itself, not a shell around it."""

    def __init__(self, name, command, folder, port):
        self.name, self.command, self.port = name, command, port
        self.log = folder / f"{name}.log"
        with open(self.log, "wb") as log:
            # Not in the terminal's process group: Ctrl-C comes to the benchmark, which ends its processes in order.
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.pid = self.process.pid

    def await_greeting(self, seconds=60):
        """Returns when a MySQL greeting comes out of the port."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                sys.exit(f"{self.name} ended:\n{self.log.read_text()[-2000:]}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                    connection.settimeout(2)
                    if connection.recv(5)[4:] == b"\x0a":
                        return self
            except OSError:
                pass
            time.sleep(0.1)
        sys.exit(f"{self.name} does not answer on port {self.port}:\n{self.log.read_text()[-2000:]}")

    def cpu_seconds(self):
        return cpu_seconds(self.pid)

    def resident_bytes(self):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("no VmRSS")

    def stop(self, kill_after=20):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(kill_after)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def cpu_seconds(pid):
    """User and system time of all threads of a process, also those that have ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Stage:
    """A folder for data and logs, and the processes in it; both are gone when the benchmark ends, however it ends."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="usher-bench-"))
        self.started = []
        atexit.register(self.close)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit(130))

    def start(self, name, command, port):
        process = Started(name, [str(word) for word in command], self.folder, port)
        self.started.append(process)
        return process.await_greeting()

    def stop(self, process):
        process.stop()
        self.started.remove(process)

    def close(self):
        for process in reversed(self.started):
            process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def quiet():
    """Around a round. On a machine that is shared, BENCH_BEFORE and BENCH_AFTER name the commands that keep its other users still meanwhile."""
    if before := os.environ.get("BENCH_BEFORE"):
        subprocess.run(before, shell=True, check=True)
    try:
        yield
    finally:
        if after := os.environ.get("BENCH_AFTER"):
            subprocess.run(after, shell=True, check=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
