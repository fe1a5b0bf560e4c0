package dev.usher.doctor.facts;

/**
 * What an account may not exceed; 0 is no limit.
 *
 * @param account {@code user@hostpattern}
 * @param connections at the same time
 * @param connectionsPerHour new ones
 */
public record AccountLimit(String account, long connections, long connectionsPerHour) {}
