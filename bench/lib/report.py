"""docs/benchmarks.md out of bench/results/*.json."""

import json
import os
import pathlib
import platform
import subprocess

from endpoints import ROOT
from sections import SECTIONS

RESULTS = ROOT / "bench/results"
DOCS = ROOT / "docs"
# What the text of docs/benchmarks.md says beside the tables: the aims, where they are missed and why.
REMARKS = ROOT / "bench/remarks.md"


def first_line(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    return (done.stdout or done.stderr).strip().splitlines()[0]


def machine(server_version, usher_version):
    """`server_version` is None where Usher's code runs alone."""
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = round(int(next(line.split()[1] for line in open("/proc/meminfo") if line.startswith("MemTotal"))) / 2**20)
    facts = {"cpu": cpu, "cores": len(os.sched_getaffinity(0)), "memory_gib": memory, "kernel": platform.release()}
    if server_version:
        facts |= {"server": server_version, "haproxy": first_line("haproxy", "-v").split(" - ")[0], "sysbench": first_line("sysbench", "--version")}
    return {**facts, "usher": ", ".join(usher_version.split("\n"))}


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
        peers = [m["server"], f"{m['haproxy']} (TCP mode, one thread)", m["sysbench"]] if "server" in m else []
        where = f"`{content['command']}` on {m['cores']} cores of {m['cpu']}, {m['memory_gib']} GiB, Linux {m['kernel']}"
        lines += [f"## {section.title}", "", section.explanation, "", *picture(name, section, content["measured"]), *table(section, content["measured"]), "",
                  *verdict(section, content["measured"]), "; ".join([where, *peers, m["usher"]]) + ".", ""]
    pathlib.Path(DOCS / "benchmarks.md").write_text("\n".join(lines))


def picture(name, section, measured):
    """Draws it, and shows it."""
    if section.plot is None:
        return []
    file = DOCS / "plots" / f"{name}.svg"
    file.parent.mkdir(exist_ok=True)
    file.write_text(section.plot(measured))
    return [f"![{section.title}]({file.relative_to(DOCS)})", ""]


def verdict(section, measured):
    return [section.verdict(measured), ""] if section.verdict else []
