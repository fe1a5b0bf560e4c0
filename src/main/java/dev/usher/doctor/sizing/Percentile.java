package dev.usher.doctor.sizing;

import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Percentiles of weighted values. */
public final class Percentile {
    private final TreeMap<Long, Long> weights = new TreeMap<>();
    private long total;

    public void add(long value, long weight) {
        weights.merge(value, weight, Long::sum);
        total += weight;
    }

    public long count() {
        return total;
    }

    /** This, or an empty one where there is less than {@code count}. */
    public Percentile atLeast(long count) {
        return total >= count ? this : new Percentile();
    }

    /**
     * The smallest value that {@code percent} of all are not above.
     *
     * @param percent 1 to 100
     */
    public OptionalLong at(int percent) {
        long below = 0;
        for (Map.Entry<Long, Long> entry : weights.entrySet()) {
            below += entry.getValue();
            if (below * 100 >= total * percent) {
                return OptionalLong.of(entry.getKey());
            }
        }
        return OptionalLong.empty();
    }
}
