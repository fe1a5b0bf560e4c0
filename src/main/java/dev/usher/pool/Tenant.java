package dev.usher.pool;

import dev.usher.session.SessionState;
import dev.usher.session.UserVariables;
import dev.usher.wire.ErrPacket;
import org.jspecify.annotations.Nullable;

/** A client's session as the pool sees it: somebody who wants a lease, waits for one, or has one. All calls on the worker's loop. */
public abstract class Tenant {
    private final Pool pool;
    // Its place among the WaitingTenants of its pool.
    boolean waits;
    long waitingSince;
    @Nullable
    Tenant previousWaiting;
    @Nullable
    Tenant nextWaiting;

    protected Tenant(Pool pool) {
        this.pool = pool;
    }

    /** Where its connections come from, as long as it is there. */
    public final Pool pool() {
        return pool;
    }

    /** Since when it waits, or has last waited, by {@link System#nanoTime}. */
    public final long waitingSince() {
        return waitingSince;
    }

    public abstract Account account();

    /** The state that a connection must be brought into before it may run anything. */
    public abstract SessionState state();

    /** Its user variables. */
    public abstract UserVariables variables();

    /** The connection of its last lease, which it prefers. */
    public abstract @Nullable ServerConnection lastConnection();

    /** When it logged in, by {@link System#nanoTime}: it may not run on older rights. */
    public abstract long loggedInAt();

    /** Has the connection from now on, until {@link Worker#release} or {@link #takenBack}. */
    public abstract void granted(ServerConnection connection);

    /** Will not get one. */
    public abstract void refused(ErrPacket error);

    /**
     * Somebody else needs its connection; only while it {@linkplain Worker#rest rests}.
     *
     * @return whether the lease ends at once; if not the session must first ask something that only this connection knows, and {@link Worker#release}s it then, or
     *     calls {@link Worker#cannotGiveUp} if it has found something that pins it
     */
    public abstract boolean takenBack(ServerConnection connection);

    /** Whether it keeps its connection although it runs nothing, and would not give it up. */
    public abstract boolean pinnedIdle();

    /** Others have waited for so long because of that. */
    public abstract void blamed(long nanos);

    /** The leased connection is gone. */
    public abstract void lost(ServerConnection connection, ErrPacket cause);

    /** Nothing is owed on the leased connection any more. */
    public abstract void quiet(ServerConnection connection);

    /** Something in Usher has failed on its behalf: nobody knows what it and its connection are in, and it must end. */
    public abstract void failed();

    /** The leased connection can be written to again. */
    public abstract void serverWritable(ServerConnection connection);
}
