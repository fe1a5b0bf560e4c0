package dev.usher.cli.remedy;

import dev.usher.doctor.leaks.SeenSession;
import dev.usher.doctor.leaks.Suspect;
import dev.usher.doctor.sessions.KillResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** {@code usher leaks} in lines for people. */
public final class LeaksReport {
    private static final int SHOWN = 20;

    private LeaksReport() {}

    public static List<String> suspects(LeaksRound round) {
        List<String> lines = new ArrayList<>();
        if (!round.missing().isEmpty()) {
            lines.add("Note: " + round.missing() + ".");
        }
        if (round.suspects().isEmpty()) {
            lines.add("No leak: %d connections, and the evidence speaks against it for each client.".formatted(round.connections()));
        }
        for (Suspect suspect : round.suspects()) {
            lines.add("");
            lines.add("%s   score %d: %d of %d connections leaked".formatted(suspect.client(), suspect.score(), suspect.leaked().size(),
                    suspect.connections().size()));
            suspect.evidence().forEach(evidence -> lines.add("  %+4d  %s".formatted(evidence.points(), evidence.text())));
            List<SeenSession> leaked = suspect.leaked();
            leaked.stream().limit(SHOWN)
                    .forEach(session -> lines.add("    id %-10d asleep %-8s%s%s".formatted(session.id(), text(session.since()),
                            session.transaction().map(open -> " transaction " + text(open.age()) + ", " + open.locked() + " rows locked")
                                    .orElse(""),
                            session.text().map(sql -> "  " + sql).orElse("")).stripTrailing()));
            if (leaked.size() > SHOWN) {
                lines.add("    and %d more".formatted(leaked.size() - SHOWN));
            }
        }
        return lines;
    }

    public static List<String> kills(LeaksRound round) {
        List<String> lines = new ArrayList<>();
        for (KillResult kill : round.kills()) {
            lines.add("  id %-10d %s%s".formatted(kill.session().id(), KillTally.words(kill.outcome()),
                    kill.detail().isEmpty() ? "" : " (" + kill.detail() + ")"));
        }
        if (round.postponed() > 0) {
            lines.add("  %d more wait for the limit of kills a minute".formatted(round.postponed()));
        }
        return lines;
    }

    private static String text(Duration duration) {
        long seconds = duration.toSeconds();
        return seconds < 600 ? seconds + " s" : seconds < 36_000 ? seconds / 60 + " min" : seconds / 3600 + " h";
    }
}
