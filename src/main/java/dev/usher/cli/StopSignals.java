package dev.usher.cli;

import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * SIGTERM and SIGINT: the first asks for an orderly end, the second ends the process.
 *
 * <p>A shutdown hook would not do: the JVM ignores a second signal while hooks run, and exits with 143 after the first.
 */
final class StopSignals {
    private static final Logger log = LoggerFactory.getLogger(StopSignals.class);
    private final CountDownLatch first = new CountDownLatch(1);

    private StopSignals() {}

    static StopSignals install() {
        StopSignals signals = new StopSignals();
        Signal.handle(new Signal("TERM"), signals::received);
        Signal.handle(new Signal("INT"), signals::received);
        return signals;
    }

    void awaitFirst() throws InterruptedException {
        first.await();
    }

    private synchronized void received(Signal signal) {
        if (first.getCount() == 0) {
            log.info("SIG{} again: ending at once", signal.getName());
            // As a shell reports a process that the signal ended.
            Runtime.getRuntime().halt(128 + signal.getNumber());
        }
        log.info("SIG{}: letting running statements and transactions finish; a second signal ends at once", signal.getName());
        first.countDown();
    }
}
