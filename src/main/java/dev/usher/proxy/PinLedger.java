package dev.usher.proxy;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What pins have cost since the start, by the normalised statement that began them. Safe on every loop. */
public final class PinLedger {
    /** Statements told apart; what comes later is counted together. */
    private static final int MOST = 1000;

    private static final String OTHERS = "(others)";

    /** All pins that one statement has begun, and that have ended. */
    public static final class Total {
        private final String statement;
        private final String reason;
        private final LongAdder pins = new LongAdder();
        private final LongAdder held = new LongAdder();
        private final LongAdder waited = new LongAdder();

        private Total(String statement, String reason) {
            this.statement = statement;
            this.reason = reason;
        }

        public String statement() {
            return statement;
        }

        /** Why, the first time. */
        public String reason() {
            return reason;
        }

        public long pins() {
            return pins.sum();
        }

        public long heldNanos() {
            return held.sum();
        }

        /** How long others have waited because of them. */
        public long waitedNanos() {
            return waited.sum();
        }

        void ended(long heldNanos, long waitedNanos) {
            pins.increment();
            held.add(heldNanos);
            waited.add(waitedNanos);
        }
    }

    private final Map<String, Total> totals = new ConcurrentHashMap<>();

    Total total(String statement, String reason) {
        Total known = totals.get(statement);
        if (known != null) {
            return known;
        }
        return totals.computeIfAbsent(totals.size() < MOST ? statement : OTHERS, name -> new Total(name, reason));
    }

    /** The costliest first. */
    public List<Total> totals() {
        return totals.values().stream()
                .filter(total -> total.pins() > 0)
                .sorted(Comparator.comparingLong(Total::waitedNanos).thenComparingLong(Total::heldNanos).reversed())
                .toList();
    }
}
