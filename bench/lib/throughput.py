"""`point-select`, `transactions`, `router` and `workers`: sysbench through each way in turn, so that what else the machine does hits all alike."""

import re
import statistics
import subprocess
import sys

from endpoints import DATABASE, PASSWORD, USER
from processes import quiet

ROWS = 10_000
WARM_SECONDS = 15
EACH_WARM_SECONDS = 5


def sysbench(port, script, threads, seconds, *options, action="run"):
    command = ["sysbench", script, "--db-driver=mysql", "--mysql-host=127.0.0.1", f"--mysql-port={port}", f"--mysql-user={USER}",
               f"--mysql-password={PASSWORD}", f"--mysql-db={DATABASE}", f"--threads={threads}", f"--time={seconds}", "--percentile=99",
               *options, action]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def number(pattern, text):
    found = re.search(pattern, text)
    if not found:
        sys.exit(f"sysbench does not say {pattern}:\n{text}")
    return float(found[1])


def measure(way, threads, seconds, options):
    """One run: events and queries a second, 99th percentile, and the CPU time that the proxy itself used."""
    before = way.cpu_seconds()
    text = sysbench(way.port, options[0], threads, seconds, *options[1:])
    used = way.cpu_seconds() - before
    allowed = any(option.startswith("--mysql-ignore-errors") for option in options)
    if number(r"ignored errors: +(\d+)", text) and not allowed or number(r"reconnects: +(\d+)", text):
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
            "cpu_us": round(statistics.median(run["cpu_us"] for run in runs), 1), "runs": [round(rate) for rate in rates],
            "cpu_runs": [round(run["cpu_us"], 2) for run in runs]}


def interleaved(ways, loads, rounds, seconds, options_of):
    """Every load through every way, round by round: A B C A B C …"""
    with quiet():
        for way in ways:
            for load in {load[0]: load for load in loads}.values():
                measure(way, 16, WARM_SECONDS, options_of(load))  # caches, and Usher's code compiled
            for load in loads:
                measure(way, load[1], EACH_WARM_SECONDS, options_of(load))  # which happens anew for what a number of clients brings
    seen = {}
    for round_number in range(rounds):
        with quiet():
            for load in loads:
                for way in ways:
                    seen.setdefault((load, way.name), []).append(measure(way, load[1], seconds, options_of(load)))
        print(f"  round {round_number + 1} of {rounds}", file=sys.stderr)
    return [{"load": load[0], "threads": load[1], "ways": {way.name: summary(seen[load, way.name]) for way in ways}} for load in loads]


TABLE = ["--tables=1", f"--table-size={ROWS}"]
MODES = {"prepared": "auto", "text": "disable"}


def prepare(server):
    """The table of all benchmarks that read rows."""
    sysbench(server.port, "oltp_point_select", 1, 1, *TABLE, action="prepare")


def point_select(ways, quick, clients=(1, 8, 64, 512)):
    loads = [(kind, threads) for kind in ("prepared", "text") for threads in ((8,) if quick else clients)]
    rounds, seconds = (2, 3) if quick else (5, 3)
    return interleaved(ways, loads, rounds, seconds, lambda load: ["oltp_point_select", *TABLE, f"--db-ps-mode={MODES[load[0]]}"])


def transactions(ways, quick):
    loads = [(kind, threads) for kind in ("read_only", "read_write") for threads in ((8,) if quick else (64, 512, 1000))]
    rounds, seconds = (1, 3) if quick else (5, 4)
    # Deadlocks between the clients are part of read_write; sysbench retries them.
    return interleaved(ways, loads, rounds, seconds, lambda load: [f"oltp_{load[0]}", *TABLE, "--mysql-ignore-errors=1213,1020,1205"])


def workers(ways, quick):
    seen = interleaved(ways, [("prepared", 64)], *((1, 3) if quick else (5, 5)), lambda load: ["oltp_point_select", *TABLE])
    return [{"workers": count, "threads": 64, **seen[0]["ways"][way.name]} for count, way in zip((1, 2), ways)]
