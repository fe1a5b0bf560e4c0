package dev.usher.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A server connection.
 *
 * @param threadId the server's own id for it; 0 before its greeting
 * @param clientId the client connection that has it on lease, if any
 * @param database the schema in which it is now, if any
 * @param age since it was opened
 * @param inState since its state last changed
 * @param leases how many it has had
 * @param fingerprint of the session state that it is in, for comparing
 * @param prepared prepared statements that it holds
 * @param tls protocol version, or null on a plain link
 */
public record ServerRow(
        long threadId,
        String account,
        State state,
        @Nullable Long clientId,
        @Nullable String database,
        Duration age,
        Duration inState,
        long leases,
        String fingerprint,
        int prepared,
        @Nullable String tls) {
    /** Every server connection is in exactly one. */
    public enum State {
        OPENING,
        LOGIN,
        IDLE,
        LEASED,
        /** Is being made ready for another session or account. */
        RESTORING,
        CLOSING
    }
}
