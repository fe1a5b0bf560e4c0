package dev.usher.config;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Everything that Usher was told: the file, with the flags on top, complete with defaults and valid as a whole. */
public record UsherConfig(
        ServerConfig server,
        List<ListenAddress> listen,
        PoolConfig pool,
        ClientConfig client,
        TlsConfig tls,
        AdminConfig admin,
        List<AccountConfig> accounts) {
    public UsherConfig {
        listen = List.copyOf(listen);
        accounts = List.copyOf(accounts);
        if (listen.isEmpty()) {
            throw new ConfigException("listen must have at least one address");
        }
        Set<String> users = new HashSet<>();
        for (AccountConfig account : accounts) {
            if (!users.add(account.user())) {
                throw new ConfigException("[[accounts]] has the user " + account.user() + " twice");
            }
        }
    }

    /** All defaults. */
    public static UsherConfig forServer(HostAndPort server) {
        return from(SettingValues.none().withFlag(Settings.SERVER, List.of(server.toString())), List.of());
    }

    static UsherConfig from(SettingValues values, List<AccountConfig> accounts) {
        return new UsherConfig(
                ServerConfig.from(values),
                values.get(Settings.LISTEN),
                PoolConfig.from(values),
                ClientConfig.from(values),
                TlsConfig.from(values),
                AdminConfig.from(values),
                accounts);
    }

    public UsherConfig withServer(ServerConfig other) {
        return new UsherConfig(other, listen, pool, client, tls, admin, accounts);
    }

    public UsherConfig withListen(ListenAddress... other) {
        return new UsherConfig(server, List.of(other), pool, client, tls, admin, accounts);
    }

    public UsherConfig withPool(PoolConfig other) {
        return new UsherConfig(server, listen, other, client, tls, admin, accounts);
    }

    public UsherConfig withClient(ClientConfig other) {
        return new UsherConfig(server, listen, pool, other, tls, admin, accounts);
    }

    public UsherConfig withTls(TlsConfig other) {
        return new UsherConfig(server, listen, pool, client, other, admin, accounts);
    }

    public UsherConfig withAdmin(AdminConfig other) {
        return new UsherConfig(server, listen, pool, client, tls, other, accounts);
    }

    public UsherConfig withAccounts(AccountConfig... other) {
        return new UsherConfig(server, listen, pool, client, tls, admin, List.of(other));
    }
}
