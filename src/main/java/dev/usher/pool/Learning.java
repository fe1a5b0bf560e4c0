package dev.usher.pool;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Logins of accounts that nothing is known about yet. When a crowd arrives at once, one of them asks the server and the others wait for what it learns, instead
 * of each opening a server connection. They do not wait for long: the one may be slow, or its password wrong.
 */
public final class Learning {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final EventLoop loop;
    private final Map<String, List<Runnable>> waiting = new HashMap<>();
    private final Set<String> teachesNothing = new HashSet<>();

    Learning(EventLoop loop) {
        this.loop = loop;
    }

    /**
     * Waits for a login that is under way.
     *
     * @param then runs when it is over, however it ended, or when the patience is
     * @return whether there is one
     */
    public boolean join(Account account, Runnable then) {
        List<Runnable> others = waiting.get(account.user());
        if (others == null || teachesNothing.contains(account.user())) {
            return false;
        }
        Once once = new Once(then);
        others.add(once);
        loop.schedule(once, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        return true;
    }

    /** @return whether this is the login that others wait for; if so, {@link #end} is due */
    public boolean begin(Account account) {
        return account.credentials() == null && waiting.putIfAbsent(account.user(), new ArrayList<>()) == null;
    }

    public void end(Account account) {
        List<Runnable> others = waiting.remove(account.user());
        if (account.wasAccepted() && account.credentials() == null) {
            // Only its clients can log it in: there is nothing to wait for.
            teachesNothing.add(account.user());
        } else {
            teachesNothing.remove(account.user());
        }
        if (others != null) {
            others.forEach(Runnable::run);
        }
    }

    private static final class Once implements Runnable {
        private final Runnable then;
        private boolean done;

        Once(Runnable then) {
            this.then = then;
        }

        @Override
        public void run() {
            if (!done) {
                done = true;
                then.run();
            }
        }
    }
}
