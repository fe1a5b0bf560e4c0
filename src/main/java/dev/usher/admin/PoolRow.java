package dev.usher.admin;

import java.time.Duration;

/**
 * The server connections of one account and the clients that share them.
 *
 * @param account as the server names it, with the host pattern
 * @param clientsActive clients that run a statement
 * @param clientsWaiting clients in the wait queue
 * @param clientsIdle all other clients that have logged in
 * @param serversLeased server connections in the hands of a client
 * @param serversIdle server connections that are free
 * @param serversOpening server connections that are being opened
 * @param serversLogin server connections on which a client's login is being relayed
 * @param budget how many server connections the account may hold now
 * @param oldestWait how long the first in the queue has been waiting; zero when nobody waits
 * @param pins clients that keep their server connection for a reason
 */
public record PoolRow(
        String account,
        int clientsActive,
        int clientsWaiting,
        int clientsIdle,
        int serversLeased,
        int serversIdle,
        int serversOpening,
        int serversLogin,
        int budget,
        Duration oldestWait,
        int pins) {}
