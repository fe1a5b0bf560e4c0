package dev.usher.doctor.rules;

import java.util.ArrayList;
import java.util.List;

/** A server that is full of connections which are used, and could have more. */
final class LimitRule implements Rule {
    /** The servers' own default. */
    private static final int DEFAULT = 151;

    @Override
    public List<Finding> judge(Picture picture) {
        if (!picture.isFull()) {
            return List.of();
        }
        long used = picture.facts().last().sessions().stream().filter(session -> picture.usedIds().contains(session.id())).count();
        double share = picture.shareOfCurrent(used);
        double confidence = picture.facts().samples().size() > 1 ? 0.45 + 0.4 * share : 0.4;
        List<String> evidence = new ArrayList<>();
        evidence.add(picture.connected() + " of " + picture.limit() + " connections, " + used + " of the " + picture.current()
                + " present have executed something in " + picture.watched());
        if (picture.refused() > 0) {
            evidence.add(picture.refused() + " were refused in that time");
        }
        evidence.add("they come from " + Text.count(picture.processes().size(), "client process") + ", the largest with "
                + picture.processes().stream().mapToInt(Process::size).max().orElse(0));
        if (picture.limit() <= DEFAULT) {
            confidence = Math.min(0.92, confidence + 0.08);
            evidence.add("max_connections = " + picture.limit() + "; the servers' own default is " + DEFAULT);
        }
        return List.of(new Finding("limit_too_low", Cause.LIMIT_TOO_LOW, Severity.CRITICAL, confidence, share,
                "max_connections = " + picture.limit() + " is reached by connections that are in use", evidence,
                "most of the connections sleeping when you watch longer: then it is a leak or pools that are too large",
                List.of(Settings.run("now", "raises the limit as far as memory and descriptors allow, and keeps it",
                        List.of("-- usher raise --server URL --to auto"),
                        "Do not guess a large number: a server that runs out of memory is killed, with all its connections."),
                        Settings.advice("if it is near the ceiling already",
                                "a pool in front (usher serve --server HOST:PORT) lets as many clients share fewer "
                                        + "connections",
                                ""))));
    }
}
