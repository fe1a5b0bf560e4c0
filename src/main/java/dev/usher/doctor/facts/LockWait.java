package dev.usher.doctor.facts;

/**
 * One session waits for another.
 *
 * @param what is locked, such as {@code row of shop.stock} or {@code metadata of shop.orders}
 */
public record LockWait(long waiting, long blocking, String what) {}
