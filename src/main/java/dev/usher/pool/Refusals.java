package dev.usher.pool;

import dev.usher.error.Refusal;
import dev.usher.wire.ErrPacket;

/** The words of the refusals that say how full it is. They begin as the server's own 1040 does. */
final class Refusals {
    private Refusals() {}

    static ErrPacket waitedTooLong(Worker worker, Pool pool, long waitedNanos) {
        return tooMany(String.format(
                "Too many connections: waited %.1f s (wait-limit) for one of %d server connections; %s", waitedNanos / 1e9,
                worker.budget().limit(), holders(worker, pool)));
    }

    static ErrPacket queueFull(Worker worker, Pool pool) {
        return tooMany(String.format(
                "Too many connections: %d clients already wait (max-waiting) for %d server connections; %s",
                worker.waiting(), worker.budget().limit(), holders(worker, pool)));
    }

    /** For a login. */
    static ErrPacket onlyTheirClients(Worker worker) {
        return tooMany(String.format(
                "Too many connections: all of %d server connections are in use or kept for accounts that only their clients can log in, of which this is one more",
                worker.budget().limit()));
    }

    /** For a session of an account whose connections nothing takes out of the schemas that they are in. */
    static ErrPacket noConnectionWithoutSchema() {
        return new ErrPacket(Refusal.STATE_LOST.code(), Refusal.STATE_LOST.sqlState(),
                "Usher could not restore the session's state: it has no schema, every server connection of its account is in one, and only its client can log it in");
    }

    private static String holders(Worker worker, Pool pool) {
        int running = 0;
        int pinned = 0;
        int opening = 0;
        for (Pool each : worker.pools()) {
            opening += each.opening();
            for (ServerConnection connection : each.all()) {
                if (connection.tenant() != null && connection.owed() > 0) {
                    running++;
                } else if (connection.tenant() != null && !connection.resting()) {
                    pinned++;
                }
            }
        }
        return String.format(
                "%d run statements, %d are held by open transactions or other pins, %d are being opened, %d belong to this account",
                running, pinned, opening, pool.all().size());
    }

    private static ErrPacket tooMany(String message) {
        return new ErrPacket(Refusal.TOO_MANY_CONNECTIONS.code(), Refusal.TOO_MANY_CONNECTIONS.sqlState(), message);
    }
}
