"""`settings`: clients with different session settings and user variables on few server connections, beside the same clients with equal ones."""

import statistics
import sys

from endpoints import ROOT, start_usher
from throughput import ROWS, measure, sysbench

CLIENTS, SERVER_CONNECTIONS = 64, 8


def settings(stage, server, quick):
    sysbench(server.port, "oltp_point_select", 1, 1, "--tables=1", f"--table-size={ROWS}", action="prepare")
    # One of the budget is kept for logins and KILL.
    usher = start_usher(stage, server, "--max-server-connections", SERVER_CONNECTIONS + 1)
    usher.name = "usher"
    script, rounds, seconds = ROOT / "bench/lib/settings.lua", *((2, 3) if quick else (5, 6))
    seen = {1: [], 2: []}

    def once(groups):
        return measure(usher, script, CLIENTS, seconds, [f"--table-size={ROWS}", f"--groups={groups}", "--db-ps-mode=disable"])

    once(2)
    for number in range(rounds):
        for groups in (1, 2) if number % 2 == 0 else (2, 1):
            seen[groups].append(once(groups))
        print(f"  round {number + 1} of {rounds}", file=sys.stderr)
    stage.stop(usher)
    rates = {groups: statistics.median(run["per_second"] for run in runs) for groups, runs in seen.items()}
    return [{"groups": groups, "clients": CLIENTS, "server_connections": SERVER_CONNECTIONS, "per_second": round(rates[groups]),
             "p99_ms": round(statistics.median(run["p99_ms"] for run in runs), 2), "cpu_us": round(statistics.median(run["cpu_us"] for run in runs), 1),
             "share": round(rates[groups] / rates[1], 3), "runs": [round(run["per_second"]) for run in runs]} for groups, runs in seen.items()]
