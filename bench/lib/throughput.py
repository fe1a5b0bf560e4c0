"""`point-select` and `connect`: sysbench through each way in turn, so that what else the machine does hits all alike."""

import re
import statistics
import subprocess
import sys

from endpoints import DATABASE, PASSWORD, ROOT, USER

ROWS = 10_000


def sysbench(port, script, threads, seconds, *options, action="run"):
    command = ["sysbench", script, "--db-driver=mysql", "--mysql-host=127.0.0.1", f"--mysql-port={port}", f"--mysql-user={USER}",
               f"--mysql-password={PASSWORD}", f"--mysql-db={DATABASE}", f"--threads={threads}", f"--time={seconds}", "--percentile=99",
               "--mysql-ignore-errors=none", *options, action]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def number(pattern, text):
    found = re.search(pattern, text)
    if not found:
        sys.exit(f"sysbench does not say {pattern}:\n{text}")
    return float(found[1])


def measure(way, script, threads, seconds, options):
    """One run: events and queries a second, 99th percentile, and the CPU time that the proxy itself used."""
    before = way.cpu_seconds()
    text = sysbench(way.port, script, threads, seconds, *options)
    used = way.cpu_seconds() - before
    if number(r"ignored errors: +(\d+)", text) or number(r"reconnects: +(\d+)", text):
        sys.exit(f"{way.name}: a run with errors is not a measurement:\n{text}")
    events = number(r"total number of events: +(\d+)", text)
    if events < 10:
        sys.exit(f"{way.name}: only {events:.0f} events:\n{text}")
    return {"per_second": events / number(r"total time: +([\d.]+)s", text), "p99_ms": number(r"99th percentile: +([\d.]+)", text),
            "cpu_us": used / events * 1e6}


def summary(runs):
    """Medians, and how far the rounds lie apart as a share of the median."""
    rates = [run["per_second"] for run in runs]
    middle = statistics.median(rates)
    return {"per_second": round(middle), "spread": round((max(rates) - min(rates)) / middle, 3),
            "p99_ms": round(statistics.median(run["p99_ms"] for run in runs), 3),
            "cpu_us": round(statistics.median(run["cpu_us"] for run in runs), 1), "runs": [round(rate) for rate in rates]}


def interleaved(ways, script, loads, rounds, seconds, options_of):
    """Every load through every way, round by round: A B C A B C …"""
    for way in ways:
        for load in loads:
            measure(way, script, 16, max(seconds, 3), options_of(load))  # warm: caches, and Usher's code compiled
    seen = {}
    for round_number in range(rounds):
        for load in loads:
            for way in ways:
                seen.setdefault((load, way.name), []).append(measure(way, script, load[1], seconds, options_of(load)))
        print(f"  round {round_number + 1} of {rounds}", file=sys.stderr)
    return [{"load": load[0], "threads": load[1], "ways": {way.name: summary(seen[load, way.name]) for way in ways}} for load in loads]


def point_select(ways, quick):
    table = ["--tables=1", f"--table-size={ROWS}"]
    sysbench(ways[0].port, "oltp_point_select", 1, 1, *table, action="prepare")
    loads = [(kind, threads) for kind in ("prepared", "text") for threads in ((8,) if quick else (1, 8, 64))]
    rounds, seconds = (2, 2) if quick else (5, 5)
    mode = {"prepared": "auto", "text": "disable"}
    return interleaved(ways, "oltp_point_select", loads, rounds, seconds, lambda load: [*table, f"--db-ps-mode={mode[load[0]]}"])


def connect(ways, quick):
    rounds, seconds = (2, 2) if quick else (5, 5)
    return interleaved(ways, ROOT / "bench/lib/connect.lua", [("connect, SELECT 1, quit", 8)], rounds, seconds, lambda load: [])
