package dev.usher.cli.demo;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Many clients, each making one request after the other with a pause between them, whether it was served or not.
 *
 * <p>The pause is a visitor who reads. Without it, refused clients would come back so fast that their number says more about how
 * quickly a server can refuse than about how many people were turned away.
 */
final class Crowd {
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final List<Thread> clients = new ArrayList<>();
    private volatile boolean goHome;

    private Crowd() {}

    /** Starts the clients. */
    static Crowd gather(int size, int port, Tally tally) {
        Crowd crowd = new Crowd();
        for (int i = 0; i < size; i++) {
            int first = i;
            crowd.clients.add(Thread.ofVirtual().name("client-", i).start(() -> crowd.visit(port, first, tally)));
        }
        return crowd;
    }

    private void visit(int port, int first, Tally tally) {
        try {
            Thread.sleep(Duration.ofNanos(ThreadLocalRandom.current().nextLong(PAUSE.toNanos()))); // not all at the same moment
            for (int number = first; !goHome; number++) {
                request(port, number, tally);
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException sentHome) {
            Thread.currentThread().interrupt();
        }
    }

    private static void request(int port, int number, Tally tally) {
        long start = System.nanoTime();
        try {
            Shop.request(port, number);
            tally.served(Duration.ofNanos(System.nanoTime() - start));
        } catch (SQLException failure) {
            tally.failed(failure);
        }
    }

    /** No client starts another request; those under way are waited for, and count. */
    void disperse() throws InterruptedException {
        goHome = true;
        for (Thread client : clients) {
            client.join();
        }
    }
}
