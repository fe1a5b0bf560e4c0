"""`stream`: results of 1 GiB, and the memory of what stands in between."""

import statistics
import sys

from load import load
from processes import quiet

# A row of 1 KiB is what a proxy that looks at packets has most work with; the server makes them out of nothing.
ROWS = {"1 KiB": ("REPEAT('x', 1020)", 1 << 10), "64 KiB": ("REPEAT('x', 65530)", 64 << 10)}
RESULT_BYTES = 1 << 30


def statement(row, total):
    expression, size = ROWS[row]
    return f"SELECT {expression} FROM seq_1_to_{total // size}"


def stream(ways, quick):
    rounds = 1 if quick else 5
    total = RESULT_BYTES // 8 if quick else RESULT_BYTES
    seen = {}
    for round_number in range(rounds):
        for row in ROWS:
            with quiet():
                for clients in (1, 8):
                    for way in ways:
                        # Eight clients share the volume, so that a round takes as long as with one.
                        each = total if clients == 1 else total // 4
                        cpu = way.cpu_seconds()
                        result = load("stream", way, clients=clients, sql=statement(row, each))
                        result["cpu_ms_per_gib"] = (way.cpu_seconds() - cpu) * 1000 * (1 << 30) / result["bytes"]
                        result["resident_bytes"] = way.resident_bytes()
                        seen.setdefault((row, clients, way.name), []).append(result)
        print(f"  round {round_number + 1} of {rounds}", file=sys.stderr)
    return [{"row": row, "clients": clients, "way": name,
             "mib_per_second": round(statistics.median(run["mib_per_second"] for run in runs)),
             "cpu_ms_per_gib": round(statistics.median(run["cpu_ms_per_gib"] for run in runs)),
             "resident_mib": round(max(run["resident_bytes"] for run in runs) / 2**20),
             "runs": [round(run["mib_per_second"]) for run in runs]} for (row, clients, name), runs in seen.items()]
