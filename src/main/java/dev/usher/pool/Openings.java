package dev.usher.pool;

import dev.usher.auth.Credentials;
import dev.usher.config.PoolConfig;
import dev.usher.wire.ErrPacket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens server connections for clients that wait in a worker's queue, with what is known of their account: as many as wait, at a bounded rate, within the budget
 * and the account's limit. What a login opens is {@link Logins}' business.
 */
final class Openings {
    private static final Logger log = LoggerFactory.getLogger(Openings.class);

    private static final long JUST_BEGUN_NANOS = Duration.ofMillis(20).toNanos();

    private final Worker worker;
    private final Opener opener;
    private final WaitQueue queue;
    private final ConnectionBudget budget;
    private final BudgetWatch budgetWatch;
    private final Server server;
    private final PoolConfig config;
    private final PoolCounters counters;
    private double tokens;

    Openings(Worker worker, Opener opener, WaitQueue queue, BudgetWatch budgetWatch) {
        this.worker = worker;
        this.opener = opener;
        this.queue = queue;
        this.budget = worker.budget();
        this.budgetWatch = budgetWatch;
        this.server = worker.server();
        this.config = worker.config().pool();
        this.counters = worker.counters();
        this.tokens = config.openingRate();
    }

    /** Time has passed: more may be opened. */
    void passed(long nanos) {
        int rate = config.openingRate();
        tokens = Math.min(rate, tokens + rate * (nanos / 1e9));
    }

    boolean mayOpen(Pool pool, long now) {
        return pool.account().credentials() != null
                && !pool.full(now)
                && pool.opening() < pool.waiting().size()
                && !(config.perAccountLimit().isPresent()
                        && pool.held() >= config.perAccountLimit().getAsInt());
    }

    /** Begins to open a connection if the pool may and the budget allows. */
    boolean openFor(Pool pool, long now) {
        Credentials credentials = pool.account().credentials();
        if (credentials == null || !mayOpen(pool, now) || tokens < 1 || !budget.tryTake(worker, now)) {
            return false;
        }
        tokens--;
        pool.opening(1);
        opener.open(pool, new KnownCredentials(credentials), true, opening -> opened(pool, credentials, opening));
        return true;
    }

    private void opened(Pool pool, Credentials with, Opening opening) {
        pool.opening(-1);
        switch (opening) {
            case Opening.Opened in -> {
                server.up();
                counters.opened();
                pool.all().add(in.connection());
                worker.offer(in.connection());
                return;
            }
            case Opening.Refused refused -> {
                pool.account().refused(with);
                log.info("account {} was refused by the server: {}", pool.account(), refused.error().message());
                refuseUnlessHeld(pool, refused.error());
            }
            case Opening.Abandoned abandoned -> {
                pool.account().forget(with);
                log.info("account {} can only be logged in by its clients: {}", pool.account(), abandoned.why());
                refuseUnlessHeld(pool, ServerConnection.LOST);
            }
            case Opening.Full full -> full(pool, full.error());
            case Opening.Unreachable unreachable -> down(pool, unreachable.why());
        }
        budget.give(worker);
        Tenant first = pool.waiting().first();
        if (first != null) {
            // Nothing could be opened: what rests in this pool has to do.
            worker.serveFromResting(pool, first, System.nanoTime(), 0);
        }
    }

    /** Sessions that were let in go on with the connections that there are, as they would have with their own. */
    private void refuseUnlessHeld(Pool pool, ErrPacket error) {
        if (pool.account().credentials() != null) {
            return;
        }
        for (Tenant tenant : queue.removeAll(pool)) {
            if (pool.all().stream().anyMatch(each -> each.freshFor(tenant))) {
                queue.addLast(tenant);
            } else {
                worker.refuse(tenant, error);
            }
        }
    }

    private void full(Pool pool, ErrPacket error) {
        if (error.code() == 1040) {
            int have = Math.max(1, budget.used() - 1);
            log.warn("the server answered 1040 with {} server connections of Usher's; the budget shrinks from {} and clients wait", have,
                    budget.limit());
            budgetWatch.serverIsFull(have);
        }
        pool.fullUntil(System.nanoTime() + Duration.ofSeconds(1).toNanos());
        if (error.code() != 1040 && pool.held() == 0) {
            // The account's own limit is reached by others: waiting here would not help, and the server's words say why.
            for (Tenant tenant : queue.removeAll(pool)) {
                worker.refuse(tenant, error);
            }
        }
    }

    private void down(Pool pool, String why) {
        server.down(why);
        pool.fullUntil(System.nanoTime() + Duration.ofMillis(200).toNanos());
    }

    /** Opens connections for those who wait, the poorest pool first. */
    void fill(long now) {
        fill(now, 0);
    }

    /** The same, as time goes by: not for who has only just begun to, and is about to get a lease that rested and whose session is still asked something. */
    void fillIfWaiting(long now) {
        fill(now, JUST_BEGUN_NANOS);
    }

    private void fill(long now, long nanos) {
        if (queue.isEmpty()) {
            return;
        }
        List<Pool> waiting = new ArrayList<>();
        for (Pool pool : queue.pools()) {
            if (now - pool.waiting().oldest(now) >= nanos) {
                waiting.add(pool);
            }
        }
        waiting.sort((a, b) -> Integer.compare(a.held(), b.held()));
        boolean more = true;
        while (more) {
            more = false;
            for (Pool pool : waiting) {
                more |= openFor(pool, now);
            }
        }
    }
}
