package dev.usher.pool;

import org.jspecify.annotations.Nullable;

/**
 * Leases whose sessions run nothing but keep them until somebody needs one; the longest idle first. Linked through the connections themselves: a lease
 * rests and wakes with every statement, and must not cost an allocation.
 */
final class RestingLeases {
    private static final int LOOKED_AT = 16;

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

    /**
     * Of those that have rested for so long, and whose connection need not be replaced by a new one: one that needs no restore, if there is one among the first, or the longest
     * idle; or null.
     */
    @Nullable
    ServerConnection bestFor(Tenant tenant, long now, long nanos) {
        ServerConnection longest = null;
        int looked = 0;
        for (ServerConnection c = first; c != null && now - c.idleSince >= nanos && (longest == null || looked < LOOKED_AT); c =
                c.nextResting) {
            looked++;
            if (Pool.fits(c, tenant) && (c.pool().account().credentials() == null || !c.due(now))) {
                if (Pool.suits(c, tenant)) {
                    return c;
                }
                longest = longest == null ? c : longest;
            }
        }
        return longest;
    }

    int size() {
        return size;
    }
}
