package dev.usher.pool;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends what a loop has written when it has dealt with all that had arrived, instead of each piece at once. A send to a peer that sleeps wakes it, and waking the
 * first thread of a sleeping core is most of what a send costs: done one behind the other, only the first has to. It also lets what is written to one connection by
 * several parties in one round go out in one system call.
 */
public final class Flushes {
    private final EventLoop loop;
    private final List<Channel> written = new ArrayList<>();
    private final Runnable run = this::run;

    Flushes(EventLoop loop) {
        this.loop = loop;
    }

    /** On the loop. */
    public void add(Channel channel) {
        if (written.isEmpty()) {
            loop.execute(run);
        }
        written.add(channel);
    }

    private void run() {
        int next = 0;
        try {
            // A flush may end a channel, and whoever is told of that may write to others: these go out in this round too.
            while (next < written.size()) {
                written.get(next++).flush();
            }
        } finally {
            if (next == written.size()) {
                written.clear();
            } else {
                written.subList(0, next).clear();
                loop.execute(run);
            }
        }
    }
}
