"""The benchmarks behind bench/run."""

import argparse
import functools
import shlex
import sys

import collector
import crowd
import endpoints
import growth
import idle
import microbenchmarks
import report
import startup
import storm
import stream
import throughput
from processes import Stage
from sections import SECTIONS

POOL = ("--max-server-connections", "16")
# A later run that is so much worse than the recorded one has a reason other than the machine.
FAR_OFF = 1.5


class Scene:
    """The server and what stands in front of it, started when a benchmark first asks for it."""

    def __init__(self, stage, kind, more_flags):
        self.stage, self.kind, self.more_flags, self.made = stage, kind, more_flags, {}

    @functools.cached_property
    def server(self):
        server = endpoints.start_server(self.stage, self.kind)
        server.name = "direct"
        throughput.prepare(server)
        return server

    def get(self, name):
        makers = {
            "direct": lambda: self.server,
            "haproxy": lambda: endpoints.start_haproxy(self.stage, self.server),
            "router": lambda: endpoints.start_router(self.stage, self.server),
            "usher": lambda: self.usher(name),
            "usher-16": lambda: self.usher(name, *POOL),
            "usher-8": lambda: self.usher(name, "--max-server-connections", "8"),
            "usher-plain": lambda: self.usher(name, "--server-tls", "disabled"),
            "usher-2-workers": lambda: self.usher(name, *POOL, "--workers", "2"),
        }
        if name not in self.made:
            self.made[name] = makers[name]()
        return self.made[name]

    def usher(self, name, *flags, jvm=""):
        # MySQL offers TLS where MariaDB does not. Neither Router nor the clients that come directly, or through HAProxy, use it here.
        link = ("--server-tls", "disabled") if self.kind == "mysql" else ()
        return endpoints.start_usher(self.stage, self.server, name, *flags, *link, *self.more_flags, jvm=jvm)

    def ways(self, *names):
        return [self.get(name) for name in names]


def point_select(scene, quick):
    return throughput.point_select(scene.ways(*(("haproxy", "usher") if quick else ("direct", "haproxy", "usher", "usher-16"))), quick)


def router(scene, quick):
    return throughput.point_select(scene.ways("direct", "haproxy", "router", "usher-16"), quick, (64,))


BENCHMARKS = {
    "point-select": point_select,
    "transactions": lambda scene, quick: throughput.transactions(scene.ways("direct", "haproxy", "usher", "usher-16"), quick),
    "router": router,
    "latency": lambda scene, quick: crowd.latency(scene.ways("direct", "haproxy", "usher"), quick),
    "crowd": lambda scene, quick: crowd.crowd(*scene.ways("direct", "haproxy", "usher-16"), quick),
    "states": lambda scene, quick: crowd.states(scene.get("usher-8"), quick),
    "connect": lambda scene, quick: storm.connect(scene.server, scene.ways("direct", "haproxy", "usher-plain"), scene.ways("direct", "haproxy", "usher"), quick),
    "stream": lambda scene, quick: stream.stream(scene.ways("direct", "haproxy", "usher"), quick),
    "idle": lambda scene, quick: idle.idle(scene.stage, scene.server, quick),
    "workers": lambda scene, quick: throughput.workers(scene.ways("usher-16", "usher-2-workers"), quick),
    "start": lambda scene, quick: startup.start(scene.stage, scene.server, quick),
    "growth-clients": growth.clients,
    "growth-connections": growth.connections,
    "growth-accounts": growth.accounts,
    "growth-statement": growth.statement_size,
    "growth-result": growth.result_size,
    "gc": collector.gc,
    "jmh": lambda scene, quick: microbenchmarks.jmh(quick),
}
GROUPS = {"growth": [name for name in BENCHMARKS if name.startswith("growth-")]}
QUICK = ("point-select", "connect")
# The server's own certificate, so that it can be compared over TLS; and the peer that works with MySQL alone.
SERVERS = {"connect": "mariadb-tls", "router": "mysql"}
ALONE = {"jmh"}  # needs neither server nor load


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run")
    parser.add_argument("names", nargs="*", metavar="name", help=f"{', '.join(BENCHMARKS)}, or growth for all of those; everything by default, {', '.join(QUICK)} with --quick")
    parser.add_argument("--quick", action="store_true", help="short rounds; writes nothing, and fails if a ratio is far off the recorded one")
    parser.add_argument("--document", action="store_true", help="only write docs/benchmarks.md anew from what is recorded")
    parser.add_argument("--usher-flags", default="", help="further flags for `usher serve`, in one word")
    given = parser.parse_args()
    for unknown in set(given.names) - set(BENCHMARKS) - set(GROUPS):
        parser.error(f"no benchmark {unknown}: {', '.join(BENCHMARKS)}, {', '.join(GROUPS)}")
    given.names = [name for word in given.names for name in GROUPS.get(word, [word])]
    return given


def run(name, given, usher_version, command):
    print(name, file=sys.stderr)
    kind = SERVERS.get(name, "mariadb")
    stage = Stage()
    try:
        scene = Scene(stage, kind, shlex.split(given.usher_flags))
        facts = report.machine(None if name in ALONE else endpoints.version(kind), usher_version)
        measured = BENCHMARKS[name](scene, given.quick)
    finally:
        stage.close()
    print("", *report.table(SECTIONS[name], measured), sep="\n", flush=True)
    if not given.quick:
        report.save(name, facts, command, measured)
        return True
    return near(name, measured)


def near(name, measured):
    """Whether no ratio is far off the recorded one. A ratio of two things that ran side by side says little of the machine."""
    before = report.recorded(name)
    known = SECTIONS[name].ratios(before["measured"]) if before else {}
    good = True
    for what, now in SECTIONS[name].ratios(measured).items():
        if what in known:
            print(f"{name}: {what}: {now:.2f}, recorded {known[what]:.2f}")
            good &= now <= known[what] * FAR_OFF
    if not good:
        print(f"{name}: more than {FAR_OFF} times what is recorded", file=sys.stderr)
    return good


def main():
    given = arguments()
    if given.document:
        report.write_document()
        return 0
    usher_version = endpoints.build_usher()
    command = "bench/run " + " ".join(shlex.quote(word) for word in sys.argv[1:])
    good = True
    for name in given.names or (QUICK if given.quick else BENCHMARKS):
        good &= run(name, given, usher_version, command.strip())
    if not given.quick:
        report.write_document()
    return 0 if good else 1


try:
    sys.exit(main())
except KeyboardInterrupt:
    sys.exit(130)
