package dev.usher.config;

import static dev.usher.config.Settings.CREDENTIAL_TTL;
import static dev.usher.config.Settings.HAND_OVER;
import static dev.usher.config.Settings.MAX_CLIENT_CONNECTIONS;
import static dev.usher.config.Settings.MAX_SERVER_CONNECTIONS;
import static dev.usher.config.Settings.MAX_WAITING;
import static dev.usher.config.Settings.OPENING_RATE;
import static dev.usher.config.Settings.PER_ACCOUNT_LIMIT;
import static dev.usher.config.Settings.PRIVILEGE_TTL;
import static dev.usher.config.Settings.RESERVE;
import static dev.usher.config.Settings.SERVER_IDLE_LIMIT;
import static dev.usher.config.Settings.SERVER_LIFETIME;
import static dev.usher.config.Settings.SERVER_SIDE_CODE;
import static dev.usher.config.Settings.WAIT_LIMIT;
import static dev.usher.config.Settings.WORKERS;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * Server connections and who gets them.
 *
 * @param maxServerConnections the budget
 * @param reserve connections of the server that an {@code auto} budget leaves to administrators
 * @param waitLimit how long a client connection waits for a lease before it is refused
 * @param maxWaiting how many client connections may wait
 * @param workers 0 for as many as suit the machine and the budget
 * @param serverIdleLimit an idle server connection is closed after this time
 * @param serverLifetime a server connection is retired at about this age; the pool adds jitter
 * @param openingRate new server connections per second, at most
 * @param credentialTtl what was learned about an account is confirmed with the server at least this often
 * @param privilegeTtl a server connection is re-authenticated when its login is older
 * @param trustServerSideCode whether routines and triggers are taken to leave nothing behind in the session
 * @param perAccountLimit server connections that one account may hold
 * @param pins sessions that keep their server connection
 */
public record PoolConfig(
        ServerConnectionLimit maxServerConnections,
        int reserve,
        HandOver handOver,
        Duration waitLimit,
        int maxWaiting,
        int workers,
        Duration serverIdleLimit,
        Duration serverLifetime,
        int openingRate,
        Duration credentialTtl,
        Duration privilegeTtl,
        boolean trustServerSideCode,
        OptionalInt perAccountLimit,
        PinConfig pins) {
    public PoolConfig {
        Check.atLeast(RESERVE.name(), reserve, 0);
        Check.notNegative(WAIT_LIMIT.name(), waitLimit);
        Check.atLeast(MAX_WAITING.name(), maxWaiting, 0);
        Check.atLeast(WORKERS.name(), workers, 0);
        Check.positive(SERVER_IDLE_LIMIT.name(), serverIdleLimit);
        Check.positive(SERVER_LIFETIME.name(), serverLifetime);
        Check.atLeast(OPENING_RATE.name(), openingRate, 1);
        Check.positive(CREDENTIAL_TTL.name(), credentialTtl);
        Check.positive(PRIVILEGE_TTL.name(), privilegeTtl);
        perAccountLimit.ifPresent(limit -> Check.atLeast(PER_ACCOUNT_LIMIT.name(), limit, 1));
    }

    static PoolConfig from(SettingValues values) {
        return new PoolConfig(
                values.get(MAX_SERVER_CONNECTIONS),
                values.get(RESERVE),
                values.get(HAND_OVER),
                values.get(WAIT_LIMIT),
                values.optional(MAX_WAITING).orElseGet(() -> values.get(MAX_CLIENT_CONNECTIONS)),
                values.get(WORKERS),
                values.get(SERVER_IDLE_LIMIT),
                values.get(SERVER_LIFETIME),
                values.get(OPENING_RATE),
                values.get(CREDENTIAL_TTL),
                values.get(PRIVILEGE_TTL),
                values.get(SERVER_SIDE_CODE) == ServerSideCode.TRUST,
                values.optional(PER_ACCOUNT_LIMIT).map(OptionalInt::of).orElse(OptionalInt.empty()),
                PinConfig.from(values));
    }

    /** A fixed budget. */
    public PoolConfig withMaxServerConnections(int connections) {
        return withMaxServerConnections(new ServerConnectionLimit.Fixed(connections));
    }

    public PoolConfig withMaxServerConnections(ServerConnectionLimit other) {
        return new PoolConfig(
                other, reserve, handOver, waitLimit, maxWaiting, workers, serverIdleLimit, serverLifetime,
                openingRate, credentialTtl, privilegeTtl, trustServerSideCode, perAccountLimit, pins);
    }

    public PoolConfig withReserve(int other) {
        return new PoolConfig(
                maxServerConnections, other, handOver, waitLimit, maxWaiting, workers, serverIdleLimit,
                serverLifetime, openingRate, credentialTtl, privilegeTtl, trustServerSideCode, perAccountLimit, pins);
    }

    public PoolConfig withHandOver(HandOver other) {
        return new PoolConfig(
                maxServerConnections, reserve, other, waitLimit, maxWaiting, workers, serverIdleLimit,
                serverLifetime, openingRate, credentialTtl, privilegeTtl, trustServerSideCode, perAccountLimit, pins);
    }

    public PoolConfig withWaitLimit(Duration other) {
        return new PoolConfig(
                maxServerConnections, reserve, handOver, other, maxWaiting, workers, serverIdleLimit,
                serverLifetime, openingRate, credentialTtl, privilegeTtl, trustServerSideCode, perAccountLimit, pins);
    }

    public PoolConfig withMaxWaiting(int other) {
        return new PoolConfig(
                maxServerConnections, reserve, handOver, waitLimit, other, workers, serverIdleLimit, serverLifetime,
                openingRate, credentialTtl, privilegeTtl, trustServerSideCode, perAccountLimit, pins);
    }

    public PoolConfig withWorkers(int other) {
        return new PoolConfig(
                maxServerConnections, reserve, handOver, waitLimit, maxWaiting, other, serverIdleLimit,
                serverLifetime, openingRate, credentialTtl, privilegeTtl, trustServerSideCode, perAccountLimit, pins);
    }

    public PoolConfig withServerIdleLimit(Duration other) {
        return new PoolConfig(
                maxServerConnections, reserve, handOver, waitLimit, maxWaiting, workers, other, serverLifetime,
                openingRate, credentialTtl, privilegeTtl, trustServerSideCode, perAccountLimit, pins);
    }

    public PoolConfig withServerLifetime(Duration other) {
        return new PoolConfig(
                maxServerConnections, reserve, handOver, waitLimit, maxWaiting, workers, serverIdleLimit, other,
                openingRate, credentialTtl, privilegeTtl, trustServerSideCode, perAccountLimit, pins);
    }

    public PoolConfig withOpeningRate(int other) {
        return new PoolConfig(
                maxServerConnections, reserve, handOver, waitLimit, maxWaiting, workers, serverIdleLimit,
                serverLifetime, other, credentialTtl, privilegeTtl, trustServerSideCode, perAccountLimit, pins);
    }

    public PoolConfig withCredentialTtl(Duration other) {
        return new PoolConfig(
                maxServerConnections, reserve, handOver, waitLimit, maxWaiting, workers, serverIdleLimit,
                serverLifetime, openingRate, other, privilegeTtl, trustServerSideCode, perAccountLimit, pins);
    }

    public PoolConfig withPrivilegeTtl(Duration other) {
        return new PoolConfig(
                maxServerConnections, reserve, handOver, waitLimit, maxWaiting, workers, serverIdleLimit,
                serverLifetime, openingRate, credentialTtl, other, trustServerSideCode, perAccountLimit, pins);
    }

    public PoolConfig withTrustServerSideCode(boolean other) {
        return new PoolConfig(
                maxServerConnections, reserve, handOver, waitLimit, maxWaiting, workers, serverIdleLimit,
                serverLifetime, openingRate, credentialTtl, privilegeTtl, other, perAccountLimit, pins);
    }

    public PoolConfig withPerAccountLimit(OptionalInt other) {
        return new PoolConfig(
                maxServerConnections, reserve, handOver, waitLimit, maxWaiting, workers, serverIdleLimit,
                serverLifetime, openingRate, credentialTtl, privilegeTtl, trustServerSideCode, other, pins);
    }

    public PoolConfig withPins(PinConfig other) {
        return new PoolConfig(
                maxServerConnections, reserve, handOver, waitLimit, maxWaiting, workers, serverIdleLimit,
                serverLifetime, openingRate, credentialTtl, privilegeTtl, trustServerSideCode, perAccountLimit, other);
    }
}
