package dev.usher.doctor.facts;

import java.time.Duration;

/**
 * One line of the process list.
 *
 * @param command such as {@code Sleep} or {@code Query}
 * @param time since when it is in this state
 * @param statementNumber changes when another statement has begun; 0 where the server does not tell
 * @param state the server's word for what it does
 * @param statement what runs, or empty
 */
public record Session(long id, ClientProcess client, String schema, String command, Duration time, long statementNumber, String state,
        String statement) {
    private static final String SLEEP = "Sleep";

    public boolean isSleeping() {
        return command.equals(SLEEP);
    }

    /** Whether it has not logged in yet. */
    public boolean isLoggingIn() {
        return command.equals("Connect") && client.account().equals("unauthenticated user");
    }

    /** Whether it executes something for a client. */
    public boolean isRunning() {
        return !isSleeping() && !isLoggingIn();
    }

    /** Whether it waits for what another session holds. */
    public boolean waitsForLock() {
        String lower = state.toLowerCase(java.util.Locale.ROOT);
        return lower.startsWith("waiting for") && lower.contains("lock") || lower.equals("user lock") || lower.equals("locked");
    }
}
