package dev.usher.doctor.report;

/**
 * What {@code max_connections} is, and what it could be.
 *
 * @param limitedBy what keeps it from being more
 */
public record LimitAdvice(long current, long recommended, long ceiling, String limitedBy) {}
