package dev.usher.pool;

import java.util.ArrayList;
import java.util.List;

/**
 * How many server connections Usher may hold, and the one place where workers meet: a worker takes a permit before it opens a connection and gives it back
 * when that is closed. A part of the budget is a lane for logins and KILL, which must get in while every other permit is taken.
 */
public final class ConnectionBudget {
    private int limit;
    private int used;
    private int laneUsed;
    private final List<Worker> starving = new ArrayList<>();
    private final List<Worker> workers = new ArrayList<>();

    public ConnectionBudget(int limit) {
        this.limit = limit;
    }

    synchronized void join(Worker worker) {
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
        if (used < limit - lane(limit)) {
            used++;
            starving.remove(worker);
            return true;
        }
        if (!starving.contains(worker)) {
            starving.add(worker);
        }
        return false;
    }

    /** A permit for a login or a KILL. */
    synchronized boolean tryTakeLane() {
        int lane = lane(limit);
        if (laneUsed < Math.max(1, lane) && (lane > 0 || used + laneUsed < limit)) {
            laneUsed++;
            return true;
        }
        return false;
    }

    /** Turns a lane permit into one for lending; false if the budget has none. */
    synchronized boolean tryConvert() {
        if (used < limit - lane(limit)) {
            laneUsed--;
            used++;
            return true;
        }
        return false;
    }

    /** The same without asking: for the one connection that an account can not do without. */
    synchronized void forceConvert() {
        laneUsed--;
        used++;
    }

    void give() {
        synchronized (this) {
            used--;
        }
        wake();
    }

    void giveLane() {
        synchronized (this) {
            laneUsed--;
        }
    }

    /** Whether more is held than allowed, so that idle connections should be closed. */
    synchronized boolean exceeded() {
        return used > limit - lane(limit);
    }

    /** Asks the other workers for a connection that they can do without. */
    void askOthers(Worker asking) {
        List<Worker> others;
        synchronized (this) {
            others = new ArrayList<>(workers);
        }
        others.remove(asking);
        for (Worker other : others) {
            other.loop().execute(other::giveUpOne);
        }
    }

    private void wake() {
        List<Worker> woken;
        synchronized (this) {
            if (starving.isEmpty()) {
                return;
            }
            woken = new ArrayList<>(starving);
            starving.clear();
        }
        for (Worker worker : woken) {
            worker.loop().execute(worker::permitMayBeFree);
        }
    }
}
