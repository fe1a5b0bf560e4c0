package dev.usher.pool;

import java.util.ArrayList;
import java.util.List;

/**
 * Client connections that wait for a lease, first come first served {@linkplain WaitingTenants within a pool}. Which pool is served next is {@link Worker}'s choice.
 */
final class WaitQueue {
    /** Those that somebody waits for; the one that became so first is the first. */
    private final List<Pool> pools = new ArrayList<>();
    private int size;

    void add(Tenant tenant, long now) {
        tenant.waitingSince = now;
        addLast(tenant);
    }

    /** Puts a tenant that was taken out back, with the time since when it has waited. */
    void addLast(Tenant tenant) {
        Pool pool = tenant.pool();
        boolean only = pool.waiting().isEmpty();
        if (pool.waiting().addLast(tenant)) {
            size++;
            if (only) {
                pools.add(pool);
            }
        }
    }

    void remove(Tenant tenant) {
        Pool pool = tenant.pool();
        if (pool.waiting().remove(tenant)) {
            size--;
            if (pool.waiting().isEmpty()) {
                pools.remove(pool);
            }
        }
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** As they are now. */
    List<Pool> pools() {
        return List.copyOf(pools);
    }

    /** Takes out everybody who has waited since before {@code since}. */
    List<Tenant> overdue(long since) {
        List<Tenant> late = new ArrayList<>();
        for (Pool pool : pools()) {
            Tenant first;
            while ((first = pool.waiting().first()) != null && first.waitingSince - since < 0) {
                late.add(first);
                remove(first);
            }
        }
        return late;
    }

    /** Takes out everybody who waits for a pool. */
    List<Tenant> removeAll(Pool pool) {
        List<Tenant> all = pool.waiting().all();
        all.forEach(this::remove);
        return all;
    }
}
