package dev.usher.doctor.sizing;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether MariaDB's thread pool fits, and with which settings. MySQL's is a plugin of other editions, and is not weighed.
 *
 * @param verdict in a sentence or two
 * @param settings the lines for {@code [mysqld]}; empty where there is nothing to change
 */
public record ThreadPoolAdvice(String verdict, List<String> settings) {
    private static final int MANY = 500;

    /**
     * @param processors of the server's machine; 0 if they are not known
     * @param target the limit that is wanted
     */
    public static ThreadPoolAdvice of(ServerFacts server, int processors, int peakRunning, int target) {
        if (!server.mariaDb()) {
            return new ThreadPoolAdvice("", List.of());
        }
        if (server.hasThreadPool()) {
            return inUse(server, target);
        }
        int cpus = processors > 0 ? processors : (int) server.variable("thread_pool_size", 4);
        if (target < MANY && peakRunning < 4 * cpus) {
            return new ThreadPoolAdvice(
                    "The thread pool would gain nothing: %d connections and at most %d running at once on %d processors."
                            .formatted(target, peakRunning, cpus),
                    List.of());
        }
        List<String> settings = new ArrayList<>(List.of("thread_handling = pool-of-threads", "thread_pool_size = " + cpus));
        if (isAtLeast(server.version(), 10, 5)) {
            settings.add("thread_pool_dedicated_listener = ON");
        }
        if (server.variable("extra_port", 0) == 0) {
            settings.add("extra_port = 3307");
            settings.add("extra_max_connections = 2");
        }
        return new ThreadPoolAdvice(
                ("The thread pool fits short statements on many connections: %d processors run %d threads at once instead of up to %d, "
                        + "and idle connections have no stack. It does not fit long reports, which hold a group of threads until thread_pool_stall_limit (%d ms) "
                        + "is over. It takes a restart; extra_port keeps a way in when all threads are blocked.")
                        .formatted(cpus, cpus, target, server.variable("thread_pool_stall_limit", 500)),
                List.copyOf(settings));
    }

    private static ThreadPoolAdvice inUse(ServerFacts server, int target) {
        long threads = server.variable("thread_pool_max_threads", 65536);
        // 1000 until 10.2.3, and still in many a configuration that was copied from there.
        return threads < target && threads <= 1000
                ? new ThreadPoolAdvice(
                        ("The thread pool is in use, with at most %d threads. When that many statements wait for a lock, no connection "
                                + "gets a thread, not even the one that would release it.").formatted(threads),
                        List.of("thread_pool_max_threads = 65536"))
                : new ThreadPoolAdvice("The thread pool is in use: an idle connection has no thread of its own.", List.of());
    }

    private static boolean isAtLeast(String version, int major, int minor) {
        String[] parts = version.replaceFirst("^5\\.5\\.5-", "").split("[^0-9]");
        try {
            int first = Integer.parseInt(parts[0]);
            return first > major || first == major && Integer.parseInt(parts[1]) >= minor;
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException unreadable) {
            return false;
        }
    }
}
