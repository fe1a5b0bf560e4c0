package dev.usher.pool;

import dev.usher.auth.Credentials;
import dev.usher.pool.Question.Answer;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A worker's logins to the server on behalf of clients that log in to Usher. They have a lane of the budget to themselves, so that they never wait behind leases:
 * a full pool would otherwise let nobody in.
 */
public final class Logins {
    private static final long LONG_SILENCE_NANOS = Duration.ofSeconds(1).toNanos();

    private final Worker worker;
    private final Opener opener;
    private final ConnectionBudget budget;
    private final BudgetWatch budgetWatch;
    private final Server server;
    private final ArrayDeque<Login> pending = new ArrayDeque<>();
    private final Set<Login> running = new LinkedHashSet<>();
    private final Learning learning;
    private final Confirmations confirmations;

    private record Login(Pool pool, AuthResponder responder, boolean verified, long since, Consumer<Opening> then) {}

    Logins(Worker worker, Opener opener, BudgetWatch budgetWatch) {
        this.worker = worker;
        this.opener = opener;
        this.budget = worker.budget();
        this.budgetWatch = budgetWatch;
        this.server = worker.server();
        this.learning = new Learning(worker.loop());
        this.confirmations = new Confirmations(this);
    }

    /**
     * Opens a connection for a login: to relay it, or to confirm what is known. It uses the lane, so it does not wait behind leases.
     *
     * @param then gets an opened connection that is not in the pool yet: {@link #adopt} or {@link #abandon} it
     */
    public void open(Account account, long capabilities, AuthResponder responder, boolean verified, Consumer<Opening> then) {
        assert worker.loop().inEventLoop();
        Login login = new Login(worker.pool(account, capabilities), responder, verified, System.nanoTime(), then);
        login.pool.used();
        if (budget.tryTakeLane(worker)) {
            begin(login);
        } else {
            pending.add(login);
        }
    }

    /** How many are under way for a pool. */
    public int running(Pool pool) {
        return (int) running.stream().filter(login -> login.pool == pool).count();
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
                connection.pool().account().schemaOpened(schema);
                yield null;
            }
            case Answer.Refused refused -> refused.error();
            case Answer.Lost lost -> lost.cause();
        })));
    }

    private void begin(Login login) {
        running.add(login);
        login.pool.used();
        opener.open(login.pool, login.responder, login.verified, opening -> {
            running.remove(login);
            login.pool.used();
            if (!(opening instanceof Opening.Opened)) {
                budget.giveLane();
                next();
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
    void next() {
        while (!pending.isEmpty() && budget.tryTakeLane(worker)) {
            begin(pending.remove());
        }
    }

    /** Whether a login for a pool is under way or waits. */
    boolean concern(Pool pool) {
        return running.stream().anyMatch(login -> login.pool == pool) || pending.stream().anyMatch(login -> login.pool == pool);
    }

    /** A budget that is too small for a lane has room for a login only where a connection that nobody uses gives way. */
    void makeRoom(long now) {
        Login first = pending.peek();
        if (first != null && budget.lane() == 0) {
            worker.shares().makeRoom(first.pool, now);
        }
    }

    /** While others wait to log in, a client may only take a moment for its answer, or a few silent ones would keep everybody out. */
    void endSilent(long now) {
        int needed = pending.size();
        if (needed == 0) {
            return;
        }
        for (Login login : List.copyOf(running)) {
            long since = login.responder.silentSince();
            if (since != 0 && now - since > LONG_SILENCE_NANOS && needed-- > 0) {
                login.responder.tooSilent();
            }
        }
    }

    /**
     * Takes a connection that a login has opened into its pool, if the budget has room for it or the account needs it.
     *
     * @return why the client can not be let in, null if it can: there is no room, and without this connection its account has none
     */
    public @Nullable ErrPacket adopt(ServerConnection connection) {
        Pool pool = connection.pool();
        boolean needed = pool.account().credentials() == null && pool.all().stream().noneMatch(ServerConnection::current);
        boolean room = budget.tryConvert(worker);
        if (!room && needed) {
            worker.shares().makeRoom(pool, System.nanoTime());
            // Otherwise it counts against the lane's share until others give way.
            room = budget.tryConvert(worker) || budget.tryForceConvert(worker);
        }
        take(connection, room);
        return room || !needed ? null : Refusals.onlyTheirClients(worker);
    }

    private void take(ServerConnection connection, boolean room) {
        if (!room || connection.closed()) {
            connection.quit();
            connection.channel().closeFuture().addListener(done -> {
                if (room) {
                    budget.give(worker);
                } else {
                    budget.giveLane();
                }
            });
            return;
        }
        worker.counters().opened();
        connection.pool().all().add(connection);
        worker.offer(connection);
    }

    /** Closes a connection that a login has opened. */
    public void abandon(ServerConnection connection) {
        connection.quit();
        connection.channel().closeFuture().addListener(done -> budget.giveLane());
    }

    /** Refuses those that have waited for the lane since before {@code since}. */
    void refuseOverdue(long since) {
        Login login;
        while ((login = pending.peek()) != null && login.since - since < 0) {
            pending.remove();
            login.then.accept(new Opening.Unreachable("too many logins at once"));
        }
    }
}
