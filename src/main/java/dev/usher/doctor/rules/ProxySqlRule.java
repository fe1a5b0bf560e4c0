package dev.usher.doctor.rules;

import dev.usher.doctor.facts.ProxySql;
import java.util.ArrayList;
import java.util.List;

/** A ProxySQL in front whose limits do not fit, or which does not share its connections. */
final class ProxySqlRule implements Rule {
    @Override
    public List<Finding> judge(Picture picture) {
        return picture.facts().proxySql().map(proxy -> judge(proxy, picture)).orElse(List.of());
    }

    private static List<Finding> judge(ProxySql proxy, Picture picture) {
        List<Finding> all = new ArrayList<>();
        long used = proxy.servers().stream().mapToLong(ProxySql.Backend::used).sum();
        for (ProxySql.Backend server : proxy.servers()) {
            if (server.maxConnections() > picture.limit()) {
                all.add(finding("proxysql_limit_above_server", picture, picture.isTight() ? 0.94 : 0.5,
                        "ProxySQL may open " + server.maxConnections() + " connections to " + server.address() + ", which has "
                                + picture.limit(),
                        List.of("mysql_servers.max_connections = " + server.maxConnections() + " in hostgroup " + server.hostgroup(),
                                server.used() + " used, " + server.free() + " free, " + server.errors() + " failed"),
                        "UPDATE mysql_servers SET max_connections = " + Math.max(1, picture.limit() * 8 / 10) + " WHERE hostgroup_id = "
                                + server.hostgroup()
                                + "; LOAD MYSQL SERVERS TO RUNTIME; SAVE MYSQL SERVERS TO DISK;"));
            } else if (server.used() + server.free() >= server.maxConnections()) {
                all.add(finding("proxysql_server_full", picture, 0.8,
                        "ProxySQL has all its " + server.maxConnections() + " connections to " + server.address(),
                        List.of(server.used() + " used, " + server.free() + " free", "clients wait for one, up to 10 s, then error 9001"),
                        ""));
            }
        }
        if (used > 10 && used >= 0.8 * proxy.clientConnections()) {
            all.add(finding("proxysql_does_not_multiplex", picture, picture.isTight() ? 0.75 : 0.5,
                    "ProxySQL does not share: " + proxy.clientConnections() + " client connections use " + used + " server connections",
                    List.of("multiplexing ratio " + Text.number((double) proxy.clientConnections() / used),
                            proxy.hostgroupLocked() + " sessions are locked to a hostgroup"),
                    ""));
        }
        proxy.users().stream().filter(user -> user.connections() >= user.maxConnections()).forEach(user -> all.add(
                finding("proxysql_user_full", picture, 0.8,
                        "user " + user.name() + " has all its " + user.maxConnections() + " connections to ProxySQL",
                        List.of("mysql_users.max_connections = " + user.maxConnections()), "")));
        return List.copyOf(all);
    }

    private static Finding finding(String id, Picture picture, double confidence, String summary, List<String> evidence, String statement) {
        return new Finding(id, Cause.POOLER_MISCONFIGURED, picture.severity(), confidence, 1, summary, evidence,
                "the numbers of ProxySQL being far from its limits while clients are refused",
                List.of(new Remedy("on ProxySQL's admin interface", "its limit then fits the server's",
                        statement.isEmpty() ? List.of() : List.of(statement), List.of(),
                        "Do not raise the server's limit to that of the proxy.")));
    }
}
