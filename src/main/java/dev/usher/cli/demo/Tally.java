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
            firstRefusal.compareAndSet(null, asShownByAClient(failure));
            refused.increment();
        } else {
            firstError.compareAndSet(null, asShownByAClient(failure));
            errors.increment();
        }
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
