package dev.usher.pool;

import dev.usher.session.Baseline;
import dev.usher.session.Collations;
import dev.usher.session.Flavour;
import dev.usher.wire.HandshakeV10;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all workers know about the one server behind them. Everything is replaced as a whole, so that any loop may read it. */
public final class Server {
    private static final Logger log = LoggerFactory.getLogger(Server.class);

    private final Map<Map<String, String>, Baseline> baselines = new ConcurrentHashMap<>();
    private final AtomicLong globalEpoch = new AtomicLong();
    private volatile long schemasChangedAt = System.nanoTime();
    private volatile @Nullable HandshakeV10 greeting;
    private volatile @Nullable Collations collations;
    private volatile @Nullable String trackedVariables;
    private volatile long downSince;
    private volatile String trouble = "";

    /** The latest greeting; null as long as the server has not been reached. */
    public @Nullable HandshakeV10 greeting() {
        return greeting;
    }

    void greeted(HandshakeV10 latest) {
        HandshakeV10 before = greeting;
        greeting = latest;
        downSince = 0;
        if (before != null && !before.serverVersion().equals(latest.serverVersion())) {
            collations = null;
            trackedVariables = null;
            globalsChanged();
        }
    }

    public boolean mariaDb() {
        return flavour() == Flavour.MARIADB;
    }

    public Flavour flavour() {
        HandshakeV10 known = greeting;
        return known != null && known.mariaDb() ? Flavour.MARIADB : Flavour.MYSQL;
    }

    public @Nullable Collations collations() {
        return collations;
    }

    void collations(Collations read) {
        collations = read;
    }

    /** A SET GLOBAL has been seen: what sessions begin with must be read anew. */
    public void globalsChanged() {
        globalEpoch.incrementAndGet();
        baselines.clear();
    }

    /** {@link System#nanoTime} of the last {@link #schemasChanged}. */
    long schemasChangedAt() {
        return schemasChangedAt;
    }

    /** A schema was dropped, altered or made anew, or somebody's rights to it have changed. */
    public void schemasChanged() {
        schemasChangedAt = System.nanoTime();
    }

    long globalEpoch() {
        return globalEpoch.get();
    }

    /** Equal baselines of many accounts are one object. */
    Baseline intern(Map<String, String> variables) {
        return baselines.computeIfAbsent(Map.copyOf(variables), Baseline::new);
    }

    /**
     * The statement that makes a server connection report what its session changes.
     *
     * <p>MariaDB's query cache neither keeps nor finds a result for a session that reports its transactions (measured on 10.11, 11.4 and 11.8).
     *
     * <p>MySQL with {@code session_track_system_variables='*'} adds {@code statement_id} to every OK, so its variables are listed by name.
     */
    String trackers(Baseline baseline) {
        String variables = trackedVariables;
        if (variables == null) {
            variables = flavour() == Flavour.MARIADB ? "*" : names(baseline);
            trackedVariables = variables;
        }
        return "SET session_track_schema=ON,session_track_state_change=ON,session_track_transaction_info='"
                + (baseline.cachesQueries() ? "OFF" : "CHARACTERISTICS") + "',session_track_system_variables='" + variables + "'";
    }

    private static String names(Baseline baseline) {
        return baseline.values().keySet().stream().filter(Baseline::isState).sorted().collect(Collectors.joining(","));
    }

    /** {@link System#nanoTime} since when nobody gets through to the server, or 0. */
    public long downSince() {
        return downSince;
    }

    public String trouble() {
        return trouble;
    }

    /** Why it has not been reached, before it has been for the first time. */
    public void troubled(String why) {
        trouble = why;
    }

    void down(String why) {
        trouble = why;
        if (downSince == 0) {
            log.warn("the server can not be reached: {}; statements wait for it, up to wait-limit", why);
            long now = System.nanoTime();
            downSince = now == 0 ? 1 : now;
        }
    }

    void up() {
        downSince = 0;
    }
}
