package dev.usher.proxy;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A client connection's id, which its greeting carries and KILL takes. They start at 2^30, above what a server counts up to in practice, so that a KILL says by
 * its number whom it means.
 */
public record ClientConnectionId(long value) {
    public static final long FIRST = 1L << 30;
    /** Ids of admin connections begin here. */
    private static final int LAST = 0x6FFF_FFFF;

    private static final AtomicInteger NEXT = new AtomicInteger((int) FIRST);

    static ClientConnectionId next() {
        return new ClientConnectionId(NEXT.getAndUpdate(id -> id == LAST ? (int) FIRST : id + 1));
    }

    /** Whether a number can only be a client connection's. */
    public static boolean is(long id) {
        return id >= FIRST;
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
