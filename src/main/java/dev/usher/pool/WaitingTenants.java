package dev.usher.pool;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for a lease of one pool, the longest waiting first. Linked through the tenants themselves: where clients share few connections nearly every
 * statement waits, and must not cost an allocation. Who waits and who does not any more is {@link WaitQueue}'s business.
 */
final class WaitingTenants {
    /** How far back somebody is looked for who needs no restore. */
    private static final int LOOKED_AT = 64;
    /** How often in a row a connection passes over whoever is first. */
    private static final int PASSED_OVER = 4;

    private @Nullable Tenant first;
    private @Nullable Tenant last;
    private int size;

    /** @return whether it did not wait yet */
    boolean addLast(Tenant tenant) {
        if (tenant.waits) {
            return false;
        }
        tenant.waits = true;
        tenant.previousWaiting = last;
        if (last == null) {
            first = tenant;
        } else {
            last.nextWaiting = tenant;
        }
        last = tenant;
        size++;
        return true;
    }

    /** @return whether it has waited */
    boolean remove(Tenant tenant) {
        if (!tenant.waits) {
            return false;
        }
        tenant.waits = false;
        Tenant before = tenant.previousWaiting;
        Tenant after = tenant.nextWaiting;
        if (before == null) {
            first = after;
        } else {
            before.nextWaiting = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previousWaiting = before;
        }
        tenant.previousWaiting = null;
        tenant.nextWaiting = null;
        size--;
        return true;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    @Nullable
    Tenant first() {
        return first;
    }

    /** {@link System#nanoTime} since when the first waits, or {@code now}. */
    long oldest(long now) {
        return first == null ? now : first.waitingSince;
    }

    List<Tenant> all() {
        List<Tenant> all = new ArrayList<>(size);
        for (Tenant tenant = first; tenant != null; tenant = tenant.nextWaiting) {
            all.add(tenant);
        }
        return all;
    }

    /** The first whom a connection suits, or null. */
    @Nullable
    Tenant firstFor(ServerConnection connection) {
        for (Tenant tenant = first; tenant != null; tenant = tenant.nextWaiting) {
            if (Pool.fits(connection, tenant)) {
                return tenant;
            }
        }
        return null;
    }

    /**
     * Who gets a connection: near the front somebody whose state it is in already, which saves a restore; else, or when it has passed over the first a few times, the first.
     *
     * @param foremost the first, whom the connection fits
     */
    Tenant chosen(ServerConnection connection, Tenant foremost) {
        if (Pool.suits(connection, foremost) || connection.passedOver >= PASSED_OVER) {
            return foremost;
        }
        int looked = 0;
        for (Tenant tenant = first; tenant != null && looked < LOOKED_AT; tenant = tenant.nextWaiting) {
            looked++;
            if (Pool.suits(connection, tenant) && Pool.fits(connection, tenant)) {
                return tenant;
            }
        }
        return foremost;
    }
}
