"""docs/benchmarks.md out of bench/results/*.json."""

import json
import os
import pathlib
import platform
import subprocess

from endpoints import ROOT

RESULTS = ROOT / "bench/results"
WAYS = ("direct", "haproxy", "usher")


def first_line(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    return (done.stdout or done.stderr).strip().splitlines()[0]


def machine(server_version, usher_version):
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = int(next(line.split()[1] for line in open("/proc/meminfo") if line.startswith("MemTotal"))) >> 20
    return {"cpu": cpu, "cores": len(os.sched_getaffinity(0)), "memory_gib": memory, "kernel": platform.release(), "server": server_version,
            "haproxy": first_line("haproxy", "-v").split(" - ")[0], "sysbench": first_line("sysbench", "--version"), "usher": usher_version}


def save(name, facts, command, measured):
    RESULTS.mkdir(exist_ok=True)
    content = {"name": name, "command": command, "machine": facts, "measured": measured}
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")


def ratio(of, to):
    return f"{of / to:.2f}" if to else "–"


def throughput_table(measured):
    lines = ["| load | threads | way | per second | spread | p99 ms | own CPU µs each | CPU ÷ HAProxy's | rate ÷ HAProxy's |", "|---|--:|---|--:|--:|--:|--:|--:|--:|"]
    for entry in measured:
        haproxy = entry["ways"].get("haproxy", {})
        for way in WAYS:
            if (seen := entry["ways"].get(way)) is None:
                continue
            own = "–" if way == "direct" else f"{seen['cpu_us']:.1f}"
            against = "–" if way == "direct" else ratio(seen["cpu_us"], haproxy.get("cpu_us", 0))
            lines.append(f"| {entry['load']} | {entry['threads']} | {way} | {seen['per_second']:,} | {seen['spread']:.0%} | {seen['p99_ms']:.2f} | "
                         f"{own} | {against} | {ratio(seen['per_second'], haproxy.get('per_second', 0))} |")
    return lines


def idle_table(measured):
    lines = ["| link | clients | resident MiB | bytes for each further client |", "|---|--:|--:|--:|"]
    for entry in measured:
        for point in entry["points"]:
            last = point is entry["points"][-1]
            each = f"{entry['bytes_per_client']:,}" if last else ""
            lines.append(f"| {'TLS' if entry['tls'] else 'plain'} | {point['clients']:,} | {point['resident_bytes'] / 2**20:.1f} | {each} |")
    return lines


SECTIONS = (
    ("point-select", "Point selects", "sysbench `oltp_point_select` on 10,000 rows, prepared (binary protocol) and as text. CPU is the proxy's own user and system time "
     "as the kernel accounts it, for one query. Client, server and proxy share the machine's cores, so the ratios are what counts.", throughput_table),
    ("connect", "Connect, one query, quit", "Eight threads, each logging in for one `SELECT 1`. CPU is for one such visit.", throughput_table),
    ("idle", "Idle clients", "Clients that have logged in, run `SELECT 1` and then do nothing, on 20 server connections. Resident memory of the whole process (VmRSS).", idle_table),
)


def write_document():
    lines = ["# Benchmarks", "", "Written by `bench/run` from `bench/results/`; do not edit. Rounds are interleaved (direct, HAProxy, Usher, and again); figures are",
             "medians, and *spread* is the distance between the best and the worst round as a share of the median.", ""]
    for name, title, explanation, table in SECTIONS:
        file = RESULTS / f"{name}.json"
        if not file.exists():
            continue
        content = json.loads(file.read_text())
        m = content["machine"]
        lines += [f"## {title}", "", explanation, "", *table(content["measured"]), "",
                  f"`{content['command']}` on {m['cores']} cores of {m['cpu']}, {m['memory_gib']} GiB, Linux {m['kernel']}; {m['server']}; {m['haproxy']} "
                  f"(TCP mode, one thread); {m['sysbench']}; {m['usher']}.", ""]
    (ROOT / "docs").mkdir(exist_ok=True)
    pathlib.Path(ROOT / "docs/benchmarks.md").write_text("\n".join(lines))
