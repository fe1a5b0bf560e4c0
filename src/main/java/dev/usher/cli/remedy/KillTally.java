package dev.usher.cli.remedy;

import dev.usher.doctor.sessions.KillResult;
import dev.usher.doctor.sessions.KillResult.Outcome;
import dev.usher.doctor.sizing.Percentile;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What all attempts together came to. */
public final class KillTally {
    private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    private final Percentile gaps = new Percentile();

    public void add(List<KillResult> kills) {
        for (KillResult kill : kills) {
            counts.merge(kill.outcome(), 1, Integer::sum);
            kill.gap().ifPresent(gap -> gaps.add(gap.untilKill().toNanos() / 1000, 1));
        }
    }

    public int count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0);
    }

    public boolean isEmpty() {
        return counts.isEmpty();
    }

    /** The {@code percent}th percentile of the time from before the check until the KILL. */
    public Duration gap(int percent) {
        return Duration.ofNanos(gaps.at(percent).orElse(0) * 1000);
    }

    /** One line. */
    public String text() {
        String outcomes =
                counts.entrySet().stream().map(entry -> entry.getValue() + " " + words(entry.getKey())).collect(Collectors.joining(", "));
        return outcomes
                + (gaps.count() == 0 ? "" : "; from check to KILL %d us in the median, %d us at most".formatted(micros(50), micros(100)));
    }

    private long micros(int percent) {
        return gap(percent).toNanos() / 1000;
    }

    static String words(Outcome outcome) {
        return switch (outcome) {
            case KILLED -> "killed";
            case KILLED_UNSEEN -> "killed, and gone before another look";
            case KILLED_AWAKE -> "killed although it had just woken up";
            case BECAME_ACTIVE -> "left alone: active";
            case USED_AGAIN -> "left alone: used since";
            case TOO_LATE -> "left alone: no KILL soon enough after its check";
            case GONE -> "gone";
            case REFUSED -> "not killed: the server refuses";
        };
    }
}
