package dev.usher.proxy;

import dev.usher.wire.ErrPacket;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One log line per refusal, but at most one a second for each error code of statements and of clients; the next one says how many were left out. */
final class RefusalLog {
    private static final Logger log = LoggerFactory.getLogger(RefusalLog.class);
    private static final long INTERVAL = 1_000_000_000;

    private final Map<Integer, Written> statements = new HashMap<>();
    private final Map<Integer, Written> clients = new HashMap<>();

    private static final class Written {
        private long at = System.nanoTime() - INTERVAL;
        private long leftOut;
    }

    void statement(String user, ErrPacket error) {
        log(statements, "a statement of account " + user, error);
    }

    /** @param from its address */
    void client(String from, ErrPacket error) {
        log(clients, "a client from " + from, error);
    }

    private synchronized void log(Map<Integer, Written> byCode, String what, ErrPacket error) {
        Written last = byCode.computeIfAbsent(error.code(), code -> new Written());
        long now = System.nanoTime();
        if (now - last.at < INTERVAL) {
            last.leftOut++;
            return;
        }
        String more = last.leftOut == 0 ? "" : " (and " + last.leftOut + " more since the last such line)";
        last.at = now;
        last.leftOut = 0;
        log.warn("refused {}: {}{}", what, error, more);
    }
}
