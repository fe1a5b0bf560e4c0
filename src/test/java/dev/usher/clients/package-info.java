/**
 * Real client programs against real servers, directly and through Usher: what a client sees must not differ.
 *
 * <p>The programs in other languages are in {@code src/test/clients}, those that use JDBC are here. Each runs the same kind of
 * cases and gives one line per case; start reading at {@link dev.usher.clients.ClientMatrix}.
 */
package dev.usher.clients;
