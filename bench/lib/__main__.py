"""The benchmarks behind bench/run."""

import argparse
import shlex
import sys

import endpoints
import idle
import report
import throughput
from processes import Stage

NAMES = ("point-select", "connect", "idle")


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run")
    parser.add_argument("names", nargs="*", metavar="name", help=f"{', '.join(NAMES)}; all of them by default")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds; docs/benchmarks.md stays as it is")
    parser.add_argument("--through", default="direct,haproxy,usher", help="ways to compare (default: %(default)s)")
    parser.add_argument("--server", choices=("mariadb", "mysql"), default="mariadb")
    parser.add_argument("--usher-flags", default="", help="further flags for `usher serve`, in one word")
    given = parser.parse_args()
    for unknown in set(given.names) - set(NAMES):
        parser.error(f"no benchmark {unknown}: {', '.join(NAMES)}")
    return given


def ways(stage, server, given):
    server.name = "direct"
    makers = {"direct": lambda: server, "haproxy": lambda: endpoints.start_haproxy(stage, server),
              "usher": lambda: endpoints.start_usher(stage, server, *shlex.split(given.usher_flags))}
    return [makers[name]() for name in given.through.split(",")]


def main():
    given = arguments()
    names = given.names or NAMES
    usher_version = endpoints.build_usher() if "usher" in given.through or "idle" in names else "without Usher"
    stage = Stage()
    server = endpoints.start_server(stage, given.server)
    version = report.first_line("/usr/sbin/mariadbd" if given.server == "mariadb" else endpoints.mysql_program("usr/sbin/mysqld")[0],
                                *([] if given.server == "mariadb" else endpoints.mysql_program("usr/sbin/mysqld")[1:4]), "--no-defaults", "--version")
    facts = report.machine(version.split("Ver ")[-1].split(" for ")[0], usher_version)
    facts["server"] = ("MySQL " if given.server == "mysql" else "MariaDB ") + facts["server"]
    command = "bench/run " + " ".join(shlex.quote(word) for word in sys.argv[1:])
    measured = {}
    throughput_names = [name for name in names if name != "idle"]
    if throughput_names:
        compared = ways(stage, server, given)
        for name in throughput_names:
            print(name, file=sys.stderr)
            measured[name] = (throughput.point_select if name == "point-select" else throughput.connect)(compared, given.quick)
        for way in compared[1:]:
            stage.stop(way)
    if "idle" in names:
        print("idle", file=sys.stderr)
        measured["idle"] = idle.idle(stage, server, given.quick)
    for name, seen in measured.items():
        table = report.idle_table(seen) if name == "idle" else report.throughput_table(seen)
        print("", *table, sep="\n")
        if not given.quick:
            report.save(name, facts, command.strip(), seen)
    if not given.quick:
        report.write_document()


try:
    main()
except KeyboardInterrupt:
    sys.exit(130)
