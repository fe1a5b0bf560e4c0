package dev.usher.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * How many server connections Usher may hold, and the one place where workers meet: a worker takes a permit before it opens a connection and gives it back
 * when that is closed. A part of the budget is a lane for logins and KILL, which must get in while every other permit is taken.
 */
public final class ConnectionBudget {
    private static final long STILL_STARVING_NANOS = Duration.ofMillis(200).toNanos();

    private int limit;
    private int used;
    private int laneUsed;
    private int closing;
    /** {@link System#nanoTime} of when a worker last asked in vain; it asks again with every tick as long as it needs a permit. */
    private final Map<Worker, Long> starving = new IdentityHashMap<>();
    private final List<Worker> awaitingLane = new ArrayList<>();
    private final Map<Worker, Integer> held = new IdentityHashMap<>();
    private final List<Worker> workers = new CopyOnWriteArrayList<>();

    public ConnectionBudget(int limit) {
        this.limit = limit;
    }

    void join(Worker worker) {
        workers.add(worker);
    }

    /** All server connections that Usher may hold. */
    public synchronized int limit() {
        return limit;
    }

    /** Server connections that exist or are being opened, logins included. */
    public synchronized int used() {
        return used + laneUsed;
    }

    /** Permits kept for logins and KILL. */
    public synchronized int lane() {
        return lane(limit);
    }

    private static int lane(int limit) {
        return limit >= 10 ? 2 : limit >= 3 ? 1 : 0;
    }

    /** Sets the limit; permits above it are not taken away, but not given again either. */
    public void limit(int connections) {
        boolean raised;
        synchronized (this) {
            raised = connections > limit;
            limit = Math.max(1, connections);
        }
        if (raised) {
            wake();
        }
    }

    /** A permit for a connection that will be lent. A worker that gets none is told when there may be one. */
    synchronized boolean tryTake(Worker worker) {
        if (used + beyondLane(laneUsed) < limit - lane(limit) && !owes(worker)) {
            used++;
            held.merge(worker, 1, Integer::sum);
            starving.remove(worker);
            return true;
        }
        starving.put(worker, System.nanoTime());
        return false;
    }

    /** Permits that logins use of those for lending. */
    private int beyondLane(int logins) {
        return Math.max(0, logins - lane(limit));
    }

    /**
     * A permit for a login or a KILL: one of the lane, or one that nobody has been lent, but never most of those. A worker that gets none is told when there
     * may be one.
     */
    synchronized boolean tryTakeLane(Worker worker) {
        int lane = lane(limit);
        if (laneUsed < lane || laneUsed < Math.max(1, limit / 4) && used + laneUsed < limit - lane) {
            laneUsed++;
            awaitingLane.remove(worker);
            return true;
        }
        if (!awaitingLane.contains(worker)) {
            awaitingLane.add(worker);
        }
        return false;
    }

    /** Turns a lane permit into one for lending; false if the budget has none. */
    boolean tryConvert(Worker worker) {
        synchronized (this) {
            if (used + beyondLane(laneUsed - 1) >= limit - lane(limit)) {
                return false;
            }
            convert(worker);
        }
        wakeLane();
        return true;
    }

    /** The same beyond what may be lent, for the one connection that an account can not do without: as many of them as the lane has permits, but at least one. */
    boolean tryForceConvert(Worker worker) {
        synchronized (this) {
            if (used - (limit - lane(limit)) >= Math.max(1, lane(limit))) {
                return false;
            }
            convert(worker);
        }
        wakeLane();
        return true;
    }

    private void convert(Worker worker) {
        laneUsed--;
        used++;
        held.merge(worker, 1, Integer::sum);
    }

    void give(Worker worker) {
        synchronized (this) {
            used--;
            held.merge(worker, -1, Integer::sum);
        }
        wake();
    }

    /** A connection is being closed. Its permit is held until the server has seen that, or the server would count one too many. */
    synchronized void closing(Worker worker) {
        closing++;
        held.merge(worker, -1, Integer::sum);
    }

    /** The connection that was being closed is gone. */
    void closed() {
        synchronized (this) {
            closing--;
            used--;
        }
        wake();
    }

    void giveLane() {
        synchronized (this) {
            laneUsed--;
        }
        wakeLane();
    }

    /** Whether another worker has clients that wait and holds less than half: a smaller difference is not worth the closing and opening. */
    synchronized boolean owes(Worker worker) {
        int mine = held.getOrDefault(worker, 0);
        long lately = System.nanoTime() - STILL_STARVING_NANOS;
        for (Map.Entry<Worker, Long> other : starving.entrySet()) {
            if (other.getKey() != worker && other.getValue() - lately > 0 && 2 * held.getOrDefault(other.getKey(), 0) + 1 < mine) {
                return true;
            }
        }
        return false;
    }

    /** Whether more is held than allowed, so that idle connections should be closed. */
    synchronized boolean exceeded() {
        return used - closing > limit - lane(limit);
    }

    /** Asks the other workers for a connection that they can do without. */
    void askOthers(Worker asking, long now) {
        for (Worker other : workers) {
            if (other != asking && other.shares().mayGiveUpOne(now)) {
                other.loop().execute(other.shares()::giveUpOne);
            }
        }
    }

    private void wake() {
        List<Worker> woken;
        synchronized (this) {
            if (starving.isEmpty()) {
                return;
            }
            woken = new ArrayList<>(starving.keySet());
        }
        for (Worker worker : woken) {
            if (!worker.loop().isShuttingDown()) {
                worker.loop().execute(worker::permitMayBeFree);
            }
        }
    }

    private void wakeLane() {
        List<Worker> woken;
        synchronized (this) {
            if (awaitingLane.isEmpty()) {
                return;
            }
            woken = new ArrayList<>(awaitingLane);
            awaitingLane.clear();
        }
        for (Worker worker : woken) {
            if (!worker.loop().isShuttingDown()) {
                worker.loop().execute(worker.logins()::next);
            }
        }
    }
}
