/** Counts durations in classes of at most 1.6 % width. Not thread-safe. */
final class Latencies {
    private static final int SUB = 64;

    private final long[] counts = new long[64 * SUB];
    private long total;

    void add(long nanos) {
        long value = Math.max(nanos, SUB);
        int exponent = 63 - Long.numberOfLeadingZeros(value) - 6;
        counts[exponent * SUB + (int) (value >> exponent) - SUB]++;
        total++;
    }

    void add(Latencies other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
    }

    void clear() {
        java.util.Arrays.fill(counts, 0);
        total = 0;
    }

    long total() {
        return total;
    }

    /** The duration that so many of a thousand do not exceed. */
    double millis(double perMille) {
        long left = (long) Math.ceil(total * perMille / 1000);
        for (int i = 0; i < counts.length; i++) {
            left -= counts[i];
            if (counts[i] > 0 && left <= 0) {
                return (double) ((long) (SUB + i % SUB) << i / SUB) / 1e6;
            }
        }
        return 0;
    }
}
