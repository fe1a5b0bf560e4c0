package dev.usher.pool;

import java.util.concurrent.atomic.LongAdder;

/** What has happened since the start. Adders, so that workers do not meet in them. */
public final class PoolCounters {
    private final LongAdder leases = new LongAdder();
    private final LongAdder waits = new LongAdder();
    private final LongAdder waitedNanos = new LongAdder();
    private final LongAdder refusals = new LongAdder();
    private final LongAdder takenBack = new LongAdder();
    private final LongAdder opened = new LongAdder();
    private final LongAdder closed = new LongAdder();
    private final LongAdder lost = new LongAdder();

    void leased() {
        leases.increment();
    }

    void waited() {
        waits.increment();
    }

    void waitedFor(long nanos) {
        waitedNanos.add(nanos);
    }

    void refused() {
        refusals.increment();
    }

    void takenBack() {
        takenBack.increment();
    }

    void opened() {
        opened.increment();
    }

    void closed() {
        closed.increment();
    }

    void lost() {
        lost.increment();
    }

    /** Leases given. */
    public long leases() {
        return leases.sum();
    }

    /** Requests for a lease that had to wait. */
    public long waits() {
        return waits.sum();
    }

    /** The sum of what those that were served had waited. */
    public long waitedNanos() {
        return waitedNanos.sum();
    }

    /** Requests refused because the queue was full or the wait limit over. */
    public long refusals() {
        return refusals.sum();
    }

    /** Leases taken back from idle sessions. */
    public long takenBackCount() {
        return takenBack.sum();
    }

    /** Server connections opened. */
    public long openedCount() {
        return opened.sum();
    }

    /** Server connections closed by Usher. */
    public long closedCount() {
        return closed.sum();
    }

    /** Server connections closed by the server or the network. */
    public long lostCount() {
        return lost.sum();
    }
}
