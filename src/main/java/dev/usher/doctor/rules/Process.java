package dev.usher.doctor.rules;

import dev.usher.doctor.facts.ClientProcess;
import dev.usher.doctor.facts.Session;
import java.util.List;

/**
 * The connections of one client process, or of one account, host and program where the process is not known.
 *
 * @param sessions in the last sample
 * @param used how many of them have done something while we watched
 * @param dormant how many have slept all the time
 * @param countAt how many there were in each sample
 * @param closed how many have gone while we watched
 */
public record Process(ClientProcess client, List<Session> sessions, int used, List<Session> dormant, List<Integer> countAt, int closed) {
    public int size() {
        return sessions.size();
    }

    /** By how much it has grown. */
    int growth() {
        return countAt.getLast() - countAt.getFirst();
    }

    /** Whether it grew in most parts of the watch, rather than at once as a pool that fills. */
    boolean growsSteadily() {
        int parts = 4;
        if (countAt.size() < parts + 1) {
            return false;
        }
        int grew = 0;
        for (int part = 0; part < parts; part++) {
            int from = part * (countAt.size() - 1) / parts;
            int to = (part + 1) * (countAt.size() - 1) / parts;
            grew += countAt.get(to) > countAt.get(from) ? 1 : 0;
        }
        return grew >= parts - 1;
    }
}
