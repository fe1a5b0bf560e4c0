package dev.usher.bench;

import dev.usher.session.Baseline;
import dev.usher.session.RestorePlan;
import dev.usher.session.SessionState;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Sessions' states: compared for every idle connection that a lease is chosen from, made anew when a variable changes, and turned into a restore where they differ. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class States {
    /** How many variables differ from the baseline. */
    @Param({"0", "2", "10"})
    public int changed;

    private Baseline baseline;
    private SessionState one;
    private SessionState equal;
    private SessionState other;

    @Setup
    public void make() {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < 400; i++) {
            values.put("variable_" + i, "initial value " + i);
        }
        baseline = new Baseline(values);
        one = state();
        equal = state();
        other = baseline.apply(state(), "variable_7", "another value");
    }

    /** Each time out of strings of its own, as they come from two connections. */
    private SessionState state() {
        SessionState state = SessionState.INITIAL.withSchema(new String("shop"));
        for (int i = 0; i < changed; i++) {
            state = baseline.apply(state, "variable_" + i * 31, "another value " + i);
        }
        return state;
    }

    @Benchmark
    public boolean compareWithEqual() {
        return one.equals(equal);
    }

    @Benchmark
    public boolean compareWithOther() {
        return one.equals(other);
    }

    /** A variable is changed, which makes a new fingerprint. */
    @Benchmark
    public int fingerprint() {
        return baseline.apply(one, "variable_7", "another value").fingerprint();
    }

    @Benchmark
    public RestorePlan planOfRestore() {
        return RestorePlan.between(one, other, baseline);
    }
}
