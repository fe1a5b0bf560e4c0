"""`jmh`: the benchmarks in bench/jmh, of what runs for every statement, with JMH and its GC profiler."""

import json
import os
import subprocess
import sys

from endpoints import ROOT
from load import jdk
from processes import quiet

SOURCES = ROOT / "bench/jmh"
BUILT = ROOT / "target/bench-jmh"


def said(*command, **more):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode:
        sys.exit(done.stdout)
    return done.stdout


def class_path():
    """Compiles them against Usher's jar as it is shipped; JMH is no part of Usher's own build."""
    libraries, classes = BUILT / "lib", BUILT / "classes"
    said("mvn", "-B", "-q", "-f", SOURCES / "pom.xml", "dependency:copy-dependencies", f"-DoutputDirectory={libraries}")
    classes.mkdir(parents=True, exist_ok=True)
    # The jar's manifest names its libraries.
    path = os.pathsep.join(map(str, (classes, ROOT / "target/usher.jar", libraries / "*")))
    said(jdk() / "bin/javac", "-proc:full", "-Xlint:all,-processing", "-d", classes, "-cp", path, *sorted(SOURCES.rglob("*.java")))
    return path


def jmh(quick):
    output = BUILT / "result.json"
    # The flags of ./usher that change what code does and how large objects are.
    flags = ["-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
             "-Dio.netty.leakDetection.level=disabled"]
    effort = ["-f", "1", "-wi", "1", "-i", "1", "-w", "200ms", "-r", "200ms"] if quick else ["-f", "2", "-wi", "3", "-i", "3", "-w", "500ms", "-r", "500ms"]
    with quiet():
        said(jdk() / "bin/java", *flags, "-cp", class_path(), "org.openjdk.jmh.Main", "-prof", "gc", "-foe", "true", *effort, "-rf", "json", "-rff", output)
    return [row(result) for result in json.loads(output.read_text())]


def row(result):
    of, what = result["benchmark"].split(".")[-2:]
    return {"of": of, "what": what, "case": ", ".join(result.get("params", {}).values()), "ns": round(result["primaryMetric"]["score"], 2),
            "error_ns": round(float(result["primaryMetric"]["scoreError"]), 2), "bytes": round(result["secondaryMetrics"]["gc.alloc.rate.norm"]["score"], 1)}
