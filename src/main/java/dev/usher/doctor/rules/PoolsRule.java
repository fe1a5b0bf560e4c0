package dev.usher.doctor.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Pools that hold more together than the server has, while few of their connections are in use. */
final class PoolsRule implements Rule {
    private static final int SMALLEST_POOL = 2;
    private static final double DORMANT = 0.45;
    private static final double HELD = 0.6;
    private static final int LISTED = 6;

    @Override
    public List<Finding> judge(Picture picture) {
        List<Process> pools = picture.processes().stream()
                .filter(process -> process.size() >= SMALLEST_POOL && !LeakRule.accuses(process, picture)).toList();
        long held = pools.stream().mapToLong(Process::size).sum();
        long dormant = pools.stream().mapToLong(process -> process.dormant().size()).sum();
        boolean matters = picture.isFull() || picture.utilisation() >= 0.9;
        if (!matters || held < HELD * picture.limit() || dormant < DORMANT * held) {
            return List.of();
        }
        Map<Integer, Long> sizes = new HashMap<>();
        pools.forEach(pool -> sizes.merge(pool.size(), 1L, Long::sum));
        long alike = sizes.values().stream().mapToLong(Long::longValue).max().orElse(0);
        double confidence =
                Math.min(0.93, 0.7 + (pools.size() >= 2 && alike >= pools.size() / 2.0 ? 0.13 : 0.05) + (picture.refused() > 0 ? 0.08 : 0));
        List<String> evidence = new ArrayList<>();
        evidence.add(Text.count(pools.size(), "process") + " hold " + held + " of " + picture.limit() + " connections; "
                + dormant + " of these did nothing in " + picture.watched());
        pools.stream().limit(LISTED)
                .forEach(pool -> evidence.add(pool.client() + ": " + Text.count(pool.size(), "connection") + ", " + pool.used()
                        + " used, " + pool.closed() + " closed meanwhile"));
        if (pools.size() > LISTED) {
            evidence.add("and " + (pools.size() - LISTED) + " more");
        }
        int busiest = pools.stream().mapToInt(Process::used).max().orElse(0);
        evidence.add("the most that one of them used is " + busiest);
        return List.of(new Finding("pools_exceed_limit", Cause.POOLER_MISCONFIGURED, picture.severity(), confidence,
                picture.shareOfCurrent(held),
                "pools hold " + held + " of " + picture.limit() + " connections and use " + (held - dormant), evidence,
                "most of these connections being in use at a busier time (watch then), or growing without an end (a leak)",
                remedies(picture, pools)));
    }

    private static List<Remedy> remedies(Picture picture, List<Process> pools) {
        List<Remedy> all = new ArrayList<>();
        if (pools.stream().anyMatch(pool -> pool.client().isUsher())) {
            all.add(Settings.advice("for the Usher in front",
                    "max-server-connections = \"auto\" leaves to others what they hold; several Ushers share the limit by a number each",
                    ""));
        }
        long fitting = Math.max(2, (long) (picture.limit() * 0.8 / Math.max(1, pools.size())));
        all.add(Settings.advice("for good",
                "pool size × number of processes must stay below " + Math.round(picture.limit() * 0.8) + ": with " + pools.size()
                        + " of them at most " + fitting + " each; minimum idle low, idle time-out of a minute",
                "Do not raise max_connections for connections that sleep."));
        all.add(Settings.advice("instead",
                "one pool for all of them in front of the server: usher serve --server HOST:PORT. Then the size of each "
                        + "application's own pool no longer matters to the server",
                ""));
        all.add(Settings.advice("when another instance is added",
                "each adds its whole pool: " + (pools.isEmpty() ? 0 : pools.getFirst().size())
                        + " connections; the server has " + picture.facts().maxConnections(),
                ""));
        return List.copyOf(all);
    }
}
