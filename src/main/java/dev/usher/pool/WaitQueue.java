package dev.usher.pool;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Client connections that wait for a lease, first come first served within a pool. Which pool is served next is {@link Worker}'s choice. */
final class WaitQueue {
    /** How far back somebody is looked for who needs no restore. */
    private static final int LOOKED_AT = 64;
    /** How often in a row a connection passes over whoever is first. */
    private static final int PASSED_OVER = 4;

    private final Map<Pool, LinkedHashSet<Tenant>> waiting = new LinkedHashMap<>();
    /** The queue that became empty last: in a busy pool it is not empty for long. */
    private LinkedHashSet<Tenant> spare = new LinkedHashSet<>();
    private int size;

    void add(Pool pool, Tenant tenant, long now) {
        tenant.waitingSince(now);
        addLast(pool, tenant);
    }

    /** Puts a tenant that was taken out back, with the time since when it has waited. */
    void addLast(Pool pool, Tenant tenant) {
        LinkedHashSet<Tenant> tenants = waiting.get(pool);
        if (tenants == null) {
            tenants = spare.isEmpty() ? spare : new LinkedHashSet<>();
            waiting.put(pool, tenants);
        }
        if (tenants.add(tenant)) {
            size++;
        }
    }

    boolean remove(Pool pool, Tenant tenant) {
        LinkedHashSet<Tenant> tenants = waiting.get(pool);
        if (tenants == null || !tenants.remove(tenant)) {
            return false;
        }
        size--;
        if (tenants.isEmpty()) {
            waiting.remove(pool);
            spare = tenants;
        }
        return true;
    }

    @Nullable
    Tenant first(Pool pool) {
        LinkedHashSet<Tenant> tenants = waiting.get(pool);
        return tenants == null ? null : tenants.getFirst();
    }

    /** The first whom a connection suits, or null. */
    @Nullable
    Tenant firstFor(Pool pool, ServerConnection connection) {
        LinkedHashSet<Tenant> tenants = waiting.get(pool);
        if (tenants != null) {
            for (Tenant tenant : tenants) {
                if (Pool.fits(connection, tenant)) {
                    return tenant;
                }
            }
        }
        return null;
    }

    /**
     * Who gets a connection: near the front somebody whose state it is in already, which saves a restore; else, or when it has passed over the first a few times, the first.
     *
     * @param first of the pool's queue, whom the connection fits
     */
    Tenant chosen(Pool pool, ServerConnection connection, Tenant first) {
        if (Pool.suits(connection, first) || connection.passedOver >= PASSED_OVER) {
            return first;
        }
        LinkedHashSet<Tenant> tenants = waiting.get(pool);
        if (tenants == null) {
            return first;
        }
        int looked = 0;
        for (Tenant tenant : tenants) {
            if (++looked > LOOKED_AT) {
                break;
            }
            if (Pool.suits(connection, tenant) && Pool.fits(connection, tenant)) {
                return tenant;
            }
        }
        return first;
    }

    /** Everybody who waits for a pool. */
    List<Tenant> waiting(Pool pool) {
        LinkedHashSet<Tenant> tenants = waiting.get(pool);
        return tenants == null ? List.of() : List.copyOf(tenants);
    }

    int size() {
        return size;
    }

    int size(Pool pool) {
        LinkedHashSet<Tenant> tenants = waiting.get(pool);
        return tenants == null ? 0 : tenants.size();
    }

    boolean isEmpty() {
        return size == 0;
    }

    Iterable<Pool> pools() {
        return List.copyOf(waiting.keySet());
    }

    /** Takes out everybody who has waited since before {@code since}. */
    List<Tenant> overdue(long since) {
        List<Tenant> late = new ArrayList<>();
        for (Iterator<LinkedHashSet<Tenant>> pools = waiting.values().iterator(); pools.hasNext();) {
            LinkedHashSet<Tenant> tenants = pools.next();
            while (!tenants.isEmpty() && tenants.getFirst().waitingSince() - since < 0) {
                late.add(tenants.removeFirst());
                size--;
            }
            if (tenants.isEmpty()) {
                pools.remove();
            }
        }
        return late;
    }

    /** Takes out everybody who waits for a pool. */
    List<Tenant> removeAll(Pool pool) {
        LinkedHashSet<Tenant> tenants = waiting.remove(pool);
        if (tenants == null) {
            return List.of();
        }
        size -= tenants.size();
        List<Tenant> all = List.copyOf(tenants);
        tenants.clear(); // it may be the spare one
        return all;
    }

    /** {@link System#nanoTime} since when the first of a pool waits, or {@code now}. */
    long oldest(Pool pool, long now) {
        Tenant first = first(pool);
        return first == null ? now : first.waitingSince();
    }
}
