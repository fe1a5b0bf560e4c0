package dev.usher.cli.remedy;

import dev.usher.doctor.leaks.Suspect;
import dev.usher.doctor.sessions.KillResult;
import java.util.List;

/**
 * One judgement, and what was done about it.
 *
 * @param connections how many there were, of all clients
 * @param postponed what the limit of kills a minute left for a later round
 */
public record LeaksRound(String server, String missing, int connections, List<Suspect> suspects, List<KillResult> kills, int postponed) {
    public int leaked() {
        return suspects.stream().mapToInt(suspect -> suspect.leaked().size()).sum();
    }
}
