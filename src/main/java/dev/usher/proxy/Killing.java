package dev.usher.proxy;

import dev.usher.auth.Credentials;
import dev.usher.error.Refusal;
import dev.usher.pool.KnownCredentials;
import dev.usher.pool.Opening;
import dev.usher.pool.Question;
import dev.usher.pool.Question.Answer;
import dev.usher.pool.ServerConnection;
import dev.usher.pool.ServerThreadId;
import dev.usher.wire.ErrPacket;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * KILL of a client connection by its own kind of id: the statement that runs for it on the server connection it has now is killed there, and its lease is kept
 * until that is done, so that the kill can not hit the next one. It has a permit of its own and works when the pool is full.
 */
final class Killing {
    private Killing() {}

    /** On the loop of {@code killer}, which gets {@link ClientSession#killed} in the end. */
    static void kill(ClientSession killer, long id, boolean queryOnly) {
        Consumer<@Nullable ErrPacket> then = error -> killer.client().worker().loop().execute(() -> killer.killed(error));
        ClientConnection victim = killer.client().frontend().client(id);
        if (victim == null) {
            then.accept(new ErrPacket(Refusal.NO_SUCH_THREAD.code(), Refusal.NO_SUCH_THREAD.sqlState(), "Unknown thread id: " + id));
            return;
        }
        victim.worker().loop().execute(() -> {
            ClientSession session = victim.session();
            if (session == null || !session.account().user().equals(killer.account().user())) {
                // Whether an account may kill those of others is the server's to say, and it can not be asked without doing it.
                then.accept(new ErrPacket(1095, "HY000", "You are not owner of thread " + id));
            } else {
                kill(victim, session, queryOnly, then);
            }
        });
    }

    /** Without asking who asks; on the victim's loop. */
    static void kill(ClientConnection victim, ClientSession session, boolean queryOnly, Consumer<@Nullable ErrPacket> then) {
        ServerConnection connection = session.lease();
        if (connection == null || !session.busy()) {
            if (!queryOnly) {
                victim.kill();
            }
            then.accept(null);
            return;
        }
        ServerThreadId thread = connection.threadId();
        Credentials credentials = session.account().credentials();
        if (credentials == null) {
            then.accept(new ErrPacket(1095, "HY000", "Usher can not log in account " + session.account() + " to kill thread " + thread));
            return;
        }
        session.holdLease(true);
        victim.worker().logins().open(session.account(), 0, new KnownCredentials(credentials), true, opening -> {
            if (opening instanceof Opening.Opened in) {
                if (session.lease() != connection || !session.busy()) {
                    victim.worker().logins().abandon(in.connection());
                    done(then, session, victim, queryOnly, null);
                    return;
                }
                in.connection().ask(Question.query("KILL " + (queryOnly ? "QUERY " : "") + thread, result -> {
                    victim.worker().logins().abandon(in.connection());
                    ErrPacket error = result instanceof Answer.Refused refused ? refused.error() : null;
                    done(then, session, victim, queryOnly, error);
                }));
            } else {
                ErrPacket error = switch (opening) {
                    case Opening.Refused refused -> refused.error();
                    case Opening.Full full -> full.error();
                    case Opening.Abandoned abandoned -> new ErrPacket(
                            Refusal.SERVER_UNREACHABLE.code(), Refusal.SERVER_UNREACHABLE.sqlState(),
                            "Usher can not log in to the server: " + abandoned.why());
                    case Opening.Unreachable unreachable -> new ErrPacket(
                            Refusal.SERVER_UNREACHABLE.code(), Refusal.SERVER_UNREACHABLE.sqlState(), unreachable.why());
                    case Opening.Opened in -> null;
                };
                done(then, session, victim, queryOnly, error);
            }
        });
    }

    private static void done(Consumer<@Nullable ErrPacket> then, ClientSession session, ClientConnection victim, boolean queryOnly,
            @Nullable ErrPacket error) {
        session.holdLease(false);
        if (!queryOnly && error == null) {
            victim.kill();
        }
        then.accept(error);
    }
}
