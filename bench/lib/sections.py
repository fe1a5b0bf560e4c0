"""One section of docs/benchmarks.md for each benchmark: what its table shows, and the ratios by which a later run is judged."""

import math
import re
import statistics


def paired(of, to, runs="runs"):
    """The median of the rounds' ratios: what a round has in common, such as the machine's speed at the time, is in both."""
    return statistics.median(a / b for a, b in zip(of[runs], to[runs]))


def ratio(of, to, runs="runs"):
    return f"{paired(of, to, runs):.2f}" if of and to else "–"


class Section:
    """`columns` are (title, whether text); `cells` makes rows out of what was measured; `ratios` gives name → value, where less is better. `plot` makes an SVG, and
    `verdict` a line below the table."""

    def __init__(self, title, explanation, columns, cells, ratios=lambda measured: {}, plot=None, verdict=None):
        self.title, self.explanation, self.columns, self.cells, self.ratios = title, explanation, lambda measured: columns, cells, ratios
        self.plot, self.verdict = plot, verdict


def ways_of(entry):
    """As measured: the peers first, then Usher in its settings."""
    return entry["ways"].items()


def throughput_cells(other):
    """The rates are compared with HAProxy's and those of `other`."""
    def cells(measured):
        for entry in measured:
            haproxy = entry["ways"].get("haproxy")
            for way, seen in ways_of(entry):
                proxy = way != "direct"
                yield [entry["load"], entry["threads"], way, f"{seen['per_second']:,}", f"{seen['spread']:.0%}", f"{seen['p99_ms']:.2f}",
                       f"{seen['cpu_us']:.1f}" if proxy else "–", ratio(seen, haproxy, "cpu_runs") if proxy else "–", ratio(seen, haproxy),
                       ratio(seen, entry["ways"].get(other))]

    return cells


def throughput_ratios(measured):
    found = {}
    for entry in measured:
        haproxy, usher = entry["ways"].get("haproxy"), entry["ways"].get("usher")
        if haproxy and usher:
            found[f"CPU ÷ HAProxy's, {entry['load']}, {entry['threads']} clients"] = paired(usher, haproxy, "cpu_runs")
    return found


THROUGHPUT = [("load", True), ("clients", False), ("way", True), ("per second", False), ("spread", False), ("p99 ms", False),
              ("own CPU µs each", False), ("CPU ÷ HAProxy's", False), ("rate ÷ HAProxy's", False)]


def idle_cells(measured):
    for entry in measured:
        for point in entry["points"]:
            last = point is entry["points"][-1]
            yield ["TLS" if entry["tls"] else "plain", f"{point['clients']:,}", f"{point['resident_bytes'] / 2**20:.1f}",
                   f"{entry['bytes_per_client']:,}" if last else ""]


def connect_cells(measured):
    for row in measured:
        alike = {other["way"]: other for other in measured if other["tls"] == row["tls"]}
        yield ["TLS" if row["tls"] else "plain", row["way"], f"{row['per_second']:,}", f"{row['spread']:.0%}", f"{row['p50_ms']:.2f}", f"{row['p99_ms']:.2f}",
               *("–" if row["way"] == "direct" and key == "cpu_us" else f"{row[key]:.0f}" for key in ("cpu_us", "server_cpu_us", "load_cpu_us")),
               ratio(row, alike.get("direct")), ratio(row, alike.get("haproxy"))]


def connect_ratios(measured):
    rows = {(row["way"], row["tls"]): row for row in measured}
    return {f"direct rate ÷ rate, {'TLS' if tls else 'plain'}": paired(rows["direct", tls], rows[way, tls]) for way, tls in rows if way.startswith("usher")}


def busy_cells(measured):
    best = max((row for row in measured if row["way"] == "direct"), key=lambda row: row["per_second"])
    for row in measured:
        yield [row["way"], f"{row['clients']:,}", f"{row['per_second']:,}", f"{row['spread']:.0%}", f"{row['p50_ms']:.2f}", f"{row['p99_ms']:.2f}",
               f"{row['p999_ms']:.2f}", "–" if row["way"] == "direct" else f"{row['cpu_us']:.1f}", ratio(row, best)]


def latency_cells(measured):
    for row in measured:
        kind = row["case"].split()[-1]
        haproxy = next(other for other in measured if other["case"] == f"haproxy {kind}")
        yield [kind, row["way"], f"{row['p50_ms']:.3f}", f"{row['p99_ms']:.3f}", *(ratio(row, haproxy, name) for name in ("p50_runs", "p99_runs")),
               "–" if row["way"] == "direct" else f"{row['cpu_us']:.1f}"]


def states_cells(measured):
    for row in measured:
        alike = next(other for other in measured if other["variables"] == row["variables"])
        yield [row["case"], row["clients"], f"{row['per_second']:,}", f"{row['spread']:.0%}", f"{row['p99_ms']:.2f}", f"{row['cpu_us']:.1f}", ratio(row, alike)]


def stream_cells(measured):
    for row in measured:
        haproxy = next(other for other in measured if (other["row"], other["clients"], other["way"]) == (row["row"], row["clients"], "haproxy"))
        yield [row["row"], row["clients"], row["way"], f"{row['mib_per_second']:,}", ratio(row, haproxy),
               "–" if row["way"] == "direct" else row["cpu_ms_per_gib"], "–" if row["way"] == "direct" else row["resident_mib"]]


def worker_cells(measured):
    for row in measured:
        yield [row["workers"], row["threads"], f"{row['per_second']:,}", f"{row['spread']:.0%}", f"{row['p99_ms']:.2f}", f"{row['cpu_us']:.1f}"]


def slope(before, point, field):
    """How steep a step is on logarithmic scales: 0 does not grow, 1 is linear."""
    if before is None or not before[field] or not point[field]:
        return None
    return math.log(point[field] / before[field]) / math.log(point["x"] / before["x"])


def steps(measured):
    """Each point with the one before it of the same way; None before the first."""
    last = {}
    for point in measured:
        yield last.get(point["way"]), point
        last[point["way"]] = point


def growth_cells(unit):
    def cells(measured):
        for before, point in steps(measured):
            slopes = [slope(before, point, field) for field in ("cpu_us", "resident_mib")]
            cpu, memory = ["" if each is None else f"{each:.2f}" for each in slopes]
            rate = f"{point['per_second']:,.0f}" if point["per_second"] > 100 else f"{point['per_second']:.3g}"
            yield [unit(point["x"]), point["way"], rate, f"{point['cpu_us']:,.1f}", cpu, f"{point['resident_mib']:,.1f}", memory]

    return cells


def growth_verdict(measured):
    def steepest(field, haproxy):
        return max(slope(before, point, field) or 0 for before, point in steps(measured) if (point["way"] == "haproxy") == haproxy)

    said, worse = [], []
    for name, field in (("CPU time", "cpu_us"), ("memory", "resident_mib")):
        usher, haproxy = steepest(field, False), steepest(field, True)
        said.append(f"{usher:.2f} for {name} (HAProxy's {haproxy:.2f})")
        worse += [name] if usher > max(LINEAR, haproxy) else []
    return (f"Usher's steepest step: {' and '.join(said)}, where 1 is linear: "
            + (f"**{' and '.join(worse)} grew worse than linearly.**" if worse else "nothing grew worse than linearly."))


def size(count):
    for unit, of in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= of:
            return f"{count // of} {unit}"
    return f"{count} B"


def growth(title, explanation, of, unit=lambda count: f"{count:,}"):
    def draw(measured):
        import plot  # its library is only needed here

        return plot.growth(measured, of, unit)

    columns = [(of, False), ("way", True), ("per second", False), ("own CPU µs each", False), ("slope", False), ("resident MiB", False), ("slope", False)]
    return Section(title, explanation, columns, growth_cells(unit), plot=draw, verdict=growth_verdict)


def gc_cells(measured):
    for row in measured:
        each = row["bytes_each"]
        yield [row["kind"], f"{row['clients']:,}", row["connections"], f"{row['per_second']:,.0f}", f"{row['p99_ms']:.2f}", f"{row['p999_ms']:.2f}", f"{row['max_ms']:.2f}",
               f"{row['pauses']} in {row['seconds']:.0f} s", f"{row['pause_ms']:.2f}" if row["pauses"] else "–",
               f"{row['longest_ms']:.2f}" if row["pauses"] else "–", f"{row['paused']:.2%}", f"{row['heap_after_mib']:.1f}",
               "–" if each is None else f"{each:,.0f}"]


def jmh_cells(measured):
    for row in measured:
        what = re.sub("[A-Z]", lambda letter: " " + letter[0].lower(), row["what"])
        yield [row["of"], what, row["case"].lower().replace("_", " "), f"{row['ns']:,.1f}", f"{row['error_ns']:,.1f}", f"{row['bytes']:,.0f}"]


# What is a little steeper than linear is noise: so is HAProxy, which only copies.
LINEAR = 1.2
BUSY = [("way", True), ("clients", False), ("per second", False), ("spread", False), ("p50 ms", False), ("p99 ms", False), ("p99.9 ms", False),
        ("own CPU µs each", False), ("rate ÷ best direct", False)]

SECTIONS = {
    "point-select": Section("Point selects", "sysbench `oltp_point_select` on 10,000 rows, prepared (binary protocol) and as text. *usher* has the default budget, "
                            "so that each client has a server connection of its own; *usher-16* has 16 server connections for all. CPU is the proxy's own user "
                            "and system time as the kernel accounts it, for one query.", [*THROUGHPUT, ("rate ÷ direct", False)], throughput_cells("direct"), throughput_ratios),
    "transactions": Section("Transactions", "sysbench `oltp_read_only` and `oltp_read_write`, prepared, on one table of 10,000 rows. A transaction has 16 and 20 statements.",
                            [*THROUGHPUT, ("rate ÷ direct", False)], throughput_cells("direct")),
    "router": Section("MySQL Router", "The same point selects on MySQL, through MySQL Router with connection sharing too. Nobody uses TLS.", [*THROUGHPUT, ("rate ÷ Router's", False)],
                      throughput_cells("router")),
    "latency": Section("Latency of one client", "One client with one text or prepared point select after the other, by `bench/load`.",
                       [("kind", True), ("way", True), ("p50 ms", False), ("p99 ms", False), ("p50 ÷ HAProxy's", False), ("p99 ÷ HAProxy's", False),
                        ("own CPU µs each", False)], latency_cells),
    "crowd": Section("A crowd that is busy", "Text point selects of many clients at once, each with its next one as soon as it has the answer, by `bench/load`; "
                     "Usher has 16 server connections. The base of the ratio is the server's best rate with any number of direct clients.", BUSY, busy_cells),
    "states": Section("Sessions in different states", "64 clients with text point selects on 8 server connections: all as after login or in 32 different states "
                      "(`sql_mode` and `time_zone`), so that nearly every statement has its session's state restored in front of it; and all alike or in two groups "
                      "of 32, each with settings and two user variables of its own.",
                      [("sessions", True), ("clients", False), ("per second", False), ("spread", False), ("p99 ms", False), ("own CPU µs each", False),
                       ("rate ÷ equal states", False)], states_cells),
    "connect": Section("Connect, one query, quit", "Eight clients at a time, each logging in for one `SELECT 1`, by `bench/load`; over TLS with session resumption "
                       "where the other side offers it. Usher's connections to the server use TLS as its clients do: *usher-plain* has `--server-tls disabled`. CPU is for one "
                       "such visit, without the kernel's interrupts, which nobody is charged for.",
                       [("link", True), ("way", True), ("visits per second", False), ("spread", False), ("p50 ms", False), ("p99 ms", False),
                        ("own CPU µs each", False), ("server's", False), ("clients'", False), ("rate ÷ direct", False), ("rate ÷ HAProxy's", False)],
                       connect_cells, connect_ratios),
    "stream": Section("Results of 1 GiB", "One client with a result of 1 GiB, and eight with 256 MiB each, in rows of 1 KiB and of 64 KiB, by `bench/load`. Resident "
                      "memory is of the whole process, after the run, the largest of all rounds.",
                      [("row", True), ("clients", False), ("way", True), ("MiB per second", False), ("rate ÷ HAProxy's", False), ("own CPU ms per GiB", False),
                       ("resident MiB", False)], stream_cells),
    "idle": Section("Idle clients", "Clients that have logged in, run `SELECT 1` and then do nothing, on 20 server connections. Resident memory of the whole process (VmRSS).",
                    [("link", True), ("clients", False), ("resident MiB", False), ("bytes for each further client", False)], idle_cells),
    "workers": Section("Workers", "Prepared point selects on 16 server connections with one worker and with two, on two cores that the server and the clients need as well.",
                       [("workers", False), ("clients", False), ("per second", False), ("spread", False), ("p99 ms", False), ("own CPU µs each", False)], worker_cells),
    "start": Section("Start", "From the command `./usher serve` (built) to the first client, median and worst of 11 starts.",
                     [("until", True), ("seconds", False), ("worst", False)],
                     lambda measured: ([row["until"], f"{row['seconds']:.2f}", f"{row['worst']:.2f}"] for row in measured)),
    "growth-clients": growth("Growth: clients", "5,000 text point selects a second in all, by clients that have their turns one after the other. Usher has one worker and 16 server "
                             "connections; HAProxy needs a connection for each client, so that it ends at 1,000, before the server does. What a statement costs hardly depends "
                             "on the number of clients: one that is silent is not looked at, and a statement that finds its client without a lease takes the one that has "
                             "rested longest, which is the first of a list. It rises towards 10,000, presumably because less of what belongs to a client is still in the "
                             "processor's caches when its turn comes. Memory grows by what each client takes.", "clients"),
    "growth-connections": growth("Growth: server connections", "512 clients at 5,000 text point selects a second in all, and *flat out*; Usher has one worker. Through HAProxy there are as many "
                                 "clients as connections. A connection is found without a search as long as the sessions are in equal states. What grows with the connections is "
                                 "that more of the server's threads sleep when a statement comes for them, and waking one is accounted to who sends; flat out, more busy "
                                 "threads of the server on the same cores also slow everything down.", "server connections"),
    "growth-accounts": growth("Growth: accounts", "1,000 clients of so many accounts, each client with a server connection of its own in a budget of 1,100, at 5,000 text point selects a "
                              "second in all; Usher has one worker. An account's connections are a pool of their own, which is looked up by the account's name, so that their "
                              "number makes no difference to a statement. That takes a budget with room for every account that is busy: where there is none, connections of one account "
                              "are closed and opened for another, which costs a login each time and is not measured here. Memory is larger with few accounts because their "
                              "connections are opened in one burst, the peak of which stays resident; those of 1,000 accounts come with the logins.", "accounts"),
    "growth-statement": growth("Growth: size of statements", "One client with `DO` and a literal of so many bytes, again and again. Up to some KiB a statement costs what any costs; from there on the cost is that "
                               "of each byte, and linear. Usher reads every byte of a text, HAProxy only passes it on, so a large one takes Usher several times HAProxy's CPU. Memory stays as "
                               "it is, because what is larger than 128 KiB passes through in pieces.", "size of a statement", size),
    "growth-result": growth("Growth: size of results", "One client with a result of rows of 1 KiB, again and again. As with statements the cost is first that of any, then that of each byte, and linear; of "
                            "rows only the headers are read, so that Usher is near HAProxy. Memory stays as it is: the server is not read while the client does not take what has been.", "size of a result", size),
    "gc": Section("Garbage collection", "Busy clients with text or prepared point selects, on few server connections and with one for each, by `bench/load`; pauses and heap out of the log of "
                  "Usher's garbage collector (`-Xlog:gc`), all rounds together. What a statement allocates is what was allocated between the first and the last "
                  "collection of a round, by the whole process, divided by the statements in that time. The heap is the largest that a collection left.",
                  [("kind", True), ("clients", False), ("server connections", False), ("per second", False), ("p99 ms", False), ("p99.9 ms", False), ("max ms", False), ("pauses", False),
                   ("median ms", False), ("longest ms", False), ("share of time", False), ("heap MiB", False), ("bytes allocated each", False)], gc_cells),
    "jmh": Section("Parts, by JMH", "The sources are in `bench/jmh`; bytes are what JMH's GC profiler says is allocated. *Responses*: finding the packets and the end of what "
                   "a server answers, and the same with each header written anew; a long row has 1 KiB. *Lexer*: reading a statement's text; the long literal has 100 kB. *States*: comparing the states of two "
                   "sessions, making the fingerprint of one that has changed, and the statements that lead from one to the other, where that many variables differ "
                   "from the state after login (and one more in the other).",
                   [("part", True), ("what", True), ("of", True), ("ns", False), ("± ns", False), ("bytes", False)], jmh_cells),
}
