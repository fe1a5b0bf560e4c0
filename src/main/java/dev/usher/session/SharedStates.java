package dev.usher.session;

import java.util.HashMap;
import java.util.Map;

/**
 * One object for each state that sessions of a pool have: thousands of clients that were given the same schema, or ran the same SET, keep one between them, and
 * equal ones are told by their identity. It is all one if a state has more than one, so that the oldest need not be known when there are too many.
 */
public final class SharedStates {
    private static final int MOST = 256;

    private final Map<SessionState, SessionState> states = new HashMap<>();

    /** The one that stands for all that are equal to {@code state}. */
    public SessionState of(SessionState state) {
        SessionState known = states.get(state);
        if (known != null) {
            return known;
        }
        if (states.size() == MOST) {
            states.clear();
        }
        states.put(state, state);
        return state;
    }
}
