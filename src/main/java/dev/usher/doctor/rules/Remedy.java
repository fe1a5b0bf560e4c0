package dev.usher.doctor.rules;

import java.util.List;

/**
 * Something to do. Nothing is done by showing it.
 *
 * @param when now, or for good, or under which condition
 * @param why it helps
 * @param statements SQL for this server, to be run as they are
 * @param configuration lines for this server's option file, or where else settings are kept
 * @param notThis what looks like a remedy here and is not, or empty
 */
public record Remedy(String when, String why, List<String> statements, List<String> configuration, String notThis) {}
