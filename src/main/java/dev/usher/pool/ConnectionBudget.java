package dev.usher.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * How many server connections Usher may hold, and the one place where workers meet: a worker takes a permit before it opens a connection and gives it back
 * when that is closed. A part of the budget is a lane for logins and KILL, which must get in while every other permit is taken.
 *
 * <p>What is asked for every statement is answered without the lock.
 */
public final class ConnectionBudget {
    private static final long STILL_STARVING_NANOS = Duration.ofMillis(200).toNanos();
    /** Who has just asked a budget in vain that is still used up need not ask again. */
    private static final long JUST_ASKED_NANOS = Duration.ofMillis(1).toNanos();

    /** One worker's part. Written under the lock. */
    private static final class Part {
        final Worker worker;
        volatile int held;
        /** Whether it asked in vain and has had nothing since; it asks again with every tick as long as it needs a permit. */
        volatile boolean starving;
        /** {@link System#nanoTime} of when it asked in vain. */
        volatile long askedAt;

        Part(Worker worker) {
            this.worker = worker;
        }
    }

    private int limit;
    private int used;
    private int laneUsed;
    private int closing;
    private final List<Worker> awaitingLane = new ArrayList<>();
    private final List<Part> parts = new CopyOnWriteArrayList<>();
    private volatile boolean usedUp;
    private volatile boolean exceeded;

    public ConnectionBudget(int limit) {
        this.limit = limit;
        changed();
    }

    void join(Worker worker) {
        parts.add(new Part(worker));
    }

    private Part part(Worker worker) {
        for (Part part : parts) {
            if (part.worker == worker) {
                return part;
            }
        }
        throw new IllegalArgumentException("a worker that has not joined");
    }

    /** To be called, with the lock, when a number has changed. */
    private void changed() {
        usedUp = used + beyondLane(laneUsed) >= limit - lane(limit);
        exceeded = used - closing > limit - lane(limit);
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
            changed();
        }
        if (raised) {
            wake();
        }
    }

    /** A permit for a connection that will be lent. A worker that gets none is told when there may be one. */
    boolean tryTake(Worker worker, long now) {
        Part part = part(worker);
        if (usedUp && part.starving && now - part.askedAt < JUST_ASKED_NANOS) {
            return false;
        }
        synchronized (this) {
            if (usedUp || owes(worker)) {
                part.askedAt = now;
                part.starving = true;
                return false;
            }
            used++;
            part.held++;
            part.starving = false;
            changed();
            return true;
        }
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
            changed();
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

    private synchronized void convert(Worker worker) {
        laneUsed--;
        used++;
        part(worker).held++;
        changed();
    }

    void give(Worker worker) {
        synchronized (this) {
            used--;
            part(worker).held--;
            changed();
        }
        wake();
    }

    /** A connection is being closed. Its permit is held until the server has seen that, or the server would count one too many. */
    synchronized void closing(Worker worker) {
        closing++;
        part(worker).held--;
        changed();
    }

    /** The connection that was being closed is gone. */
    void closed() {
        synchronized (this) {
            closing--;
            used--;
            changed();
        }
        wake();
    }

    void giveLane() {
        synchronized (this) {
            laneUsed--;
            changed();
        }
        wakeLane();
    }

    /** Whether another worker has clients that wait and holds less than half: a smaller difference is not worth the closing and opening. */
    boolean owes(Worker worker) {
        int mine = part(worker).held;
        for (Part other : parts) {
            if (other.starving && 2 * other.held + 1 < mine && System.nanoTime() - other.askedAt < STILL_STARVING_NANOS) {
                return true;
            }
        }
        return false;
    }

    /** Whether more is held than allowed, so that idle connections should be closed. */
    boolean exceeded() {
        return exceeded;
    }

    /** Asks the other workers for a connection that they can do without. */
    void askOthers(Worker asking, long now) {
        for (Part part : parts) {
            Worker other = part.worker;
            if (other != asking && other.shares().mayGiveUpOne(now)) {
                other.loop().execute(other.shares().giveUpOne);
            }
        }
    }

    private void wake() {
        for (Part part : parts) {
            Worker worker = part.worker;
            if (part.starving && !worker.loop().isShuttingDown()) {
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
