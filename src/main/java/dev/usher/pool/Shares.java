package dev.usher.pool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Which of a worker's pools may have how much of the budget: who gets the next free connection, and who gives one up for others. */
final class Shares {
    /** A lease of another account is only taken back when its session has been idle for so long: less would make busy accounts close each other's connections. */
    private static final long FOREIGN_REST_NANOS = Duration.ofMillis(20).toNanos();
    /** How much longer than others an account without any connection waits before one of theirs is closed for it. */
    private static final long TURN_NANOS = Duration.ofMillis(100).toNanos();

    private static final long ASK_AGAIN_NANOS = Duration.ofMillis(1).toNanos();

    private final Worker worker;
    private final WaitQueue queue;
    private final ConnectionBudget budget;
    /** {@link #giveUpOne()}, as others ask for it. */
    final Runnable giveUpOne = this::giveUpOne;
    private volatile long gaveNothingAt = System.nanoTime() - 2 * ASK_AGAIN_NANOS;

    Shares(Worker worker, WaitQueue queue) {
        this.worker = worker;
        this.queue = queue;
        this.budget = worker.budget();
    }

    /** Who gets the next free connection: the pool that gave it up, unless it has more than its share and another that waits has less. */
    @Nullable
    Pool next(Pool own) {
        if (queue.size() == own.waiting().size()) {
            return queue.isEmpty() ? null : own;
        }
        int active = 0;
        for (Pool pool : worker.pools()) {
            if (pool.held() > 0 || pool.waiting().size() > 0) {
                active++;
            }
        }
        int share = Math.max(1, (budget.limit() - budget.lane()) / Math.max(1, active));
        boolean ownWaits = own.waiting().size() > 0;
        long ownSince = own.waiting().oldest(System.nanoTime());
        Pool poorest = null;
        for (Pool pool : queue.pools()) {
            // With more accounts than connections everybody's share is one, and those who have none take turns with those who have.
            boolean due = own.held() > share || !ownWaits || pool.held() == 0 && ownSince - pool.waiting().oldest(ownSince) > TURN_NANOS;
            if (pool != own && due && pool.held() < share && (poorest == null || pool.held() < poorest.held())) {
                poorest = pool;
            }
        }
        return poorest != null ? poorest : ownWaits ? own : null;
    }

    /** Closes a connection that another pool, or nobody who waits here, can do without. */
    boolean makeRoom(Pool forPool, long now) {
        ServerConnection victim = null;
        for (Pool pool : worker.pools()) {
            for (ServerConnection idle : pool.idle()) {
                if (!keeps(idle) && spare(idle, forPool, now) && (victim == null || idle.idleSince - victim.idleSince < 0)) {
                    victim = idle;
                }
            }
        }
        if (victim != null) {
            victim.pool().idle().remove(victim);
            worker.close(victim);
            return true;
        }
        for (Pool pool : worker.pools()) {
            ServerConnection longest = pool.resting().first();
            if (longest != null
                    && !keeps(longest)
                    && (pool == forPool || now - longest.idleSince > FOREIGN_REST_NANOS)
                    && (victim == null || longest.idleSince - victim.idleSince < 0)) {
                victim = longest;
            }
        }
        if (victim != null) {
            if (worker.takeBack(victim)) {
                worker.close(victim);
            }
            return true;
        }
        budget.askOthers(worker, now);
        return false;
    }

    /** Whether an idle connection may be closed for another pool: not when its own will want it back in a moment, unless that makes them more equal. */
    private static boolean spare(ServerConnection idle, Pool forPool, long now) {
        return idle.pool() == forPool || forPool.held() + 1 < idle.pool().held() || now - idle.idleSince > FOREIGN_REST_NANOS;
    }

    /** Whether the connection is all that its clients have: an account that nobody but its clients can log in. */
    static boolean keeps(ServerConnection connection) {
        Pool pool = connection.pool();
        return pool.account().credentials() == null && pool.clients() > 0 && pool.all().size() <= 1;
    }

    /** Whether it is worth asking: a worker that has just had nothing to give is not woken again for every statement that waits elsewhere. From any thread. */
    boolean mayGiveUpOne(long now) {
        return now - gaveNothingAt > ASK_AGAIN_NANOS;
    }

    /** Another worker has no permit left for clients that wait there. */
    void giveUpOne() {
        assert worker.loop().inEventLoop();
        if (!gaveUpOne()) {
            gaveNothingAt = System.nanoTime();
        }
    }

    private boolean gaveUpOne() {
        boolean owes = budget.owes(worker);
        if (!queue.isEmpty() && !owes) {
            return false;
        }
        long now = System.nanoTime();
        boolean atOnce = owes || budget.exceeded();
        for (Pool pool : worker.pools()) {
            for (ServerConnection idle : pool.idle()) {
                if (!keeps(idle) && (atOnce || now - idle.idleSince > FOREIGN_REST_NANOS)) {
                    pool.idle().remove(idle);
                    worker.close(idle);
                    return true;
                }
            }
        }
        for (Pool pool : worker.pools()) {
            ServerConnection resting = pool.resting().first();
            if (resting != null && !keeps(resting) && (atOnce || now - resting.idleSince > FOREIGN_REST_NANOS)) {
                if (worker.takeBack(resting)) {
                    worker.close(resting);
                }
                return true;
            }
        }
        return false;
    }
}
