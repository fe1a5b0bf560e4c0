package dev.usher.pool;

import dev.usher.config.PoolConfig;
import dev.usher.config.ServerConnectionLimit;
import dev.usher.pool.Question.Answer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an {@code auto} budget at what the server allows, less what others hold on it, less the reserve for administrators. The server is asked every second
 * over a connection that is between two leases; nobody waits for the answer.
 */
final class BudgetWatch {
    private static final Logger log = LoggerFactory.getLogger(BudgetWatch.class);
    private static final long INTERVAL = Duration.ofSeconds(1).toNanos();
    /** How long a 1040 counts for more than what the server's own figures say. */
    private static final long CAUTION = Duration.ofSeconds(3).toNanos();

    /** MariaDB gives both as rows of two columns too. */
    private static final String FIGURES =
            "SELECT 'max_connections', @@GLOBAL.max_connections";

    private static final String CONNECTED = "SHOW GLOBAL STATUS LIKE 'Threads_connected'";

    private final ConnectionBudget budget;
    private final PoolConfig config;
    private long nextAt = System.nanoTime();
    private long cautiousUntil = System.nanoTime();
    private long lastRead = System.nanoTime();
    private int maxConnections = -1;
    private boolean firstRead = true;

    BudgetWatch(ConnectionBudget budget, PoolConfig config) {
        this.budget = budget;
        this.config = config;
    }

    /** Asks, if it is time; returns whether it did. */
    boolean ask(ServerConnection connection, long now) {
        if (!(config.maxServerConnections() instanceof ServerConnectionLimit.Auto) || now - nextAt < 0) {
            return false;
        }
        nextAt = now + INTERVAL;
        connection.ask(Question.query(FIGURES, answer -> maxConnections = number(answer)));
        connection.ask(Question.query(CONNECTED, answer -> {
            int connected = number(answer);
            if (maxConnections > 0 && connected > 0) {
                read(maxConnections, connected);
            }
        }));
        return true;
    }

    /**
     * Clients wait. When every connection is held, none is left to ask with, and a budget that has shrunk would stay so: then one more is tried every few
     * seconds, and the server's answer shows whether there is room again.
     */
    void clientsWait(long now) {
        if (config.maxServerConnections() instanceof ServerConnectionLimit.Auto
                && now - cautiousUntil > 0
                && now - lastRead > CAUTION
                && budget.used() >= budget.limit()) {
            lastRead = now;
            budget.limit(budget.limit() + 1);
        }
    }

    private void read(int max, int connected) {
        lastRead = System.nanoTime();
        int others = Math.max(0, connected - budget.used());
        int allowed = Math.max(1, max - others - config.reserve());
        if (System.nanoTime() - cautiousUntil < 0) {
            allowed = Math.min(allowed, budget.limit());
        }
        if (allowed != budget.limit()) {
            if (firstRead) {
                log.info("budget: {} server connections (max_connections {}, others hold {}, reserve {})", allowed, max, others,
                        config.reserve());
            } else {
                log.debug("budget: {} server connections (max_connections {}, others hold {}, reserve {})", allowed, max, others,
                        config.reserve());
            }
            budget.limit(allowed);
        }
        firstRead = false;
    }

    /** The server has answered 1040 although the budget allowed one more. */
    void serverIsFull(int have) {
        cautiousUntil = System.nanoTime() + CAUTION;
        if (config.maxServerConnections() instanceof ServerConnectionLimit.Auto) {
            budget.limit(Math.min(budget.limit(), have));
        }
    }

    private static int number(Answer answer) {
        if (answer instanceof Answer.Rows rows) {
            List<@Nullable String[]> all = rows.rows();
            String value = all.isEmpty() || all.getFirst().length < 2 ? null : all.getFirst()[1];
            try {
                return value == null ? -1 : Integer.parseInt(value);
            } catch (NumberFormatException e) {
                return -1;
            }
        }
        return -1;
    }
}
