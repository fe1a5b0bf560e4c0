package dev.usher.doctor.facts;

/**
 * Broken logins from a host, of which the server blocks it after {@code max_connect_errors}.
 *
 * @param total of all kinds, since the server knows the host
 */
public record HostErrors(String host, long connectErrors, long authenticationErrors, long total) {}
