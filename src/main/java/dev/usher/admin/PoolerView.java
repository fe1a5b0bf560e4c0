package dev.usher.admin;

import java.util.List;
import java.util.SortedMap;

/**
 * The pooler as admin statements see it. Every method is called on the admin listener's own thread and may wait for the
 * workers for a moment; what it returns is a snapshot that nobody changes.
 */
public interface PoolerView {
    List<PoolRow> pools();

    List<ClientRow> clients();

    List<ServerRow> servers();

    /** Client connections that keep their server connection, the costliest first. */
    List<PinRow> pins();

    /** Pins that have ended, by statement, the costliest first. */
    List<PinTotalRow> pinTotals();

    /** Counters and gauges by name, in lower case with underscores; values are texts or numbers. */
    SortedMap<String, ?> status();

    /**
     * Ends a client connection, or only the statement that it runs.
     *
     * @param clientId the id that its greeting had
     */
    KillOutcome kill(long clientId, boolean queryOnly);

    /** What became of a KILL. */
    sealed interface KillOutcome {
        record Killed() implements KillOutcome {}

        record NoSuchConnection() implements KillOutcome {}

        /** The statement goes on, and why. */
        record NotKilled(int code, String sqlState, String message) implements KillOutcome {}
    }
}
