package dev.usher.doctor.facts;

import java.util.List;

/**
 * A ProxySQL in front of the server, as its admin interface shows it.
 *
 * @param clientConnections connected to ProxySQL
 * @param servers its connections to servers
 * @param users whose limits matter
 * @param queries since it started
 * @param serverConnectionsCreated since it started
 */
public record ProxySql(long clientConnections, List<Backend> servers, List<User> users, long queries, long serverConnectionsCreated,
        long hostgroupLocked) {
    public record Backend(int hostgroup, String address, long maxConnections, long used, long free, long errors) {}

    public record User(String name, long maxConnections, long connections, boolean transactionPersistent) {}
}
