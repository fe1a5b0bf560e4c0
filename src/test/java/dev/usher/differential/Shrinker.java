package dev.usher.differential;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes a script that shows a difference as short as it gets within a number of tries: whole sessions go first, then runs of steps, then single ones. */
final class Shrinker {
    private static final int TRIES = Integer.getInteger("usher.differential.tries", 300);

    private final Stage stage;
    private Script script;
    private Difference difference;
    private int tries;

    Shrinker(Stage stage, Script script, Difference difference) {
        this.stage = stage;
        this.script = script;
        this.difference = difference;
    }

    Script script() {
        return script;
    }

    Difference difference() {
        return difference;
    }

    Shrinker shrink() throws SQLException, IOException {
        List<Step> steps = new ArrayList<>(script.steps().subList(0, difference.index() + 1));
        script = script.withSteps(steps);
        if (!comesBack()) {
            return this;
        }
        for (int session = 0; session < script.sessions().size(); session++) {
            int gone = session;
            attempt(script.steps().stream().filter(step -> step.session() != gone).toList());
        }
        int size;
        do {
            size = script.steps().size();
            for (int chunk = Math.max(1, size / 2); chunk >= 1; chunk /= 2) {
                leaveOut(chunk);
            }
        } while (script.steps().size() < size && tries < TRIES);
        for (int i = 0; i < script.steps().size(); i++) {
            Step step = script.steps().get(i);
            if (step.together()) {
                List<Step> apart = new ArrayList<>(script.steps());
                apart.set(i, new Step(step.session(), false, step.command()));
                attempt(apart);
            }
        }
        return this;
    }

    /** What depends on the connections that a run happens to get may not be there a second time; then shorter scripts show nothing. */
    private boolean comesBack() throws SQLException, IOException {
        for (int i = 0; i < 5; i++) {
            if (stage.play(script).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** From the end, so that what is left of the beginning still makes sense. */
    private void leaveOut(int chunk) throws SQLException, IOException {
        for (int to = script.steps().size(); to > 0; to -= chunk) {
            List<Step> less = new ArrayList<>(script.steps());
            less.subList(Math.max(0, to - chunk), to).clear();
            attempt(less);
            to = Math.min(to, script.steps().size());
        }
    }

    private void attempt(List<Step> steps) throws SQLException, IOException {
        if (steps.isEmpty() || tries >= TRIES) {
            return;
        }
        tries++;
        List<Step> sound = new ArrayList<>(steps);
        Step first = sound.getFirst();
        sound.set(0, new Step(first.session(), false, first.command()));
        Script candidate = script.withSteps(sound);
        Optional<Difference> still = stage.play(candidate);
        if (still.isPresent() && still.get().kind().equals(difference.kind())) {
            difference = still.get();
            script = candidate.withSteps(sound.subList(0, difference.index() + 1));
        }
    }
}
