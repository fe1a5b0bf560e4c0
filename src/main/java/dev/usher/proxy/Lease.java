package dev.usher.proxy;

import dev.usher.pool.ServerConnection;
import dev.usher.pool.Worker;
import org.jspecify.annotations.Nullable;

/**
 * A session's hold on a server connection. While its session runs nothing and does not need the connection a lease may rest: somebody else can have the connection
 * then, and whoever uses it has to wake the lease first.
 */
final class Lease {
    private final Worker worker;
    private @Nullable ServerConnection connection;
    private @Nullable ServerConnection last;
    private boolean fresh;
    private boolean resting;
    /** KILLs on their way that name the connection. */
    private int held;

    Lease(Worker worker) {
        this.worker = worker;
    }

    /** As it is, resting or not; null if there is none. */
    @Nullable
    ServerConnection connection() {
        return connection;
    }

    boolean is(ServerConnection other) {
        return connection == other;
    }

    /** The connection of the lease before, which the session prefers. */
    @Nullable
    ServerConnection last() {
        return last;
    }

    /** Whether it has been got for the command under way, so that nothing of the session's is there yet. */
    boolean fresh() {
        return fresh;
    }

    void begin(ServerConnection granted) {
        connection = granted;
        fresh = true;
    }

    /** The connection, which nobody else can have from now on; null if there is none. */
    @Nullable
    ServerConnection awake() {
        ServerConnection has = connection;
        if (resting && has != null) {
            resting = false;
            worker.wake(has);
        }
        return has;
    }

    /** The connection for another command. */
    @Nullable
    ServerConnection again() {
        fresh = false;
        return awake();
    }

    boolean resting() {
        return resting;
    }

    /** Whether it rests from now on; if not, there is somebody who needs the connection. */
    boolean rest(ServerConnection has) {
        resting = worker.rest(has);
        return resting;
    }

    /** The pool wants a resting one back: it has woken it itself. */
    void disturbed() {
        resting = false;
    }

    /** While a KILL is on its way to the server, the connection that it names must not go to anybody else. */
    void hold(boolean hold) {
        held += hold ? 1 : -1;
    }

    boolean held() {
        return held > 0;
    }

    /** The session could do without it: what it has is all elsewhere too. */
    void end(ServerConnection has) {
        connection = null;
        last = has;
    }

    /** There is no connection any more, or none that the session may use. */
    void gone() {
        connection = null;
        resting = false;
    }
}
