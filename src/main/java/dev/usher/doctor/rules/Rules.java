package dev.usher.doctor.rules;

import dev.usher.doctor.facts.Facts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Asks every rule, ranks what they find and says which cause it is. */
public final class Rules {
    private static final List<Rule> ALL =
            List.of(new SystemLimitRule(), new MemoryRule(), new AccountRule(), new FloodRule(), new StormRule(),
                    new LeakRule(), new PoolerMissingRule(), new PoolsRule(), new ProxySqlRule(), new LimitRule(), new NotesRule());

    private static final double LEAST_CONFIDENCE = 0.5;

    private Rules() {}

    public static Diagnosis judge(Facts facts) {
        Picture picture = Picture.of(facts);
        List<Finding> findings = new ArrayList<>();
        ALL.forEach(rule -> findings.addAll(rule.judge(picture)));
        findings.sort(Comparator.comparing((Finding finding) -> !finding.accuses())
                .thenComparing(Comparator.comparingDouble(Finding::weight).reversed()));
        // A full server is not healthy, however little is sure.
        double least = picture.isFull() ? 0 : LEAST_CONFIDENCE;
        Optional<Finding> first = findings.stream().filter(finding -> finding.accuses() && finding.confidence() >= least).findFirst();
        if (first.isPresent()) {
            Finding finding = first.get();
            return new Diagnosis(facts, picture, finding.cause(), finding.confidence(), finding.severity(), finding.summary(),
                    List.copyOf(findings));
        }
        return new Diagnosis(facts, picture, Cause.HEALTHY, facts.samples().size() > 1 ? 0.9 : 0.6, Severity.INFO, headRoom(picture),
                List.copyOf(findings));
    }

    private static String headRoom(Picture picture) {
        long free = Math.max(0, picture.limit() - picture.connected());
        String text = picture.connected() + " of " + picture.limit() + " connections, " + free + " free";
        int first = picture.facts().first().sessions().size();
        int growth = picture.current() - first;
        double minutes = picture.facts().watched().toMillis() / 60_000.0;
        if (growth >= 3 && minutes > 0) {
            return text + "; growing by " + Text.number(growth / minutes) + " a minute: full in "
                    + Text.age(java.time.Duration.ofSeconds(Math.round(free / (growth / minutes) * 60)));
        }
        return text + ", and not growing";
    }
}
