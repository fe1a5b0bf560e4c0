package dev.usher.doctor.sizing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.doctor.sizing.RaisePlan.Raise;
import dev.usher.doctor.sizing.RaisePlan.Reason;
import dev.usher.doctor.sizing.RaisePlan.Refused;
import dev.usher.doctor.sizing.RaisePlan.Unchanged;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RaisePlanTest {
    private final SizingInputs given = new SizingInputs();

    @Test
    void autoGoesToTheRecommendation() {
        given.sessions = SizingInputs.measured(100 << 10, 1 << 20);
        Sizing sizing = given.sizing();

        assertThat(RaisePlan.of(sizing, OptionalInt.empty(), false)).isEqualTo(new Raise(sizing.recommended(), ""));
    }

    @Test
    void autoNamesTheCeilingWhenNothingMoreIsSafeWithAllActive() {
        given.variables.put("max_connections", "3000");

        assertThat(RaisePlan.of(given.sizing(), OptionalInt.empty(), false)).isInstanceOfSatisfying(Unchanged.class,
                plan -> assertThat(plan.why()).contains("--to " + given.sizing().ceiling()));
    }

    @Test
    void upToTheCeilingIsRaisedAndOneMoreIsRefused() {
        Sizing sizing = given.sizing();

        assertThat(RaisePlan.of(sizing, OptionalInt.of(sizing.ceiling()), false)).isEqualTo(new Raise(sizing.ceiling(), ""));
        // Below 10,000 it depends on force alone.
        given.memory = 4 * SizingInputs.GIB;
        given.available = 2 * SizingInputs.GIB;
        Sizing small = given.sizing();
        assertThat(small.ceiling()).isLessThan(9_999);
        OptionalInt above = OptionalInt.of(small.ceiling() + 1);
        assertThat(RaisePlan.of(small, above, false)).isInstanceOfSatisfying(Refused.class, plan -> {
            assertThat(plan.reason()).isEqualTo(Reason.ABOVE_CEILING);
            assertThat(plan.why()).contains("the system kills the server").contains("--force");
        });
        assertThat(RaisePlan.of(small, above, true)).isInstanceOfSatisfying(Raise.class,
                plan -> assertThat(plan.consequence()).contains("the system kills the server"));
    }

    @Test
    void tenThousandWithoutTheMemoryIsRefusedByNameAndForceDoesNotHelp() {
        given.memory = 4 * SizingInputs.GIB;
        given.available = 2 * SizingInputs.GIB;

        for (boolean force : new boolean[]{false, true}) {
            assertThat(RaisePlan.of(given.sizing(), OptionalInt.of(10_000), force)).isInstanceOfSatisfying(Refused.class, plan -> {
                assertThat(plan.reason()).isEqualTo(Reason.TEN_THOUSAND_WITHOUT_THE_MEMORY);
                assertThat(plan.reason().id()).isEqualTo("ten_thousand_without_the_memory");
                assertThat(plan.why()).startsWith("10,000 connections, and no memory for them");
            });
        }
    }

    @Test
    void tenThousandWithTheMemoryIsFine() {
        given.memory = 256 * SizingInputs.GIB;
        given.available = 250 * SizingInputs.GIB;

        assertThat(RaisePlan.of(given.sizing(), OptionalInt.of(10_000), false)).isEqualTo(new Raise(10_000, ""));
    }

    @Test
    void raiseDoesNotLower() {
        assertThat(RaisePlan.of(given.sizing(), OptionalInt.of(100), false)).isInstanceOf(Unchanged.class);
    }

    @Test
    void unknownMemoryAsksForIt() {
        given.local = false;

        assertThat(RaisePlan.of(given.sizing(), OptionalInt.empty(), false)).isInstanceOfSatisfying(Refused.class,
                plan -> assertThat(plan.why()).contains("--memory SIZE"));
        assertThat(RaisePlan.of(given.sizing(), OptionalInt.of(500), true)).isInstanceOf(Raise.class);
    }

    @Test
    void noServerTakesMoreThanAHundredThousand() {
        assertThat(RaisePlan.of(given.sizing(), OptionalInt.of(100_001), true)).isInstanceOfSatisfying(Refused.class,
                plan -> assertThat(plan.reason()).isEqualTo(Reason.ABOVE_SERVER_MAXIMUM));
    }
}
