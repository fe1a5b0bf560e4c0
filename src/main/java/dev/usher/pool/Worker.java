package dev.usher.pool;

import dev.usher.config.HandOver;
import dev.usher.config.ServerConfig;
import dev.usher.config.UsherConfig;
import dev.usher.error.Refusal;
import dev.usher.session.SessionState;
import dev.usher.wire.ErrPacket;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop's share of everything: its server connections by pool, its wait queue, its permits of the budget. All methods run on the loop and say so
 * with an assertion; nothing here is locked.
 *
 * <p>A connection is, at any time, opening, idle, leased (running or {@linkplain #rest resting}), being reset, or gone, and moves between these only here.
 */
public final class Worker {
    private static final Logger log = LoggerFactory.getLogger(Worker.class);
    private static final long TICK_MILLIS = 50;
    /** A session that has run nothing for so long gives its connection up before another one is opened. */
    private static final long RESTED_NANOS = Duration.ofSeconds(1).toNanos();
    /** Of those that have rested for long: thousands of clients may have become idle at the same moment. */
    private static final int CLOSED_IN_A_TICK = 20;

    private final EventLoop loop;
    private final UsherConfig config;
    private final ConnectionBudget budget;
    private final Server server;
    private final Accounts accounts;
    private final PoolCounters counters;
    private final Flushes flushes;
    private final Opener opener;
    private final HandOver handOver;
    private final Map<PoolKey, Pool> pools = new LinkedHashMap<>();
    private final WaitQueue queue = new WaitQueue();
    private final BudgetWatch budgetWatch;
    private final Openings openings;
    private final Logins logins;
    private final Shares shares;
    private long lastTick = System.nanoTime();
    private int closing;
    private boolean draining;

    private record PoolKey(String user, long capabilities) {}

    public Worker(
            EventLoop loop, UsherConfig config, ConnectionBudget budget, Server server, Accounts accounts, TlsToServer tls,
            PoolCounters counters) {
        this.loop = loop;
        this.config = config;
        this.budget = budget;
        this.server = server;
        this.accounts = accounts;
        this.counters = counters;
        this.handOver = config.pool().handOver();
        ServerConfig to = config.server();
        this.flushes = new Flushes(loop);
        this.opener = new Opener(this, loop, new ServerLink(to), tls, server, config.pool().serverLifetime());
        this.budgetWatch = new BudgetWatch(budget, config.pool());
        this.openings = new Openings(this, opener, queue, budgetWatch);
        this.logins = new Logins(this, opener, budgetWatch);
        this.shares = new Shares(this, queue);
        budget.join(this);
        loop.execute(this::tick);
    }

    public EventLoop loop() {
        return loop;
    }

    /** What has been written on the loop and is to be sent. */
    public Flushes flushes() {
        return flushes;
    }

    public UsherConfig config() {
        return config;
    }

    public Server server() {
        return server;
    }

    /** The statement that switches a connection's trackers back on after a session has changed them. */
    public String trackers(ServerConnection connection) {
        return server.trackers(connection.baseline());
    }

    /** Reads the whole state that a session has brought its connection into; null if that fails. */
    public void readState(ServerConnection connection, Consumer<@Nullable SessionState> then) {
        opener.readState(connection, then);
    }

    public Accounts accounts() {
        return accounts;
    }

    public ConnectionBudget budget() {
        return budget;
    }

    public PoolCounters counters() {
        return counters;
    }

    /** Logins to the server for clients that log in to Usher. */
    public Logins logins() {
        return logins;
    }

    Shares shares() {
        return shares;
    }

    public Collection<Pool> pools() {
        assert loop.inEventLoop();
        return pools.values();
    }

    public int waiting() {
        return queue.size();
    }

    public int waiting(Pool pool) {
        return pool.waiting().size();
    }

    /** {@link System#nanoTime} since when the first in the pool's queue waits, or now. */
    public long oldestWait(Pool pool) {
        return pool.waiting().oldest(System.nanoTime());
    }

    public Pool pool(Account account, long capabilities) {
        assert loop.inEventLoop();
        PoolKey key = new PoolKey(account.user(), capabilities);
        Pool pool = pools.get(key);
        if (pool == null || pool.account() != account && pool.held() == 0 && pool.clients() == 0) {
            pool = new Pool(account, capabilities);
            pools.put(key, pool);
        }
        return pool;
    }

    /** A client has logged in. */
    public Pool enter(Account account, long capabilities) {
        Pool pool = pool(account, capabilities);
        pool.clients(1);
        return pool;
    }

    /** A client that had logged in has gone. */
    public void leave(Pool pool) {
        assert loop.inEventLoop();
        pool.clients(-1);
    }

    // ---- leases ----

    /** Wants a lease: {@link Tenant#granted} or {@link Tenant#refused} is called, perhaps before this returns. */
    public void acquire(Tenant tenant) {
        assert loop.inEventLoop();
        Pool pool = tenant.pool();
        long now = System.nanoTime();
        ServerConnection idle;
        while ((idle = pool.takeIdle(tenant, handOver == HandOver.SHUFFLE)) != null) {
            if (!Shares.keeps(idle) && idle.due(now)) {
                close(idle);
                continue;
            }
            grant(idle, tenant);
            return;
        }
        if (queue.size() >= config.pool().maxWaiting()) {
            counters.refused();
            refuse(tenant, Refusals.queueFull(this, pool));
            return;
        }
        ErrPacket never = pool.never(tenant);
        if (never != null) {
            refuse(tenant, never);
            return;
        }
        queue.add(tenant, now);
        counters.waited();
        obtainFor(pool, tenant, now);
    }

    /** For somebody who waits: a lease that has rested, or a new connection, or whatever else can be had. */
    private void obtainFor(Pool pool, Tenant tenant, long now) {
        if (!serveFromResting(pool, tenant, now, RESTED_NANOS) && !openings.openFor(pool, now)) {
            takeBackFor(pool, tenant, now);
        }
    }

    /** No longer wants one. */
    public void cancel(Tenant tenant) {
        queue.remove(tenant);
    }

    /**
     * The statement is over and the session could do without its connection.
     *
     * @return whether it keeps the lease, for the time being; if not it must {@link #release} now
     */
    public boolean rest(ServerConnection connection) {
        if (handOver != HandOver.LAZY || connection.due(System.nanoTime()) || !queue.isEmpty() && connection.pool().waiting().size() > 0) {
            return false;
        }
        connection.idleSince = System.nanoTime();
        connection.pool().resting().add(connection);
        return true;
    }

    /** The session that rests runs something again. */
    public void wake(ServerConnection connection) {
        connection.pool().resting().remove(connection);
    }

    /** Resets a connection that its session keeps; {@code then} is told whether that worked. */
    public void reset(ServerConnection connection, Consumer<Boolean> then) {
        opener.reset(connection, then);
    }

    /** The session gives its connection up, in a state that the connection knows. */
    public void release(ServerConnection connection) {
        assert loop.inEventLoop();
        unlease(connection);
        offer(connection);
    }

    /**
     * The session gives its connection up with something in it that is not portable: it is reset before anybody else gets it.
     *
     * @param then once what it had locked is free
     */
    public void releaseForReset(ServerConnection connection, Runnable then) {
        unlease(connection);
        opener.reset(connection, done -> {
            if (!connection.closed()) {
                if (done) {
                    offer(connection);
                } else {
                    close(connection);
                }
            }
            then.run();
        });
    }

    /** The session gives its connection up in a condition in which nobody else should have it. */
    public void discard(ServerConnection connection) {
        unlease(connection);
        closeNow(connection);
    }

    /**
     * The same for a session that has locked something.
     *
     * @param then once what it had locked is free: a server closes its connection before that
     */
    public void discard(ServerConnection connection, Runnable then) {
        unlease(connection);
        opener.clear(connection, () -> {
            if (!connection.closed()) {
                close(connection);
            }
            then.run();
        });
    }

    /** An idle connection of an account, for a question of Usher's own that leaves no trace: to be given back by {@link #release}. */
    public @Nullable ServerConnection borrowIdle(Account account) {
        for (Pool pool : pools.values()) {
            if (pool.account() == account && !pool.idle().isEmpty()) {
                return pool.idle().removeLast();
            }
        }
        return null;
    }

    private void unlease(ServerConnection connection) {
        connection.pool().resting().remove(connection);
        connection.tenant = null;
    }

    private void grant(ServerConnection connection, Tenant tenant) {
        connection.tenant = tenant;
        connection.leases++;
        counters.leased();
        try {
            tenant.granted(connection);
        } catch (RuntimeException e) {
            failed(tenant, e);
            discardIfHeld(connection, tenant);
        }
    }

    private void discardIfHeld(ServerConnection connection, Tenant failed) {
        if (connection.tenant == failed && !connection.closed()) {
            discard(connection);
        }
    }

    /** Tells a tenant that it gets no lease. */
    void refuse(Tenant tenant, ErrPacket error) {
        try {
            tenant.refused(error);
        } catch (RuntimeException e) {
            failed(tenant, e);
        }
    }

    /** A defect of Usher's: it costs the session that met it, and neither the one whose connection was being read nor those who wait. */
    static void failed(Tenant tenant, Throwable cause) {
        log.error("session of {}", tenant.account(), cause);
        tenant.failed();
    }

    /** A connection that nobody has: to the next in the queue, or idle. */
    void offer(ServerConnection connection) {
        long now = System.nanoTime();
        if (connection.closed()) {
            return;
        }
        if (!Shares.keeps(connection) && (connection.due(now) || budget.exceeded() || budget.owes(this) || draining && queue.isEmpty())) {
            close(connection);
            return;
        }
        budgetWatch.ask(connection, now);
        Pool own = connection.pool();
        if (!queue.isEmpty()) {
            Pool next = shares.next(own);
            Tenant first = next == null ? null : next.waiting().first();
            if (next == own && first != null) {
                serve(connection, first);
                return;
            }
            if (next != null && next != own && !Shares.keeps(connection) && openings.mayOpen(next, now)
                    && next.opening() + closing < next.waiting().size()) {
                close(connection);
                return;
            }
            Tenant ownFirst = own.waiting().first();
            if (ownFirst != null) {
                serve(connection, ownFirst);
                return;
            }
        }
        connection.idleSince = now;
        own.idle().add(connection);
    }

    private void serve(ServerConnection connection, Tenant first) {
        Pool pool = connection.pool();
        Tenant served = first;
        if (!Pool.fits(connection, first)) {
            // The first in the queue has no schema and no statement takes the connection out of the one it is in; or it must not run on rights this old.
            if (pool.account().credentials() != null) {
                close(connection);
                return;
            }
            // It could not be opened again.
            served = pool.waiting().firstFor(connection);
        } else if (handOver != HandOver.SHUFFLE) {
            served = pool.waiting().chosen(connection, first);
        }
        if (served == null) {
            connection.idleSince = System.nanoTime();
            pool.idle().add(connection);
            return;
        }
        queue.remove(served);
        connection.passedOver = served == first ? 0 : connection.passedOver + 1;
        counters.waitedFor(System.nanoTime() - served.waitingSince());
        grant(connection, served);
    }

    /** Takes resting leases, or idle connections of others, for somebody who has just begun to wait. */
    private void takeBackFor(Pool pool, Tenant tenant, long now) {
        if (serveFromResting(pool, tenant, now, 0)) {
            return;
        }
        if (openings.mayOpen(pool, now)) {
            shares.makeRoom(pool, now);
        } else {
            closeUnfit(pool, tenant);
        }
    }

    /** Where the account can have no more connections, one that a session may not have is in its way: from before a change of rights, or in a schema where it is in none. */
    private void closeUnfit(Pool pool, Tenant tenant) {
        if (pool.account().credentials() == null || pool.opening() > 0 || closing > 0) {
            return;
        }
        for (ServerConnection idle : pool.idle()) {
            if (!Pool.fits(idle, tenant)) {
                pool.idle().remove(idle);
                close(idle);
                return;
            }
        }
        ServerConnection resting = pool.resting().first();
        if (resting != null && !Pool.fits(resting, tenant) && takeBack(resting)) {
            close(resting);
        }
    }

    /** @param nanos how long a lease must have rested */
    boolean serveFromResting(Pool pool, Tenant tenant, long now, long nanos) {
        ServerConnection resting = pool.resting().bestFor(tenant, now, nanos);
        if (resting == null) {
            return false;
        }
        if (takeBack(resting)) {
            queue.remove(tenant);
            grant(resting, tenant);
        }
        return true;
    }

    /** @return whether nobody has it any more; if not, its session asks it something and gives it up then */
    boolean takeBack(ServerConnection connection) {
        Tenant holder = connection.tenant;
        connection.pool().resting().remove(connection);
        counters.takenBack();
        try {
            if (holder != null && !holder.takenBack(connection)) {
                return false;
            }
        } catch (RuntimeException e) {
            failed(holder, e);
            discardIfHeld(connection, holder);
            return false;
        }
        unlease(connection);
        return true;
    }

    /** A session that was about to give its connection up has found that it can not: somebody else may have to. */
    public void cannotGiveUp(ServerConnection connection) {
        assert loop.inEventLoop();
        Pool pool = connection.pool();
        Tenant first = pool.waiting().first();
        if (first != null) {
            obtainFor(pool, first, System.nanoTime());
        }
    }

    /** Divides the time that clients have waited among the sessions that keep connections of their pool and run nothing. */
    private void blame(long nanos) {
        for (Pool pool : queue.pools()) {
            int keepers = 0;
            for (ServerConnection connection : pool.all()) {
                keepers += connection.tenant != null && connection.tenant.pinnedIdle() ? 1 : 0;
            }
            for (ServerConnection connection : pool.all()) {
                Tenant tenant = connection.tenant;
                if (keepers > 0 && tenant != null && tenant.pinnedIdle()) {
                    tenant.blamed(nanos * pool.waiting().size() / keepers);
                }
            }
        }
    }

    // ---- the end of a connection ----

    void lost(ServerConnection connection, ErrPacket cause) {
        Pool pool = connection.pool();
        if (!pool.all().remove(connection)) {
            return;
        }
        counters.lost();
        pool.idle().remove(connection);
        Tenant holder = connection.tenant;
        unlease(connection);
        budget.give(this);
        if (holder != null) {
            try {
                holder.lost(connection, cause);
            } catch (RuntimeException e) {
                failed(holder, e);
            }
        }
        if (pool.account().credentials() == null && pool.all().isEmpty()) {
            for (Tenant tenant : queue.removeAll(pool)) {
                refuse(tenant, cause);
            }
        }
        openings.fill(System.nanoTime());
    }

    /** Closes a connection that nobody has, once what is still being asked on it has been answered. */
    void close(ServerConnection connection) {
        if (connection.owed() > 0 && !connection.closed()) {
            connection.closeWhenQuiet();
        } else {
            closeNow(connection);
        }
    }

    void quiet(ServerConnection connection) {
        closeNow(connection);
    }

    private void closeNow(ServerConnection connection) {
        if (connection.pool().all().remove(connection)) {
            counters.closed();
            connection.quit();
            closing++;
            budget.closing(this);
            connection.channel().closeFuture().addListener(done -> {
                closing--;
                budget.closed();
                openings.fill(System.nanoTime());
            });
        }
    }

    void permitMayBeFree() {
        openings.fill(System.nanoTime());
    }

    // ---- time ----

    private void tick() {
        long now = System.nanoTime();
        try {
            long passed = now - lastTick;
            openings.passed(passed);
            lastTick = now;
            blame(passed);
            refuseOverdue(now);
            if (!queue.isEmpty()) {
                budgetWatch.clientsWait(now);
            }
            // Another worker may have given back what these wait for.
            logins.next();
            logins.makeRoom(now);
            logins.endSilent(now);
            for (Pool pool : queue.pools()) {
                refuseHopeless(pool);
                Tenant first = pool.waiting().first();
                if (first != null && pool.full(now)) {
                    serveFromResting(pool, first, now, 0);
                }
            }
            openings.fillIfWaiting(now);
            serveStarving(now);
            tidy(now);
        } catch (RuntimeException e) {
            log.error("worker", e);
        } finally {
            Clock.after(TICK_MILLIS, loop, this::tick);
        }
    }

    private void refuseOverdue(long now) {
        long limit = config.pool().waitLimit().toNanos();
        for (Tenant tenant : queue.overdue(now - limit)) {
            counters.refused();
            Pool pool = tenant.pool();
            refuse(tenant, server.downSince() != 0 && pool.all().isEmpty()
                    ? new ErrPacket(
                            Refusal.SERVER_UNREACHABLE.code(),
                            Refusal.SERVER_UNREACHABLE.sqlState(),
                            "Usher can not reach the server: " + server.trouble())
                    : Refusals.waitedTooLong(this, pool, now - tenant.waitingSince()));
        }
        logins.refuseOverdue(now - limit);
    }

    /** Those whom no connection of the pool suits any more, and none will be opened. */
    private void refuseHopeless(Pool pool) {
        for (Tenant tenant : pool.waiting().all()) {
            ErrPacket never = pool.never(tenant);
            if (never != null) {
                queue.remove(tenant);
                refuse(tenant, never);
            }
        }
    }

    private void serveStarving(long now) {
        for (Pool pool : queue.pools()) {
            Tenant first = pool.waiting().first();
            if (openings.mayOpen(pool, now) && pool.opening() == 0) {
                shares.makeRoom(pool, now);
            } else if (first != null) {
                closeUnfit(pool, first);
            }
        }
    }

    private void tidy(long now) {
        accounts.forgetStrangers();
        long idleLimit = config.pool().serverIdleLimit().toNanos();
        List<ServerConnection> old = new ArrayList<>();
        for (Pool pool : pools.values()) {
            for (ServerConnection idle : pool.idle()) {
                if (!Shares.keeps(idle) && (idle.due(now) || now - idle.idleSince > idleLimit || budget.exceeded() && old.isEmpty())) {
                    old.add(idle);
                }
            }
        }
        for (ServerConnection connection : old) {
            connection.pool().idle().remove(connection);
            close(connection);
        }
        for (Pool pool : pools.values()) {
            closeRested(pool, now - idleLimit);
        }
        if (budget.exceeded() && old.isEmpty()) {
            shares.giveUpOne();
        }
        for (Pool pool : pools.values()) {
            List<ServerConnection> idle = pool.idle();
            if (!idle.isEmpty() && budgetWatch.ask(idle.getFirst(), now)) {
                break;
            }
        }
        pools.values()
                .removeIf(pool -> pool.held() == 0 && pool.clients() == 0 && pool.waiting().size() == 0 && !logins.concern(pool)
                        && now - pool.lastUsed() > idleLimit);
    }

    /**
     * Leases that have rested since before then: their sessions do without until they run something. One connection stays: what the account is logged in with may have been
     * changed meanwhile, which concerns no session that is there.
     */
    private void closeRested(Pool pool, long since) {
        for (int closed = 0; closed < CLOSED_IN_A_TICK; closed++) {
            ServerConnection rested = pool.resting().first();
            if (rested == null || rested.idleSince - since > 0 || pool.account().credentials() == null
                    || pool.all().stream().allMatch(each -> each == rested || each.retiring())) {
                return;
            }
            rested.retire();
            if (takeBack(rested)) {
                close(rested);
            }
        }
    }

    /** Closes what is idle and keeps closing what becomes idle. */
    public void drain() {
        assert loop.inEventLoop();
        draining = true;
        for (Pool pool : pools.values()) {
            for (ServerConnection idle : List.copyOf(pool.idle())) {
                pool.idle().remove(idle);
                close(idle);
            }
        }
    }

    /** Closes everything, now. */
    public void close() {
        assert loop.inEventLoop();
        for (Pool pool : pools.values()) {
            for (ServerConnection connection : List.copyOf(pool.all())) {
                pool.idle().remove(connection);
                unlease(connection);
                closeNow(connection);
            }
        }
    }
}
