package dev.usher.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A client connection.
 *
 * @param id what its greeting said and KILL takes
 * @param account as the server names it; the user name that the client gave while it logs in
 * @param address where the client is, as host:port or "socket"
 * @param database the default schema, if any
 * @param serverThreadId the thread id of the server connection that it has on lease, if any
 * @param pinReason why it keeps that server connection, if it is pinned
 * @param age since it connected
 * @param inState since its state last changed: for an idle one, since when it is idle
 * @param statements how many it has run
 * @param tls protocol version, or null on a plain link
 * @param compression "zlib", "zstd", or null
 * @param program the program's name in the connection attributes, if it gave one
 */
public record ClientRow(
        long id,
        String account,
        String address,
        @Nullable String database,
        State state,
        @Nullable Long serverThreadId,
        @Nullable String pinReason,
        Duration age,
        Duration inState,
        long statements,
        @Nullable String tls,
        @Nullable String compression,
        @Nullable String program) {
    /** Every client connection is in exactly one. */
    public enum State {
        LOGIN,
        IDLE,
        WAITING,
        ACTIVE,
        /** Runs nothing, and a transaction is open. */
        IN_TRANSACTION,
        CLOSING
    }
}
