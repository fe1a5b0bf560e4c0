package dev.usher.pool;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Tells loops when it is time for what they do again and again. Not by a task scheduled on the loop itself: as long as there is one, every wait of a loop for
 * I/O needs a timer, which with io_uring is an operation of its own each time.
 */
public final class Clock {
    private Clock() {}

    /** Runs {@code task} on the loop, unless that is shut down by then. */
    public static void after(long millis, EventLoop loop, Runnable task) {
        if (!loop.isShuttingDown()) {
            GlobalEventExecutor.INSTANCE.schedule(() -> {
                try {
                    loop.execute(task);
                } catch (RejectedExecutionException shutDown) {
                    // Between the look and the call; nobody waits for it any more.
                    assert loop.isShuttingDown();
                }
            }, millis, TimeUnit.MILLISECONDS);
        }
    }
}
