"""Many clients that are busy at the same time, with the load generator of bench/load: `crowd`, `states` and `latency`."""

import statistics
import sys

from load import measured
from processes import quiet


def middle(runs, name):
    return statistics.median(run[name] for run in runs)


def summary(runs):
    rate = middle(runs, "per_second")
    return {"per_second": round(rate), "spread": round((max(run["per_second"] for run in runs) - min(run["per_second"] for run in runs)) / rate, 3),
            "p50_ms": round(middle(runs, "p50_ms"), 3), "p99_ms": round(middle(runs, "p99_ms"), 3), "p999_ms": round(middle(runs, "p999_ms"), 3),
            "cpu_us": round(middle(runs, "cpu_us"), 1), "runs": [round(run["per_second"]) for run in runs],
            **{f"{name}_runs": [round(run[f"{name}_ms"], 3) for run in runs] for name in ("p50", "p99")}}


def rounds_of(cases, rounds):
    """Each case is (name, way, options); all of them in each round, in turn."""
    seen = {name: [] for name, _, _ in cases}
    for round_number in range(rounds):
        with quiet():
            for name, way, options in cases:
                seen[name].append(measured("busy", way, **options))
        print(f"  round {round_number + 1} of {rounds}", file=sys.stderr)
    return {name: summary(runs) for name, runs in seen.items()}


def rows(cases, seen, **more):
    return [{"case": name, "way": way.name, "clients": options["clients"], **more, **seen[name]} for name, way, options in cases]


def crowd(direct, haproxy, usher, quick):
    """The server at its best number of clients, and what is left of that with a thousand and more."""
    seconds, rounds = (2, 1) if quick else (4, 5)
    few = (4,) if quick else (2, 4, 8, 16)
    many = (1000,) if quick else (1000, 2000, 5000)
    cases = [(f"direct {n}", direct, {"clients": n, "seconds": seconds}) for n in (*few, 1000)]
    cases += [(f"haproxy {n}", haproxy, {"clients": n, "seconds": seconds}) for n in (1000,)]
    cases += [(f"usher {n}", usher, {"clients": n, "seconds": seconds, "warm": 3}) for n in many]
    return rows(cases, rounds_of(cases, rounds))


def states(usher, quick):
    """Text statements of sessions that are alike, and of sessions in different states that share few server connections."""
    seconds, rounds = (2, 1) if quick else (5, 5)
    given = (("as after login", 1, 0), ("32 states", 32, 0), ("alike, user variables too", 1, 1), ("two groups, user variables too", 2, 1))
    cases = [(name, usher, {"clients": 64, "seconds": seconds, "states": count, "variables": variables}) for name, count, variables in given]
    return [{**row, "variables": variables} for row, (_, _, variables) in zip(rows(cases, rounds_of(cases, rounds)), given)]


def latency(ways, quick):
    """What one client sees. Many rounds: the 99th percentile of one is either half or twice that of the next, by where the scheduler puts the four threads."""
    seconds, rounds = (2, 1) if quick else (4, 15)
    cases = [(f"{way.name} {kind}", way, {"clients": 1, "seconds": seconds, "prepared": int(kind == "prepared")})
             for kind in ("prepared", "text") for way in ways]
    return rows(cases, rounds_of(cases, rounds))
