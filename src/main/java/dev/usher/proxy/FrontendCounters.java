package dev.usher.proxy;

import dev.usher.session.Pin;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What clients have done since the start. */
public final class FrontendCounters {
    private final LongAdder connections = new LongAdder();
    private final LongAdder logins = new LongAdder();
    private final LongAdder loginsRelayed = new LongAdder();
    private final LongAdder loginsFailed = new LongAdder();
    private final LongAdder refusedAtLimit = new LongAdder();
    private final LongAdder statements = new LongAdder();
    private final LongAdder restores = new LongAdder();
    private final LongAdder restoresAwaited = new LongAdder();
    private final LongAdder resets = new LongAdder();
    private final LongAdder reprepares = new LongAdder();
    private final LongAdder captures = new LongAdder();
    private final LongAdder lostStatements = new LongAdder();
    private final Map<Pin, LongAdder> pins = new EnumMap<>(Pin.class);

    FrontendCounters() {
        for (Pin pin : Pin.values()) {
            pins.put(pin, new LongAdder());
        }
    }

    void connection() {
        connections.increment();
    }

    void login() {
        logins.increment();
    }

    void loginRelayed() {
        loginsRelayed.increment();
    }

    void loginFailed() {
        loginsFailed.increment();
    }

    void refusedAtLimit() {
        refusedAtLimit.increment();
    }

    void statement() {
        statements.increment();
    }

    void restore(boolean awaited) {
        (awaited ? restoresAwaited : restores).increment();
    }

    void reset() {
        resets.increment();
    }

    void reprepare() {
        reprepares.increment();
    }

    void capture() {
        captures.increment();
    }

    void lostStatement() {
        lostStatements.increment();
    }

    void pinned(Pin pin) {
        LongAdder counter = pins.get(pin);
        if (counter != null) {
            counter.increment();
        }
    }

    public long connections() {
        return connections.sum();
    }

    public long logins() {
        return logins.sum();
    }

    public long loginsRelayed() {
        return loginsRelayed.sum();
    }

    public long loginsFailed() {
        return loginsFailed.sum();
    }

    /** Clients refused because of {@code max-client-connections}. */
    public long refusedAtLimitCount() {
        return refusedAtLimit.sum();
    }

    public long statements() {
        return statements.sum();
    }

    /** Restores that travelled with the statement. */
    public long restoresInline() {
        return restores.sum();
    }

    /** Restores that cost a round trip. */
    public long restoresAwaited() {
        return restoresAwaited.sum();
    }

    /** Restores for which the connection had to be reset first. */
    public long restoresByReset() {
        return resets.sum();
    }

    public long reprepares() {
        return reprepares.sum();
    }

    /** Questions asked before a session left a connection. */
    public long captures() {
        return captures.sum();
    }

    public long lostStatements() {
        return lostStatements.sum();
    }

    /** How often each reason has pinned a session. */
    public long pins(Pin pin) {
        LongAdder counter = pins.get(pin);
        return counter == null ? 0 : counter.sum();
    }
}
