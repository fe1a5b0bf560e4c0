package dev.usher.doctor.sizing;

import java.util.ArrayList;
import java.util.List;

/** How many connections each limit of memory allows. */
final class MemoryBounds {
    /** For fragmentation, for a statement larger than the 99th percentile, for what the estimate has not seen. */
    private static final int TAIL_PARTS = 20;
    private static final long SMALLEST_TAIL = 64 * Amount.MIB;
    /** The kernel, its caches that it cannot do without, an administrator's shell. */
    private static final long SMALLEST_SYSTEM = 256 * Amount.MIB;
    /** What an allocator's arena reserves; there are at most eight for a processor. */
    private static final long ARENA = 64 * Amount.MIB;

    private final SizingInput input;
    private final ConnectionCost cost;
    private final FixedMemory fixed;
    private final int active;
    private final List<Bound> bounds = new ArrayList<>();
    private final List<Amount> amounts = new ArrayList<>();

    MemoryBounds(SizingInput input, ConnectionCost cost, FixedMemory fixed, int active) {
        this.input = input;
        this.cost = cost;
        this.fixed = fixed;
        this.active = active;
        if (input.givenMemory().isPresent()) {
            long memory = input.givenMemory().getAsLong();
            add(LimitKind.MEMORY, "memory", memory, "--memory", Math.max(memory / TAIL_PARTS, Math.min(SMALLEST_SYSTEM, memory / 4)),
                    "for the system");
        } else {
            input.machine().ifPresent(this::ofMachine);
        }
        input.machine().flatMap(MachineFacts::cgroup).ifPresent(this::ofGroup);
        input.machine().ifPresent(this::ofAddressSpace);
        if (bounds.stream().noneMatch(bound -> bound.kind() == LimitKind.MEMORY)) {
            int now = input.server().maxConnections();
            bounds.add(Bound.same(LimitKind.MEMORY_UNKNOWN, now,
                    "stays at " + now + " until --memory SIZE says how much memory the server's machine has"));
        }
    }

    List<Bound> bounds() {
        return List.copyOf(bounds);
    }

    /** Limits, and what is taken from them before connections are. */
    List<Amount> amounts() {
        return List.copyOf(amounts);
    }

    private void ofMachine(MachineFacts machine) {
        long others = machine.memory() - machine.available() - machine.process().resident();
        add(LimitKind.MEMORY, "memory of the machine", machine.memory(), "/proc/meminfo",
                Math.max(others, Math.min(SMALLEST_SYSTEM, machine.memory() / 8)), "for the system and what else runs on it");
    }

    private void ofGroup(MachineFacts.Cgroup group) {
        long others = group.used() - input.machine().map(machine -> machine.process().resident()).orElse(0L);
        add(LimitKind.CGROUP, "memory limit of the control group", group.limit(), group.path(), Math.max(0, others),
                "for what else runs in it");
    }

    private void add(LimitKind kind, String what, long limit, String from, long system, String forWhat) {
        long tail = Math.max(SMALLEST_TAIL, limit / TAIL_PARTS);
        amounts.add(new Amount(what, limit, from));
        amounts.add(new Amount("less " + forWhat, -system, "measured, with a least"));
        amounts.add(new Amount("less a reserve", -tail, "5 %, at least 64 MiB"));
        long budget = limit - system - tail - fixed.bytes();
        long expected = Math.floorDiv(budget - active * (cost.active() - cost.idle()), cost.idle());
        long all = Math.floorDiv(budget, cost.active());
        bounds.add(new Bound(kind, Math.max(expected, all), all,
                "(%s - %s - %s - %s fixed - %d x %s) / %s".formatted(Amount.text(limit), Amount.text(system), Amount.text(tail),
                        Amount.text(fixed.bytes()), active, Amount.text(cost.active() - cost.idle()), Amount.text(cost.idle()))));
    }

    /** Stacks and arenas count here whether touched or not, and what does not fit fails at once: so this is for all active. */
    private void ofAddressSpace(MachineFacts machine) {
        ProcessFacts process = machine.process();
        ServerFacts server = input.server();
        long stack = server.hasThreadPool() ? 0 : server.variable("thread_stack", 0) + 8 * Amount.KIB;
        long each = stack + cost.active();
        long growth = SMALLEST_TAIL + Math.max(0, fixed.bytes() - process.resident());
        process.maxAddressSpace().ifPresent(limit -> bounds.add(addressSpace("address space", limit, process.virtual(),
                growth + 8L * machine.processors() * ARENA, each)));
        process.maxData().ifPresent(limit -> bounds.add(addressSpace("data", limit, process.data(), growth, each)));
    }

    private Bound addressSpace(String name, long limit, long used, long growth, long each) {
        long more = Math.floorDiv(limit - used - growth, each);
        return Bound.same(LimitKind.ADDRESS_SPACE, input.server().connected() + more,
                "(%s limit of %s - %s used - %s growth) / %s + %d connected"
                        .formatted(Amount.text(limit), name, Amount.text(used), Amount.text(growth), Amount.text(each),
                                input.server().connected()));
    }
}
