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
 * of each opening a server connection. They do not all wait for it alone: it may be slow, or its password wrong, so that every now and then a few more ask.
 */
public final class Learning {
    private static final Duration PATIENCE = Duration.ofMillis(500);
    /** As many as the lane for logins lets through at once; all of them together would fill it for longer than any of them may wait. */
    private static final int A_FEW = 2;

    private final EventLoop loop;
    private final Map<String, List<Runnable>> waiting = new HashMap<>();
    private final Set<String> teachesNothing = new HashSet<>();

    Learning(EventLoop loop) {
        this.loop = loop;
    }

    /**
     * Waits for a login that is under way.
     *
     * @param then runs when it is over, however it ended, or when it has taken so long that this one should ask too
     * @return whether there is one
     */
    public boolean join(Account account, Runnable then) {
        List<Runnable> others = waiting.get(account.user());
        if (others == null || teachesNothing.contains(account.user())) {
            return false;
        }
        others.add(then);
        return true;
    }

    /** @return whether this is the login that others wait for; if so, {@link #end} is due */
    public boolean begin(Account account) {
        List<Runnable> others = new ArrayList<>();
        if (account.credentials() != null || waiting.putIfAbsent(account.user(), others) != null) {
            return false;
        }
        loop.schedule(() -> takesLong(account, others), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        return true;
    }

    private void takesLong(Account account, List<Runnable> others) {
        if (waiting.get(account.user()) == others) {
            List<Runnable> few = others.subList(0, Math.min(A_FEW, others.size()));
            List<Runnable> released = List.copyOf(few);
            few.clear();
            released.forEach(Runnable::run);
            loop.schedule(() -> takesLong(account, others), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** The login was broken off by its client: that says nothing about what the next one may teach. */
    public void brokenOff(Account account) {
        release(account);
    }

    /** The login is over. */
    public void end(Account account) {
        if (account.wasAccepted() && account.credentials() == null) {
            // Only its clients can log it in: there is nothing to wait for.
            teachesNothing.add(account.user());
        } else {
            teachesNothing.remove(account.user());
        }
        release(account);
    }

    private void release(Account account) {
        List<Runnable> others = waiting.remove(account.user());
        if (others != null) {
            others.forEach(Runnable::run);
        }
    }
}
