package dev.usher.pool;

import dev.usher.session.SessionState;
import dev.usher.session.UserVariables;
import dev.usher.wire.ErrPacket;
import org.jspecify.annotations.Nullable;

/** A client's session as the pool sees it: somebody who wants a lease, waits for one, or has one. All calls on the worker's loop. */
public interface Tenant {
    Account account();

    /** Its flags of {@link dev.usher.wire.Capabilities#PER_POOL}. */
    long poolCapabilities();

    /** The state that a connection must be brought into before it may run anything. */
    SessionState state();

    /** Its user variables. */
    UserVariables variables();

    /** The connection of its last lease, which it prefers. */
    @Nullable
    ServerConnection lastConnection();

    /** When it logged in, by {@link System#nanoTime}: it may not run on older rights. */
    long loggedInAt();

    /** Has the connection from now on, until {@link Worker#release} or {@link #takenBack}. */
    void granted(ServerConnection connection);

    /** Will not get one. */
    void refused(ErrPacket error);

    /**
     * Somebody else needs its connection; only while it {@linkplain Worker#rest rests}.
     *
     * @return whether the lease ends at once; if not the session must first ask something that only this connection knows, and {@link Worker#release}s it then, or
     *     calls {@link Worker#cannotGiveUp} if it has found something that pins it
     */
    boolean takenBack(ServerConnection connection);

    /** Whether it keeps its connection although it runs nothing, and would not give it up. */
    boolean pinnedIdle();

    /** Others have waited for so long because of that. */
    void blamed(long nanos);

    /** The leased connection is gone. */
    void lost(ServerConnection connection, ErrPacket cause);

    /** Nothing is owed on the leased connection any more. */
    void quiet(ServerConnection connection);

    /** Something in Usher has failed on its behalf: nobody knows what it and its connection are in, and it must end. */
    void failed();

    /** The leased connection can be written to again. */
    void serverWritable(ServerConnection connection);

    /** Since when it waits, by {@link System#nanoTime}; the pool sets it. */
    long waitingSince();

    void waitingSince(long nanos);
}
