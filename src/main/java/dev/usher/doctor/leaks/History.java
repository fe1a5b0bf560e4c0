package dev.usher.doctor.leaks;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is remembered of earlier looks: the looks of a while, and for each session that is still there whether it was ever used again after it
 * had slept. Not safe for several threads.
 */
public final class History {
    private static final int MOST_LOOKS = 60;

    private final Duration kept;
    private final Deque<Look> looks = new ArrayDeque<>();
    private final Set<Long> usedAgain = new HashSet<>();

    /** @param kept for how long looks are remembered */
    public History(Duration kept) {
        this.kept = kept;
    }

    public void add(Look look) {
        Look before = looks.peekLast();
        if (before != null) {
            Map<Long, SeenSession> earlier = byId(before);
            Set<Long> present = new HashSet<>();
            for (SeenSession session : look.sessions()) {
                present.add(session.id());
                SeenSession then = earlier.get(session.id());
                if (then != null && then.sleeps() && wasUsed(then, session, look.at().minus(before.at()))) {
                    usedAgain.add(session.id());
                }
            }
            usedAgain.retainAll(present);
        }
        looks.addLast(look);
        while (looks.size() > 2 && looks.getFirst().at().plus(kept).compareTo(look.at()) < 0) {
            looks.removeFirst();
        }
        if (looks.size() > MOST_LOOKS) {
            thinOut();
        }
    }

    /** Every second one goes, and the first and the last stay: what was seen of the sessions in between is remembered apart. */
    private void thinOut() {
        Look last = looks.removeLast();
        List<Look> all = new ArrayList<>(looks);
        looks.clear();
        for (int i = 0; i < all.size(); i += 2) {
            looks.addLast(all.get(i));
        }
        looks.addLast(last);
    }

    public List<Look> looks() {
        return new ArrayList<>(looks);
    }

    boolean wasUsedAgain(long id) {
        return usedAgain.contains(id);
    }

    /** Whether a session that slept has run something in between. */
    private static boolean wasUsed(SeenSession then, SeenSession now, Duration between) {
        if (!now.sleeps()) {
            return true;
        }
        if (then.lastStatement().isPresent() && now.lastStatement().isPresent()
                && then.lastStatement().getAsLong() != now.lastStatement().getAsLong()) {
            return true;
        }
        // A ping may leave no trace but the time. Whole seconds: one of doubt at either end.
        return now.since().plusSeconds(2).compareTo(then.since().plus(between)) < 0;
    }

    static Map<Long, SeenSession> byId(Look look) {
        Map<Long, SeenSession> sessions = new HashMap<>();
        look.sessions().forEach(session -> sessions.put(session.id(), session));
        return sessions;
    }
}
