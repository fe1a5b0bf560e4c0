"""`growth-…`: what a statement costs, and the memory it takes, as something grows: clients, server connections, accounts, statements and results.

Where the number of something grows, the clients share a rate that all ways can keep: what is left to change is what each client, connection or account costs.
"""

import contextlib
import statistics
import subprocess
import sys

from endpoints import DATABASE, PASSWORD, USER
from load import load, measured
from processes import quiet

RATE = 5000
MANY_CLIENTS = ("--max-client-connections", "12000")
# An account's connections are opened as fast as they are asked for: that it takes a while by default is not what is measured.
AT_ONCE = ("--opening-rate", "10000")


class Series:
    """What was measured at each place, round by round."""

    def __init__(self):
        self.runs = {}

    def add(self, x, way, result):
        print(f"  {x} {way}: {result['cpu_us']:.1f} µs, {result['per_second']:.1f}/s, {result['resident_bytes'] / 2**20:.0f} MiB", file=sys.stderr)
        self.runs.setdefault((way, x), []).append(result)

    def points(self):
        def middle(runs, name):
            return statistics.median(run[name] for run in runs)

        return [{"way": way, "x": x, "per_second": round(middle(runs, "per_second"), 2), "cpu_us": round(middle(runs, "cpu_us"), 2),
                 "resident_mib": round(middle(runs, "resident_bytes") / 2**20, 1), "runs": [round(run["cpu_us"], 2) for run in runs]}
                for (way, x), runs in sorted(self.runs.items())]


@contextlib.contextmanager
def fresh(scene, *flags):
    """An Usher of its own, since memory that was once in use stays resident, and pools stay as large as they have been; with its code compiled for both, being busy
    all the time and waking up for each statement. One worker, whatever the budget, as HAProxy has one thread."""
    usher = scene.usher("usher", "--workers", "1", *flags)
    load("busy", usher, clients=64, warm=0, seconds=6)
    load("busy", usher, clients=64, rate=RATE, warm=0, seconds=20)
    yield usher
    scene.stage.stop(usher)


def paced(way, clients, warm=1, **options):
    return measured("busy", way, clients=clients, rate=RATE, warm=warm, seconds=3, **options)


def clients(scene, quick):
    """16 server connections for any number of clients; HAProxy has a server connection for each, so that it ends where the server does."""
    series, haproxy = Series(), scene.get("haproxy")
    for _ in range(1 if quick else 2):
        with quiet(), fresh(scene, "--max-server-connections", "16", *MANY_CLIENTS) as usher:
            for count in (10, 100, 1000) if quick else (10, 100, 1000, 5000, 10000):
                series.add(count, "usher", paced(usher, count))
                if count <= 1000:
                    series.add(count, "haproxy", paced(haproxy, count))
    return series.points()


def connections(scene, quick):
    """512 clients, at the common rate and, which has all connections opened, as fast as they can. Through HAProxy as many clients as connections."""
    series, haproxy = Series(), scene.get("haproxy")
    for count in (4, 16, 64, 256):
        with quiet(), fresh(scene, "--max-server-connections", count, *AT_ONCE) as usher:
            series.add(count, "usher, flat out", measured("busy", usher, clients=512, warm=2, seconds=3))
            series.add(count, "usher", paced(usher, 512, warm=4))  # what was compiled for being busy is compiled anew
            series.add(count, "haproxy", paced(haproxy, count))
    return series.points()


def accounts(scene, quick):
    """1,000 clients, each with a server connection of its own, whosever they are."""
    series, haproxy, all_counts = Series(), scene.get("haproxy"), (1, 1000) if quick else (1, 10, 100, 1000)
    make_accounts(scene, all_counts[-1])
    for count in all_counts:
        with quiet():
            with fresh(scene, "--max-server-connections", "1100", *AT_ONCE) as usher:
                series.add(count, "usher", paced(usher, 1000, warm=5, accounts=count))  # meanwhile its connections are opened
            # Only now: the server has no room for both.
            series.add(count, "haproxy", paced(haproxy, 1000, accounts=count))
    return series.points()


def make_accounts(scene, count):
    names = ", ".join(f"'{USER}{number + 1}'@'%'" for number in range(count))
    made = names.replace("@'%'", f"@'%' IDENTIFIED BY '{PASSWORD}'")
    sql = f"CREATE USER {made}; GRANT ALL ON {DATABASE}.* TO {names};"
    subprocess.run(["mariadb", "--no-defaults", "--user=root", f"--socket={scene.stage.folder}/server.sock"], input=sql, text=True, check=True)


def sizes(scene, quick, of, counts):
    """One client that runs the same statement again and again."""
    series, counts = Series(), counts[:3] if quick else counts
    with quiet(), fresh(scene) as usher:
        for size in counts:
            load("repeat", usher, warm=0, seconds=3, **of(size))  # each size has code of its own that has to be compiled
        for _ in range(1 if quick else 2):
            for size in counts:
                for way in (usher, scene.get("haproxy")):
                    series.add(size, way.name, measured("repeat", way, seconds=2, warm=int(size < 1 << 26), **of(size)))
    return series.points()


def statement_size(scene, quick):
    return sizes(scene, quick, lambda size: {"size": size}, (10, 1 << 10, 16 << 10, 256 << 10, 4 << 20, 64 << 20))


def result_size(scene, quick):
    return sizes(scene, quick, lambda size: {"sql": f"SELECT REPEAT('x', 1020) FROM seq_1_to_{size >> 10}"},
                 (1 << 10, 16 << 10, 256 << 10, 4 << 20, 64 << 20, 1 << 30))
