"""The suites behind compat/run."""

import argparse
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/lib"))

import endpoints  # noqa: E402
import suites  # noqa: E402
from processes import Stage  # noqa: E402

EXPLAINED = ROOT / "compat/explained.txt"


def arguments():
    parser = argparse.ArgumentParser(prog="compat/run")
    parser.add_argument("suites", nargs="*", metavar="suite", help=f"{', '.join(suites.ALL)}; all of them by default")
    parser.add_argument("--server", choices=("mariadb", "mysql"), default="mariadb")
    parser.add_argument("--keep", action="store_true", help="print what every case that differs has printed")
    given = parser.parse_args()
    for unknown in set(given.suites) - set(suites.ALL):
        parser.error(f"no suite {unknown}: {', '.join(suites.ALL)}")
    return given


def explanations():
    """Lines of `suite case: reason`; a case may end in *."""
    found = {}
    for line in EXPLAINED.read_text().splitlines():
        if line and not line.startswith("#"):
            where, _, why = line.partition(": ")
            suite, _, case = where.partition(" ")
            found[suite, case] = why
    return found


def explanation(found, suite, case):
    for (of, pattern), why in found.items():
        if of == suite and (pattern == case or pattern.endswith("*") and case.startswith(pattern[:-1])):
            return why
    return None


def main():
    given = arguments()
    known = explanations()
    usher_version = endpoints.build_usher()
    stage = Stage()
    server = endpoints.start_server(stage, given.server, *suites.SERVER_ARGUMENTS)
    suites.prepare(server, given.server, stage)
    usher = endpoints.start_usher(stage, server, "--hand-over", "shuffle", "--max-server-connections", "12", "--workers", "1", "--wait-limit", "10s")
    print(f"{usher_version}, hand-over shuffle, before {given.server}\n")
    print("| suite | cases | passed directly | passed through Usher | differ, explained | differ, not explained |")
    print("|---|--:|--:|--:|--:|--:|")
    details, failed = [], False
    for name in given.suites or suites.ALL:
        run = suites.ALL[name]
        if (why := suites.missing(name, given.server)):
            print(f"| {name} | – | – | – | – | not run: {why} |", flush=True)
            continue
        direct = run(stage, server.port, given.server)
        through = run(stage, usher.port, given.server)
        ran = {case for case, (outcome, _) in direct.items() if outcome != "skip"}
        differ = [case for case in sorted(set(direct) | set(through)) if direct.get(case, ("none", ""))[0] != through.get(case, ("none", ""))[0]]
        worse = [case for case in differ if direct.get(case, ("none", ""))[0] == "pass"]
        explained = [case for case in worse if explanation(known, name, case)]
        passed = [sum(outcome == "pass" for outcome, _ in side.values()) for side in (direct, through)]
        print(f"| {name} | {len(ran)} | {passed[0]} | {passed[1]} | {len(explained)} | {len(worse) - len(explained)} |", flush=True)
        for case in differ:
            why = explanation(known, name, case) or "not explained"
            details.append(f"- {name} {case}: {direct.get(case, ('none', ''))[0]} directly, {through.get(case, ('none', ''))[0]} through Usher; {why}")
            if given.keep:
                details.append(through.get(case, ("", ""))[1])
        failed = failed or len(worse) > len(explained)
    print("", *details, sep="\n")
    sys.exit(1 if failed else 0)


try:
    main()
except KeyboardInterrupt:
    sys.exit(130)
