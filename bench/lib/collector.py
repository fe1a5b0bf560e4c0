"""`gc`: what the garbage collector of a busy Usher does, read from its log: pauses, what is left on the heap, and what a statement allocates."""

import re
import statistics
import subprocess
import sys
import time

from load import jdk, load
from processes import quiet

# With the time of the system's monotonic clock, which Python has too.
LOG_OPTION = "-Xlog:gc,gc+heap:file={}:timenanos:filecount=0"
LINE = re.compile(r"\[(\d+)ns\] GC\((\d+)\) (.*)")
PAUSE = re.compile(r"Pause .*?(?:\((?P<cause>[^()]*)\))? \S+->\S+ (?P<millis>[\d.]+)ms")
GENERATION = re.compile(r"(?:DefNew|Tenured): (\d+)K\(\d+K\)->(\d+)K")
ASKED_FOR = "Diagnostic Command"


class Collection:
    """One garbage collection: when it ended, how long all threads stood still for it, and the bytes in use before and after."""

    def __init__(self):
        self.nanos, self.millis, self.asked_for, self.before, self.after = 0, 0.0, False, 0, 0


def collections(log):
    """In the order of the log; those that have not ended are left out."""
    found = {}
    for line in log.read_text().splitlines():
        if not (read := LINE.match(line)):
            continue
        each = found.setdefault(int(read[2]), Collection())
        if generation := GENERATION.match(read[3]):
            each.before += int(generation[1]) << 10
            each.after += int(generation[2]) << 10
        elif pause := PAUSE.match(read[3]):
            each.nanos, each.millis, each.asked_for = int(read[1]), float(pause["millis"]), pause["cause"] == ASKED_FOR
    return [each for each in found.values() if each.nanos]


def collect(usher):
    """Asks for a collection: what is allocated between two of these is known to the kilobyte."""
    subprocess.run([jdk() / "bin/jcmd", str(usher.pid), "GC.run"], stdout=subprocess.DEVNULL, check=True)


class Watch:
    """Of one run: the collections in what it measures. `exact` has one at the beginning and one at the end asked for, which few clients have to bear."""

    def __init__(self, usher, log, seconds, exact):
        self.usher, self.log, self.seconds, self.exact = usher, log, seconds, exact
        self.begun = self.ended = 0

    def begin(self):
        self.begun = time.monotonic_ns()
        if self.exact:
            collect(self.usher)
            time.sleep(self.seconds - 2)  # the other one has to have come when the load ends
            collect(self.usher)

    def end(self):
        self.ended = time.monotonic_ns()

    def seen(self, per_second):
        within = [each for each in collections(self.log) if self.begun <= each.nanos <= self.ended]
        statements = (within[-1].nanos - within[0].nanos) / 1e9 * per_second if within else 0
        return {"pauses_ms": [each.millis for each in within if not each.asked_for], "seconds": (self.ended - self.begun) / 1e9,
                "bytes": sum(later.before - earlier.after for earlier, later in zip(within, within[1:])), "statements": statements,
                "heap_after": max((each.after for each in within), default=0)}


# Server connections, kind, clients, exact.
CASES = ((16, "text", 5000, False), (16, "text", 64, True), (16, "prepared", 64, True), (64, "text", 64, True), (64, "prepared", 64, True))


def start(scene, connections):
    log = scene.stage.folder / f"gc-{connections}.log"
    usher = scene.usher(f"usher-{connections}", "--max-server-connections", connections + 2, jvm=LOG_OPTION.format(log))  # two are the lane for logins
    for kind in ("text", "prepared"):
        load("busy", usher, clients=64, warm=0, seconds=5, prepared=int(kind == "prepared"))
    return usher, log


def gc(scene, quick):
    rounds, seconds = (1, 5) if quick else (3, 8)
    with quiet():
        ushers = {connections: start(scene, connections) for connections in (16, 64)}
    runs = {case: [] for case in CASES}
    for round_number in range(rounds):
        with quiet():
            for case in CASES:
                connections, kind, clients, exact = case
                usher, log = ushers[connections]
                watch = Watch(usher, log, seconds, exact)
                result = load("busy", usher, watch.begin, watch.end, clients=clients, warm=3, seconds=seconds, prepared=int(kind == "prepared"))
                runs[case].append({**result, **watch.seen(result["per_second"])})
        print(f"  round {round_number + 1} of {rounds}", file=sys.stderr)
    return [row(*case[:3], seen) for case, seen in runs.items()]


def row(connections, kind, clients, runs):
    """Latencies are medians of the rounds; pauses and allocations are of all rounds together."""
    pauses = [pause for run in runs for pause in run["pauses_ms"]]
    statements = sum(run["statements"] for run in runs)
    return {"connections": connections, "kind": kind, "clients": clients,
            **{name: round(statistics.median(run[name] for run in runs), 3) for name in ("per_second", "p50_ms", "p99_ms", "p999_ms", "max_ms")},
            "seconds": round(sum(run["seconds"] for run in runs), 1), "pauses": len(pauses),
            "pause_ms": round(statistics.median(pauses), 3) if pauses else None, "longest_ms": max(pauses, default=None),
            "paused": round(sum(pauses) / 1000 / sum(run["seconds"] for run in runs), 6),
            "heap_after_mib": round(max(run["heap_after"] for run in runs) / 2**20, 1),
            "bytes_each": round(sum(run["bytes"] for run in runs) / statements, 1) if statements else None}
