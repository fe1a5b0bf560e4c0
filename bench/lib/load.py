"""bench/load: the load generator for what sysbench cannot do."""

import atexit
import functools
import json
import os
import pathlib
import re
import subprocess
import sys

from endpoints import DATABASE, PASSWORD, ROOT, USER
from processes import cpu_seconds

CLASSES = ROOT / "target/bench-load"
# Its manifest names the libraries beside it; their TLS is the load's too.
USHER = ROOT / "target/usher.jar"


@functools.cache
def jdk():
    """A JDK 25 or newer, found as ./usher finds it."""
    for home in (os.environ.get("JAVA_HOME", ""), *sorted(pathlib.Path("/usr/lib/jvm").glob("*"))):
        release = pathlib.Path(home or "/nowhere") / "release"
        if (pathlib.Path(home) / "bin/javac").exists() and release.exists():
            version = re.search(r'JAVA_VERSION="(\d+)', release.read_text())
            if version and int(version[1]) >= 25:
                return pathlib.Path(home)
    sys.exit("no JDK 25 or newer")


@functools.cache
def classes():
    """Compiles the load generator, once; Usher is built by then."""
    sources = sorted((ROOT / "bench/load").glob("*.java"))
    done = subprocess.run([jdk() / "bin/javac", "-cp", USHER, "-d", CLASSES, *sources], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return CLASSES


@functools.cache
def generator():
    """The one process that makes all loads, so that what is measured is not how its own code is compiled."""
    process = subprocess.Popen([jdk() / "bin/java", "-XX:+UseSerialGC", "-Xms64m", "-Xlog:disable", "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow", "-Dio.netty.leakDetection.level=disabled", "-Dio.netty.jfr.enabled=false",
                                "-cp", f"{classes()}:{USHER}", "Load"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    atexit.register(process.kill)
    return process


def load(mode, way, on_begin=lambda: None, on_end=lambda: None, **options):
    """One run; `on_begin` and `on_end` are called around what it measures, which leaves logging in out."""
    process = generator()
    options = {"port": way.port, "user": USER, "password": PASSWORD, "database": DATABASE, **options}
    process.stdin.write("\t".join([mode, *(word for name, value in options.items() for word in (f"--{name}", str(value)))]) + "\n")
    process.stdin.flush()
    for line in process.stdout:
        if line == "begin\n":
            on_begin()
        elif line == "end\n":
            on_end()
        else:
            break
    else:
        sys.exit(f"{way.name}: the load failed")
    result = json.loads(line)
    if result.get("errors"):
        sys.exit(f"{way.name}: a run with errors is not a measurement: {result}")
    return result


def measured(mode, way, server=None, **options):
    """One run, with the CPU time that the way itself and the load used for each event, the server too if it is given, and the way's memory at the end."""
    used = []

    def look():
        used.append((way.cpu_seconds(), server.cpu_seconds() if server else 0, cpu_seconds(generator().pid), way.resident_bytes()))

    result = load(mode, way, look, look, **options)
    for name, before, after in zip(("cpu_us", "server_cpu_us", "load_cpu_us"), *used):
        result[name] = (after - before) / max(1, result["events"]) * 1e6
    result["resident_bytes"] = used[1][-1]
    return result
