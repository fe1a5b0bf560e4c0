"""docs/benchmarks.md out of bench/results/*.json."""

import json
import os
import pathlib
import platform
import subprocess

from endpoints import ROOT
from sections import SECTIONS

RESULTS = ROOT / "bench/results"
# What the text of docs/benchmarks.md says beside the tables: the aims, where they are missed and why.
REMARKS = ROOT / "bench/remarks.md"


def first_line(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    return (done.stdout or done.stderr).strip().splitlines()[0]


def machine(server_version, usher_version):
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = round(int(next(line.split()[1] for line in open("/proc/meminfo") if line.startswith("MemTotal"))) / 2**20)
    return {"cpu": cpu, "cores": len(os.sched_getaffinity(0)), "memory_gib": memory, "kernel": platform.release(), "server": server_version,
            "haproxy": first_line("haproxy", "-v").split(" - ")[0], "sysbench": first_line("sysbench", "--version"), "usher": ", ".join(usher_version.split("\n"))}


def save(name, facts, command, measured):
    RESULTS.mkdir(exist_ok=True)
    content = {"name": name, "command": command, "machine": facts, "measured": measured}
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")


def table(section, measured):
    columns = section.columns(measured)
    lines = ["| " + " | ".join(title for title, _ in columns) + " |", "|" + "|".join("---" if text else "--:" for _, text in columns) + "|"]
    return lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in section.cells(measured)]


def recorded(name):
    file = RESULTS / f"{name}.json"
    return json.loads(file.read_text()) if file.exists() else None


def write_document():
    lines = ["# Benchmarks", "", "Written by `bench/run` from `bench/results/` and `bench/remarks.md`; do not edit.", "", REMARKS.read_text().rstrip(), ""]
    for name, section in SECTIONS.items():
        if (content := recorded(name)) is None:
            continue
        m = content["machine"]
        lines += [f"## {section.title}", "", section.explanation, "", *table(section, content["measured"]), "",
                  f"`{content['command']}` on {m['cores']} cores of {m['cpu']}, {m['memory_gib']} GiB, Linux {m['kernel']}; {m['server']}; {m['haproxy']} "
                  f"(TCP mode, one thread); {m['sysbench']}; {m['usher']}.", ""]
    pathlib.Path(ROOT / "docs/benchmarks.md").write_text("\n".join(lines))
