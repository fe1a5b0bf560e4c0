package dev.usher.differential;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Sessions and the schedule of what they send, as a text that can be kept and run again. */
record Script(List<Profile> sessions, List<Step> steps) {
    Script {
        sessions = List.copyOf(sessions);
        steps = List.copyOf(steps);
    }

    Script withSteps(List<Step> other) {
        return new Script(sessions, other);
    }

    @Override
    public String toString() {
        return "SESSIONS " + sessions.stream().map(Profile::toString).collect(Collectors.joining(" ")) + "\n"
                + steps.stream().map(Step::toString).collect(Collectors.joining("\n"));
    }

    static Script parse(String text) {
        List<Profile> sessions = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        for (String line : text.lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#")).toList()) {
            if (line.startsWith("SESSIONS ")) {
                Arrays.stream(line.split(" ")).skip(1).map(Profile::parse).forEach(sessions::add);
            } else {
                steps.add(Step.parse(line));
            }
        }
        return new Script(sessions, steps);
    }
}
