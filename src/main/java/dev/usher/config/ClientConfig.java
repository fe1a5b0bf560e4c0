package dev.usher.config;

import static dev.usher.config.Settings.DRAIN_LIMIT;
import static dev.usher.config.Settings.LOGIN_TIMEOUT;
import static dev.usher.config.Settings.MAX_CLIENT_CONNECTIONS;
import static dev.usher.config.Settings.PROXY_PROTOCOL_FROM;

import java.time.Duration;
import java.util.List;

/**
 * Client connections.
 *
 * @param loginTimeout how long Usher waits for each answer of a client that logs in
 * @param drainLimit how long running statements and transactions may go on when Usher stops
 * @param proxyProtocolFrom peers that may, and then must, send a PROXY protocol header
 */
public record ClientConfig(
        int maxClientConnections, Duration loginTimeout, Duration drainLimit, List<Cidr> proxyProtocolFrom) {
    public ClientConfig {
        Check.atLeast(MAX_CLIENT_CONNECTIONS.name(), maxClientConnections, 1);
        Check.positive(LOGIN_TIMEOUT.name(), loginTimeout);
        Check.notNegative(DRAIN_LIMIT.name(), drainLimit);
        proxyProtocolFrom = List.copyOf(proxyProtocolFrom);
    }

    static ClientConfig from(SettingValues values) {
        return new ClientConfig(
                values.get(MAX_CLIENT_CONNECTIONS),
                values.get(LOGIN_TIMEOUT),
                values.get(DRAIN_LIMIT),
                values.get(PROXY_PROTOCOL_FROM));
    }

    public ClientConfig withMaxClientConnections(int other) {
        return new ClientConfig(other, loginTimeout, drainLimit, proxyProtocolFrom);
    }

    public ClientConfig withLoginTimeout(Duration other) {
        return new ClientConfig(maxClientConnections, other, drainLimit, proxyProtocolFrom);
    }

    public ClientConfig withDrainLimit(Duration other) {
        return new ClientConfig(maxClientConnections, loginTimeout, other, proxyProtocolFrom);
    }

    public ClientConfig withProxyProtocolFrom(List<Cidr> other) {
        return new ClientConfig(maxClientConnections, loginTimeout, drainLimit, other);
    }
}
