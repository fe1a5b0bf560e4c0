package dev.usher.pool;

import org.jspecify.annotations.Nullable;

/**
 * Leases whose sessions run nothing but keep them until somebody needs one; the longest idle first. Linked through the connections themselves: a lease
 * rests and wakes with every statement, and must not cost an allocation.
 */
final class RestingLeases {
    private @Nullable ServerConnection first;
    private @Nullable ServerConnection last;
    private int size;

    void add(ServerConnection connection) {
        connection.resting = true;
        connection.previousResting = last;
        connection.nextResting = null;
        if (last == null) {
            first = connection;
        } else {
            last.nextResting = connection;
        }
        last = connection;
        size++;
    }

    void remove(ServerConnection connection) {
        if (!connection.resting) {
            return;
        }
        connection.resting = false;
        ServerConnection before = connection.previousResting;
        ServerConnection after = connection.nextResting;
        if (before == null) {
            first = after;
        } else {
            before.nextResting = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previousResting = before;
        }
        connection.previousResting = null;
        connection.nextResting = null;
        size--;
    }

    /** The longest idle, or null. */
    @Nullable
    ServerConnection first() {
        return first;
    }

    /** The longest idle whose connection suits and need not be closed instead, or null. */
    @Nullable
    ServerConnection firstFor(Tenant tenant, long now) {
        for (ServerConnection c = first; c != null; c = c.nextResting) {
            if (Pool.fits(c, tenant) && (Shares.keeps(c) || !c.due(now))) {
                return c;
            }
        }
        return null;
    }

    int size() {
        return size;
    }
}
