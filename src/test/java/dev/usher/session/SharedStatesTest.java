package dev.usher.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SharedStatesTest {
    private final SharedStates states = new SharedStates();

    @Test
    void givesEqualStatesTheSameObject() {
        SessionState first = states.of(SessionState.INITIAL.withSchema("shop").with("sql_mode", "ANSI"));
        SessionState second = SessionState.INITIAL.with("sql_mode", "ANSI").withSchema("shop");

        assertThat(second).isNotSameAs(first);
        assertThat(states.of(second)).isSameAs(first);
        assertThat(states.of(second.withSchema("other"))).isNotEqualTo(first);
    }

    @Test
    void goesOnWithMoreStatesThanItKeeps() {
        for (int i = 0; i < 10_000; i++) {
            SessionState state = SessionState.INITIAL.withSchema("tenant" + i);
            assertThat(states.of(state)).isSameAs(state);
            assertThat(states.of(SessionState.INITIAL.withSchema("tenant" + i))).isSameAs(state);
        }
    }
}
