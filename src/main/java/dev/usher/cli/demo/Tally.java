package dev.usher.cli.demo;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what the clients of one phase see. Safe for use by many threads. */
final class Tally {
    private static final int TOO_MANY_CONNECTIONS = 1040;

    private final LongAdder served = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final Latencies latencies = new Latencies();
    private final AtomicReference<@Nullable String> firstRefusal = new AtomicReference<>();
    private final AtomicReference<@Nullable String> firstError = new AtomicReference<>();

    void served(Duration latency) {
        latencies.add(latency);
        served.increment();
    }

    void failed(SQLException failure) {
        if (failure.getErrorCode() == TOO_MANY_CONNECTIONS) {
            // Most are refused before the handshake, where MariaDB's ERR packet has no SQLSTATE and drivers fill in HY000. One that
            // comes a moment later has the server's own, and is shown if a client has seen it.
            firstRefusal.accumulateAndGet(asShownByAClient(failure), Tally::moreTelling);
            refused.increment();
        } else {
            firstError.compareAndSet(null, asShownByAClient(failure));
            errors.increment();
        }
    }

    private static @Nullable String moreTelling(@Nullable String known, @Nullable String next) {
        boolean better = known == null || next != null && known.contains("(HY000)") && !next.contains("(HY000)");
        return better ? next : known;
    }

    /** As the mariadb and mysql command lines print it. */
    static String asShownByAClient(SQLException failure) {
        String message = String.valueOf(failure.getMessage()).replaceFirst("^\\(conn=-?\\d+\\) ", ""); // the driver's own addition
        return "ERROR " + failure.getErrorCode() + " (" + failure.getSQLState() + "): " + message;
    }

    PhaseResult result(int peakThreadsConnected) {
        return new PhaseResult(
                served.sum(),
                refused.sum(),
                errors.sum(),
                millis(latencies.percentile(50)),
                millis(latencies.percentile(99)),
                peakThreadsConnected,
                Optional.ofNullable(firstRefusal.get()),
                Optional.ofNullable(firstError.get()));
    }

    private static double millis(Duration duration) {
        return Math.round(duration.toNanos() / 10_000.0) / 100.0;
    }
}
