package dev.usher.doctor.machine;

import dev.usher.doctor.facts.Machine;
import dev.usher.doctor.sizing.MachineFacts;
import dev.usher.doctor.sizing.ProcessFacts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What happens to a server's process, its cgroup and its machine between the beginning of a watch and its end. */
public final class MachineWatch {
    private final LocalServer server;
    private final Cgroup cgroup;
    private final long limitHits;
    private final long kills;
    private final long swappedIn;
    private final long overflows;
    private long acceptQueue;

    private MachineWatch(LocalServer server) {
        this.server = server;
        cgroup = Cgroup.of(server.pid());
        limitHits = cgroup.memoryLimitHits();
        kills = cgroup.outOfMemoryKills();
        swappedIn = swappedIn();
        overflows = overflows();
    }

    public static MachineWatch begin(LocalServer server) {
        return new MachineWatch(server);
    }

    /** Looks at what passes quickly. */
    public void sample() {
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Proc.lines(table)) {
                String[] fields = line.strip().split("\\s+");
                // Of a socket that listens, the receive queue is the connections that wait to be accepted.
                if (fields.length > 4 && fields[3].equals("0A")
                        && server.ports().contains(Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16))) {
                    acceptQueue = Math.max(acceptQueue, Long.parseLong(fields[4].substring(fields[4].indexOf(':') + 1), 16));
                }
            }
        }
    }

    /** The state now, and what has changed since the beginning. */
    public Machine end() {
        ProcessFacts process = MachineReader.process(server.pid());
        Optional<MachineFacts.Cgroup> group = cgroup.tightest();
        List<String> memory = Proc.lines("/proc/meminfo");
        return new Machine(server.pid(), process.openFiles(), process.maxFiles(),
                process.threads(), lowest(process.maxProcesses(), cgroup.threadLimit()), process.resident(),
                Proc.field(Proc.lines("/proc/" + server.pid() + "/status"), "VmSwap"),
                group.map(one -> OptionalLong.of(one.limit())).orElse(OptionalLong.empty()),
                group.map(MachineFacts.Cgroup::used).orElse(0L), cgroup.memoryLimitHits() - limitHits,
                cgroup.outOfMemoryKills() - kills, Proc.field(memory, "MemTotal"), Proc.field(memory, "MemAvailable"),
                Proc.field(memory, "SwapTotal"), Proc.field(memory, "SwapFree"), swappedIn() - swappedIn, overflows() - overflows,
                acceptQueue);
    }

    private static OptionalLong lowest(OptionalLong... limits) {
        return Stream.of(limits).filter(OptionalLong::isPresent).min(Comparator.comparingLong(OptionalLong::getAsLong))
                .orElse(OptionalLong.empty());
    }

    private static long swappedIn() {
        return Proc.field(Proc.lines("/proc/vmstat"), "pswpin");
    }

    /** In /proc/net/netstat a line of names stands above a line of numbers. */
    private static long overflows() {
        List<String> names = new ArrayList<>();
        for (String line : Proc.lines("/proc/net/netstat")) {
            if (line.startsWith("TcpExt:")) {
                List<String> words = Arrays.asList(line.split(" "));
                if (names.isEmpty()) {
                    names.addAll(words);
                } else if (names.contains("ListenOverflows")) {
                    return Proc.parsed(words.get(names.indexOf("ListenOverflows"))).orElse(0);
                }
            }
        }
        return 0;
    }
}
