"""`connect`: clients that log in, run one query and quit, plain and over TLS."""

import statistics
import sys

from load import measured
from processes import quiet


def connect(server, plain_ways, tls_ways, quick):
    seconds, rounds = (2, 2) if quick else (5, 5)
    cases = [(way, 0) for way in plain_ways] + [(way, 1) for way in tls_ways]
    seen = {}
    for round_number in range(rounds):
        with quiet():
            for way, tls in cases:
                # Until the code of both ends is compiled, a login costs several times what it does from then on.
                warm = 1 if round_number else 4 if quick else 20
                seen.setdefault((way.name, tls), []).append(measured("storm", way, server, clients=8, seconds=seconds, warm=warm, tls=tls))
        print(f"  round {round_number + 1} of {rounds}", file=sys.stderr)
    rows = []
    for (name, tls), runs in seen.items():
        rates = [run["per_second"] for run in runs]
        rate = statistics.median(rates)
        rows.append({"way": name, "tls": bool(tls), "per_second": round(rate), "spread": round((max(rates) - min(rates)) / rate, 3),
                     **{key: round(statistics.median(run[key] for run in runs), 3) for key in ("p50_ms", "p99_ms")},
                     **{key: round(statistics.median(run[key] for run in runs), 1) for key in ("cpu_us", "server_cpu_us", "load_cpu_us")},
                     "runs": [round(each) for each in rates]})
    return rows
