/**
 * Server connections and who has them: opening and logging in, leases, the wait queue, the budget. May use {@code wire}, {@code auth}, {@code session}, {@code
 * tls}, {@code config} and {@code error}. Start with {@link dev.usher.pool.Worker}.
 */
@NullMarked
package dev.usher.pool;

import org.jspecify.annotations.NullMarked;
