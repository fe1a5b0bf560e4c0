package dev.usher.pool;

import dev.usher.session.SessionState;
import dev.usher.session.SharedStates;
import dev.usher.wire.ErrPacket;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A worker's server connections of one account, opened with the same capabilities. Only bookkeeping; what happens with them is {@link Worker}'s. */
public final class Pool {
    private final Account account;
    private final long capabilities;
    private final Set<ServerConnection> all = new LinkedHashSet<>();
    private final List<ServerConnection> idle = new ArrayList<>();
    private final RestingLeases resting = new RestingLeases();
    private final WaitingTenants waiting = new WaitingTenants();
    private final SharedStates states = new SharedStates();
    private int opening;
    private int clients;
    private long lastUsed = System.nanoTime();
    /** The account's own limit on the server is reached: no further opening before this {@link System#nanoTime}. */
    private long fullUntil = System.nanoTime();

    Pool(Account account, long capabilities) {
        this.account = account;
        this.capabilities = capabilities;
    }

    public Account account() {
        return account;
    }

    public long capabilities() {
        return capabilities;
    }

    /** Logged-in server connections, in the order of their opening. */
    public Set<ServerConnection> all() {
        return all;
    }

    public List<ServerConnection> idle() {
        return idle;
    }

    RestingLeases resting() {
        return resting;
    }

    WaitingTenants waiting() {
        return waiting;
    }

    /** Those of its sessions and connections. */
    public SharedStates states() {
        return states;
    }

    public int opening() {
        return opening;
    }

    void opening(int change) {
        opening += change;
    }

    /** Client connections logged in. */
    public int clients() {
        return clients;
    }

    void clients(int change) {
        clients += change;
        lastUsed = System.nanoTime();
    }

    /** Somebody logs in. */
    void used() {
        lastUsed = System.nanoTime();
    }

    /** {@link System#nanoTime} of the last login, or change of its clients. */
    long lastUsed() {
        return lastUsed;
    }

    boolean full(long now) {
        return fullUntil - now > 0;
    }

    void fullUntil(long nanos) {
        fullUntil = nanos;
    }

    /** Connections that exist or are on the way. */
    int held() {
        return all.size() + opening;
    }

    /** Whether a connection can be brought into a session's state at all: no statement takes one out of its schema, or gives it newer rights. */
    static boolean fits(ServerConnection connection, Tenant tenant) {
        SessionState state = connection.state();
        return connection.freshFor(tenant) && (!tenant.state().schema().isEmpty() || state.schema().isEmpty());
    }

    /** Why no connection of this pool will ever do, null if one may: of an account that only its clients can log in there are those that there are. */
    @Nullable
    ErrPacket never(Tenant tenant) {
        if (account.credentials() != null || opening > 0 || all.stream().anyMatch(each -> fits(each, tenant))) {
            return null;
        }
        return all.stream().anyMatch(each -> each.freshFor(tenant)) ? Refusals.noConnectionWithoutSchema() : ServerConnection.LOST;
    }

    /** Whether it needs no restore. */
    static boolean suits(ServerConnection connection, Tenant tenant) {
        return connection.state().equals(tenant.state()) && connection.variables().sameAs(tenant.variables());
    }

    /** Takes the idle connection that suits best: the last one of the tenant, one in equal state, the one used last. */
    @Nullable
    ServerConnection takeIdle(Tenant tenant, boolean notTheLast) {
        ServerConnection last = tenant.lastConnection();
        ServerConnection best = null;
        for (int i = idle.size() - 1; i >= 0; i--) {
            ServerConnection candidate = idle.get(i);
            if (candidate == last) {
                if (notTheLast) {
                    continue;
                }
                if (fits(candidate, tenant)) {
                    best = candidate;
                    break;
                }
                continue;
            }
            if (!fits(candidate, tenant)) {
                continue;
            }
            if (best == null || !suits(best, tenant) && suits(candidate, tenant)) {
                best = candidate;
            }
        }
        if (best == null && notTheLast && last != null && idle.contains(last) && fits(last, tenant)) {
            best = last;
        }
        if (best != null) {
            idle.remove(best);
        }
        return best;
    }
}
