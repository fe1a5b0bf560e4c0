package dev.usher.pool;

import dev.usher.auth.Credentials;
import dev.usher.config.HandOver;
import dev.usher.config.ServerConfig;
import dev.usher.config.UsherConfig;
import dev.usher.error.Refusal;
import dev.usher.pool.Question.Answer;
import dev.usher.session.SessionState;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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
    /** A lease of another account is only taken back when its session has been idle for so long: less would make busy accounts close each other's connections. */
    private static final long FOREIGN_REST_NANOS = Duration.ofMillis(20).toNanos();
    /** How much longer than others an account without any connection waits before one of theirs is closed for it. */
    private static final long TURN_NANOS = Duration.ofMillis(100).toNanos();

    private static final long LONG_SILENCE_NANOS = Duration.ofSeconds(1).toNanos();

    private final EventLoop loop;
    private final UsherConfig config;
    private final ConnectionBudget budget;
    private final Server server;
    private final Accounts accounts;
    private final PoolCounters counters;
    private final Opener opener;
    private final HandOver handOver;
    private final Map<PoolKey, Pool> pools = new LinkedHashMap<>();
    private final WaitQueue queue = new WaitQueue();
    private final ArrayDeque<PendingLogin> pendingLogins = new ArrayDeque<>();
    private final Set<PendingLogin> runningLogins = new LinkedHashSet<>();
    private final BudgetWatch budgetWatch;
    private final Learning learning;
    private final Confirmations confirmations = new Confirmations(this);
    private double openingTokens;
    private long lastTick = System.nanoTime();
    private int closing;
    private boolean draining;

    private record PoolKey(String user, long capabilities) {}

    private record PendingLogin(Pool pool, AuthResponder responder, boolean verified, long since, Consumer<Opening> then) {}

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
        this.opener = new Opener(this, loop, new ServerLink(to), tls, server, config.pool().serverLifetime());
        this.budgetWatch = new BudgetWatch(budget, config.pool());
        this.openingTokens = config.pool().openingRate();
        this.learning = new Learning(loop);
        budget.join(this);
        loop.execute(this::tick);
    }

    public EventLoop loop() {
        return loop;
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

    public Collection<Pool> pools() {
        assert loop.inEventLoop();
        return pools.values();
    }

    public int waiting() {
        return queue.size();
    }

    public int waiting(Pool pool) {
        return queue.size(pool);
    }

    /** {@link System#nanoTime} since when the first in the pool's queue waits, or now. */
    public long oldestWait(Pool pool) {
        return queue.oldest(pool, System.nanoTime());
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

    /** A client has logged in, or left (-1). */
    public void clients(Account account, long capabilities, int change) {
        pool(account, capabilities).clients(change);
    }

    // ---- leases ----

    /** Wants a lease: {@link Tenant#granted} or {@link Tenant#refused} is called, perhaps before this returns. */
    public void acquire(Tenant tenant) {
        assert loop.inEventLoop();
        Pool pool = pool(tenant.account(), tenant.poolCapabilities());
        long now = System.nanoTime();
        ServerConnection idle;
        while ((idle = pool.takeIdle(tenant, handOver == HandOver.SHUFFLE)) != null) {
            if (!keeps(idle) && idle.due(now)) {
                close(idle);
                continue;
            }
            grant(idle, tenant);
            return;
        }
        if (queue.size() >= config.pool().maxWaiting()) {
            counters.refused();
            tenant.refused(Refusals.queueFull(this, pool));
            return;
        }
        queue.add(pool, tenant, now);
        counters.waited();
        if (tenant.account().credentials() == null && pool.all().stream().noneMatch(each -> each.freshFor(tenant))) {
            queue.remove(pool, tenant);
            tenant.refused(ServerConnection.LOST);
            return;
        }
        if (!openFor(pool, now)) {
            takeBackFor(pool, tenant, now);
        }
    }

    /** No longer wants one. */
    public void cancel(Tenant tenant) {
        queue.remove(pool(tenant.account(), tenant.poolCapabilities()), tenant);
    }

    /**
     * The statement is over and the session could do without its connection.
     *
     * @return whether it keeps the lease, for the time being; if not it must {@link #release} now
     */
    public boolean rest(ServerConnection connection) {
        if (handOver != HandOver.LAZY || connection.due(System.nanoTime()) || !queue.isEmpty() && queue.size(connection.pool()) > 0) {
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

    /** The session gives its connection up with something in it that is not portable: it is reset before anybody else gets it. */
    public void releaseForReset(ServerConnection connection) {
        unlease(connection);
        opener.reset(connection, done -> {
            if (connection.closed()) {
                return;
            }
            if (done) {
                offer(connection);
            } else {
                close(connection);
            }
        });
    }

    /** The session gives its connection up in a condition in which nobody else should have it. */
    public void discard(ServerConnection connection) {
        unlease(connection);
        closeNow(connection);
    }

    private void unlease(ServerConnection connection) {
        connection.pool().resting().remove(connection);
        connection.previousTenant = connection.tenant;
        connection.tenant = null;
    }

    private void grant(ServerConnection connection, Tenant tenant) {
        connection.tenant = tenant;
        connection.leases++;
        counters.leased();
        tenant.granted(connection);
    }

    /** A connection that nobody has: to the next in the queue, or idle. */
    private void offer(ServerConnection connection) {
        long now = System.nanoTime();
        if (connection.closed()) {
            return;
        }
        if (!keeps(connection) && (connection.due(now) || budget.exceeded() || budget.owes(this) || draining && queue.isEmpty())) {
            close(connection);
            return;
        }
        budgetWatch.ask(connection, now);
        Pool own = connection.pool();
        if (!queue.isEmpty()) {
            Pool next = nextPool(own);
            Tenant first = next == null ? null : queue.first(next);
            if (next == own && first != null) {
                serve(connection, first);
                return;
            }
            if (next != null && next != own && !keeps(connection) && mayOpen(next, now) && next.opening() + closing < queue.size(next)) {
                close(connection);
                return;
            }
            Tenant ownFirst = queue.first(own);
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
        if (!Pool.fits(connection, first) && (!keeps(connection) || !connection.freshFor(first))) {
            // The first in the queue has no schema and no statement takes the connection out of the one it is in; or it must not run on rights this old.
            close(connection);
            return;
        }
        queue.remove(pool, first);
        counters.waitedFor(System.nanoTime() - first.waitingSince());
        grant(connection, first);
    }

    /** Who gets the next free connection: the pool that gave it up, unless it has more than its share and another that waits has less. */
    private @Nullable Pool nextPool(Pool own) {
        int active = 0;
        for (Pool pool : pools.values()) {
            if (pool.held() > 0 || queue.size(pool) > 0) {
                active++;
            }
        }
        int share = Math.max(1, (budget.limit() - budget.lane()) / Math.max(1, active));
        boolean ownWaits = queue.size(own) > 0;
        long ownSince = queue.oldest(own, System.nanoTime());
        Pool poorest = null;
        for (Pool pool : queue.pools()) {
            // With more accounts than connections everybody's share is one, and those who have none take turns with those who have.
            boolean due = own.held() > share || !ownWaits || pool.held() == 0 && ownSince - queue.oldest(pool, ownSince) > TURN_NANOS;
            if (pool != own && due && pool.held() < share && (poorest == null || pool.held() < poorest.held())) {
                poorest = pool;
            }
        }
        return poorest != null ? poorest : ownWaits ? own : null;
    }

    /** Takes resting leases, or idle connections of others, for somebody who has just begun to wait. */
    private void takeBackFor(Pool pool, Tenant tenant, long now) {
        if (serveFromResting(pool, tenant, now)) {
            return;
        }
        if (mayOpen(pool, now)) {
            makeRoom(pool, now);
        }
    }

    private boolean serveFromResting(Pool pool, Tenant tenant, long now) {
        ServerConnection resting = pool.resting().firstFor(tenant);
        if (resting == null || !keeps(resting) && resting.due(now)) {
            return false;
        }
        if (takeBack(resting)) {
            queue.remove(pool, tenant);
            grant(resting, tenant);
        }
        return true;
    }

    /** @return whether nobody has it any more; if not, its session asks it something and gives it up then */
    private boolean takeBack(ServerConnection connection) {
        Tenant holder = connection.tenant;
        connection.pool().resting().remove(connection);
        counters.takenBack();
        if (holder != null && !holder.takenBack(connection)) {
            return false;
        }
        unlease(connection);
        return true;
    }

    /** A session that was about to give its connection up has found that it can not: somebody else may have to. */
    public void cannotGiveUp(ServerConnection connection) {
        assert loop.inEventLoop();
        Pool pool = connection.pool();
        Tenant first = queue.first(pool);
        if (first != null) {
            takeBackFor(pool, first, System.nanoTime());
        }
    }

    /** Closes a connection that another pool, or nobody who waits here, can do without. */
    private boolean makeRoom(Pool forPool, long now) {
        ServerConnection victim = null;
        for (Pool pool : pools.values()) {
            for (ServerConnection idle : pool.idle()) {
                if (!keeps(idle) && spare(idle, forPool, now) && (victim == null || idle.idleSince - victim.idleSince < 0)) {
                    victim = idle;
                }
            }
        }
        if (victim != null) {
            victim.pool().idle().remove(victim);
            close(victim);
            return true;
        }
        for (Pool pool : pools.values()) {
            ServerConnection longest = pool.resting().first();
            if (longest != null
                    && !keeps(longest)
                    && (pool == forPool || now - longest.idleSince > FOREIGN_REST_NANOS)
                    && (victim == null || longest.idleSince - victim.idleSince < 0)) {
                victim = longest;
            }
        }
        if (victim != null) {
            if (takeBack(victim)) {
                close(victim);
            }
            return true;
        }
        budget.askOthers(this);
        return false;
    }

    /** Whether an idle connection may be closed for another pool: not when its own will want it back in a moment, unless that makes them more equal. */
    private static boolean spare(ServerConnection idle, Pool forPool, long now) {
        return idle.pool() == forPool || forPool.held() + 1 < idle.pool().held() || now - idle.idleSince > FOREIGN_REST_NANOS;
    }

    /** Whether the connection is all that its clients have: an account that nobody but its clients can log in. */
    private static boolean keeps(ServerConnection connection) {
        Pool pool = connection.pool();
        return pool.account().credentials() == null && pool.clients() > 0 && pool.all().size() <= 1;
    }

    // ---- opening ----

    private boolean mayOpen(Pool pool, long now) {
        return pool.account().credentials() != null
                && !pool.full(now)
                && pool.opening() < queue.size(pool)
                && !(config.pool().perAccountLimit().isPresent()
                        && pool.held() >= config.pool().perAccountLimit().getAsInt());
    }

    /** Begins to open a connection if the pool may and the budget allows. */
    private boolean openFor(Pool pool, long now) {
        Credentials credentials = pool.account().credentials();
        if (credentials == null || !mayOpen(pool, now) || openingTokens < 1 || !budget.tryTake(this)) {
            return false;
        }
        openingTokens--;
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
                offer(in.connection());
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
        budget.give(this);
        Tenant first = queue.first(pool);
        if (first != null) {
            // Nothing could be opened: what rests in this pool has to do.
            serveFromResting(pool, first, System.nanoTime());
        }
    }

    /** Sessions that were let in go on with the connections that there are, as they would have with their own. */
    private void refuseUnlessHeld(Pool pool, ErrPacket error) {
        if (pool.account().credentials() != null) {
            return;
        }
        for (Tenant tenant : queue.removeAll(pool)) {
            if (pool.all().stream().anyMatch(each -> each.freshFor(tenant))) {
                queue.addLast(pool, tenant);
            } else {
                tenant.refused(error);
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
                tenant.refused(error);
            }
        }
    }

    private void down(Pool pool, String why) {
        if (server.downSince() == 0) {
            log.warn("the server can not be reached: {}; clients wait up to {}", why, config.server().connectTimeout());
        }
        server.down(why);
        pool.fullUntil(System.nanoTime() + Duration.ofMillis(200).toNanos());
    }

    /**
     * Opens a connection for a login: to relay it, or to confirm what is known. It uses the lane, so it does not wait behind leases.
     *
     * @param then gets an opened connection that is not in the pool yet: {@link #adopt} or {@link #abandon} it
     */
    public void openForLogin(Account account, long capabilities, AuthResponder responder, boolean verified, Consumer<Opening> then) {
        assert loop.inEventLoop();
        PendingLogin login = new PendingLogin(pool(account, capabilities), responder, verified, System.nanoTime(), then);
        if (budget.tryTakeLane(this)) {
            begin(login);
        } else {
            pendingLogins.add(login);
        }
    }

    /** Logins under way that may teach what others at the same account need. */
    public Learning learning() {
        return learning;
    }

    /** Asks the server whether what is known about an account still holds, and whether it may use a schema unless that is null; {@code then} gets how that login ended. */
    public void confirm(Account account, long capabilities, Credentials known, @Nullable String schema, Consumer<Opening> then) {
        confirmations.confirm(account, capabilities, known, schema, then);
    }

    /** Opens the schema of a login on the connection that the login has opened, before anybody has it: so it waits for no lease. */
    public void openSchema(ServerConnection connection, String schema, Consumer<@Nullable ErrPacket> then) {
        connection.ask(Question.simple(Command.INIT_DB, schema.getBytes(StandardCharsets.UTF_8), answer -> then.accept(switch (answer) {
            case Answer.Rows rows -> {
                if (connection.state().schema().isEmpty()) {
                    // No tracker has named it.
                    connection.state(connection.state().withSchema(schema));
                }
                connection.pool().account().schemas().add(schema);
                yield null;
            }
            case Answer.Refused refused -> refused.error();
            case Answer.Lost lost -> lost.cause();
        })));
    }

    private void begin(PendingLogin login) {
        runningLogins.add(login);
        opener.open(login.pool, login.responder, login.verified, opening -> {
            runningLogins.remove(login);
            if (!(opening instanceof Opening.Opened)) {
                budget.giveLane();
                nextLogin();
            }
            switch (opening) {
                case Opening.Opened in -> server.up();
                case Opening.Refused refused -> server.up();
                case Opening.Full full -> {
                    if (full.error().code() == 1040) {
                        budgetWatch.serverIsFull(Math.max(1, budget.used()));
                    }
                }
                case Opening.Abandoned abandoned -> server.up();
                case Opening.Unreachable unreachable -> server.down(unreachable.why());
            }
            login.then.accept(opening);
        });
    }

    /** There may be a lane permit for logins that wait here; the last one that gets none leaves word that it wants one. */
    void nextLogin() {
        while (!pendingLogins.isEmpty() && budget.tryTakeLane(this)) {
            begin(pendingLogins.remove());
        }
    }

    /** While others wait to log in, a client may only take a moment for its answer, or a few silent ones would keep everybody out. */
    private void endSilentLogins(long now) {
        int needed = pendingLogins.size();
        if (needed == 0) {
            return;
        }
        for (PendingLogin login : List.copyOf(runningLogins)) {
            long since = login.responder.silentSince();
            if (since != 0 && now - since > LONG_SILENCE_NANOS && needed-- > 0) {
                login.responder.tooSilent();
            }
        }
    }

    /** Takes a connection that a login has opened into its pool, if the budget has room for it or the account needs it. */
    public void adopt(ServerConnection connection) {
        Pool pool = connection.pool();
        boolean converted = budget.tryConvert(this);
        if (!converted && pool.account().credentials() == null && pool.all().stream().noneMatch(ServerConnection::current)) {
            makeRoom(pool, System.nanoTime());
            converted = budget.tryConvert(this);
            if (!converted) {
                // The only connection of an account that Usher can not log in by itself: it counts against the lane's share until others give way.
                budget.forceConvert(this);
                converted = true;
            }
        }
        boolean room = converted;
        if (!room || connection.closed()) {
            connection.quit();
            connection.channel().closeFuture().addListener(done -> {
                if (room) {
                    budget.give(this);
                } else {
                    budget.giveLane();
                }
            });
            return;
        }
        counters.opened();
        pool.all().add(connection);
        offer(connection);
    }

    /** Closes a connection that a login has opened. */
    public void abandon(ServerConnection connection) {
        connection.quit();
        connection.channel().closeFuture().addListener(done -> budget.giveLane());
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
            holder.lost(connection, cause);
        }
        if (pool.account().credentials() == null && pool.all().isEmpty()) {
            for (Tenant tenant : queue.removeAll(pool)) {
                tenant.refused(cause);
            }
        }
        fill(System.nanoTime());
    }

    /** Closes a connection that nobody has, once what is still being asked on it has been answered. */
    private void close(ServerConnection connection) {
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
                fill(System.nanoTime());
            });
        }
    }

    /** Another worker has no permit left for clients that wait there. */
    void giveUpOne() {
        assert loop.inEventLoop();
        boolean owes = budget.owes(this);
        if (!queue.isEmpty() && !owes) {
            return;
        }
        long now = System.nanoTime();
        boolean atOnce = owes || budget.exceeded();
        for (Pool pool : pools.values()) {
            for (ServerConnection idle : pool.idle()) {
                if (!keeps(idle) && (atOnce || now - idle.idleSince > FOREIGN_REST_NANOS)) {
                    pool.idle().remove(idle);
                    close(idle);
                    return;
                }
            }
        }
        for (Pool pool : pools.values()) {
            ServerConnection resting = pool.resting().first();
            if (resting != null && !keeps(resting) && (atOnce || now - resting.idleSince > FOREIGN_REST_NANOS)) {
                if (takeBack(resting)) {
                    close(resting);
                }
                return;
            }
        }
    }

    void permitMayBeFree() {
        fill(System.nanoTime());
    }

    /** Opens connections for those who wait, the poorest pool first. */
    private void fill(long now) {
        if (queue.isEmpty()) {
            return;
        }
        List<Pool> waiting = new ArrayList<>();
        queue.pools().forEach(waiting::add);
        waiting.sort((a, b) -> Integer.compare(a.held(), b.held()));
        boolean more = true;
        while (more) {
            more = false;
            for (Pool pool : waiting) {
                more |= openFor(pool, now);
            }
        }
    }

    // ---- time ----

    private void tick() {
        long now = System.nanoTime();
        try {
            double elapsed = (now - lastTick) / 1e9;
            lastTick = now;
            int rate = config.pool().openingRate();
            openingTokens = Math.min(rate, openingTokens + rate * elapsed);
            refuseOverdue(now);
            if (!queue.isEmpty()) {
                budgetWatch.clientsWait(now);
            }
            // Another worker may have given back what these wait for.
            nextLogin();
            endSilentLogins(now);
            for (Pool pool : queue.pools()) {
                Tenant first = queue.first(pool);
                if (first != null && pool.full(now)) {
                    serveFromResting(pool, first, now);
                }
            }
            fill(now);
            serveStarving(now);
            tidy(now);
        } catch (RuntimeException e) {
            log.error("worker", e);
        } finally {
            if (!loop.isShuttingDown()) {
                loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void refuseOverdue(long now) {
        long limit = config.pool().waitLimit().toNanos();
        for (Tenant tenant : queue.overdue(now - limit)) {
            counters.refused();
            Pool pool = pool(tenant.account(), tenant.poolCapabilities());
            tenant.refused(server.downSince() != 0 && pool.all().isEmpty()
                    ? new ErrPacket(
                            Refusal.SERVER_UNREACHABLE.code(),
                            Refusal.SERVER_UNREACHABLE.sqlState(),
                            "Usher can not reach the server: " + server.trouble())
                    : Refusals.waitedTooLong(this, pool, now - tenant.waitingSince()));
        }
        PendingLogin login;
        while ((login = pendingLogins.peek()) != null && now - login.since > limit) {
            pendingLogins.remove();
            login.then.accept(new Opening.Unreachable("too many logins at once"));
        }
    }

    private void serveStarving(long now) {
        for (Pool pool : queue.pools()) {
            if (mayOpen(pool, now) && pool.opening() == 0) {
                makeRoom(pool, now);
            }
        }
    }

    private void tidy(long now) {
        accounts.forgetStrangers();
        long idleLimit = config.pool().serverIdleLimit().toNanos();
        List<ServerConnection> old = new ArrayList<>();
        for (Pool pool : pools.values()) {
            for (ServerConnection idle : pool.idle()) {
                if (!keeps(idle) && (idle.due(now) || now - idle.idleSince > idleLimit || budget.exceeded() && old.isEmpty())) {
                    old.add(idle);
                }
            }
        }
        for (ServerConnection connection : old) {
            connection.pool().idle().remove(connection);
            close(connection);
        }
        if (budget.exceeded() && old.isEmpty()) {
            giveUpOne();
        }
        for (Pool pool : pools.values()) {
            List<ServerConnection> idle = pool.idle();
            if (!idle.isEmpty() && budgetWatch.ask(idle.getFirst(), now)) {
                break;
            }
        }
        pools.values()
                .removeIf(pool -> pool.held() == 0 && pool.clients() == 0 && queue.size(pool) == 0 && now - pool.lastUsed() > idleLimit);
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
