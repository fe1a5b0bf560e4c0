package dev.usher.doctor.sizing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How many connections a server can have. Every number counts what {@code max_connections} counts.
 *
 * @param current the limit now
 * @param recommended safe also when every connection runs a statement at once; not above {@code ceiling}
 * @param ceiling safe as long as no more than {@code active} run one at once
 * @param limitedBy what sets the ceiling
 * @param active how many statements are expected at once, at most
 * @param bounds what each resource allows, the smallest first
 * @param limits limits of memory and what is taken from them first
 * @param fixed the server's memory without its connections
 * @param each the memory of one connection
 * @param descriptors how many the server's process may have
 */
public record Sizing(int current, int recommended, int ceiling, LimitKind limitedBy, int active, boolean activeIsMeasured,
        List<Bound> bounds,
        List<Amount> limits, List<Amount> fixed, List<Amount> each, long descriptors) {
    /** Over the most that were seen running at once in a short look, for the moments nobody looked. */
    private static final int HEADROOM = 2;
    private static final int LEAST_ACTIVE = 32;

    public static Sizing of(SizingInput input) {
        ServerFacts server = input.server();
        ConnectionCost cost = ConnectionCost.of(server, input.sessions());
        FixedMemory fixed = FixedMemory.of(server, input.machine().map(MachineFacts::process), cost, cost.activeIsMeasured());
        int active = Math.max(LEAST_ACTIVE, HEADROOM * input.peakRunning());
        MemoryBounds memory = new MemoryBounds(input, cost, fixed, active);
        List<Bound> bounds = new ArrayList<>(memory.bounds());
        bounds.addAll(SystemBounds.of(input));
        // max_connections leaves these out: the one for administrators, and those of the extra port.
        long reserved = 1 + (server.variable("extra_port", 0) > 0 ? server.variable("extra_max_connections", 1) : 0);
        bounds.replaceAll(bound -> bound.kind() == LimitKind.SERVER_MAXIMUM || bound.kind() == LimitKind.MEMORY_UNKNOWN
                ? bound
                : new Bound(bound.kind(), bound.connections() - reserved, bound.allActive() - reserved,
                        bound.how() + " - " + reserved + " reserved"));
        bounds.sort(Comparator.comparingLong(Bound::connections));
        Bound lowest = bounds.getFirst();
        int ceiling = atLeastOne(lowest.connections());
        int all = atLeastOne(bounds.stream().mapToLong(Bound::allActive).min().orElse(0));
        return new Sizing(server.maxConnections(), Math.min(rounded(all), ceiling), ceiling, lowest.kind(), active, cost.activeIsMeasured(),
                List.copyOf(bounds), memory.amounts(), fixed.amounts(), cost.amounts(),
                SystemBounds.descriptorLimit(input));
    }

    public Optional<Bound> bound(LimitKind kind) {
        return bounds.stream().filter(bound -> bound.kind() == kind).findFirst();
    }

    /** The bytes that {@code connections} need, with the expected number of active ones, beside what is fixed. */
    public long memoryFor(long connections) {
        long idle = each.getFirst().bytes();
        return connections * idle + Math.min(active, connections) * (each.getLast().bytes() - idle);
    }

    private static int atLeastOne(long connections) {
        return Math.toIntExact(Math.max(1, connections));
    }

    /** Down to two digits: the estimate has no more. */
    private static int rounded(int connections) {
        int step = 1;
        while (connections / step >= 100) {
            step *= 10;
        }
        return connections / step * step;
    }
}
