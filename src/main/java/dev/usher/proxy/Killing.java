package dev.usher.proxy;

import dev.usher.auth.Credentials;
import dev.usher.error.Refusal;
import dev.usher.pool.Account;
import dev.usher.pool.KnownCredentials;
import dev.usher.pool.Opening;
import dev.usher.pool.Question;
import dev.usher.pool.Question.Answer;
import dev.usher.pool.ServerConnection;
import dev.usher.pool.Worker;
import dev.usher.session.KillTarget;
import dev.usher.wire.ErrPacket;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * KILL of a client connection by its own kind of id: the statement that runs for it on the server connection it has now is killed there, and its lease is kept
 * until that is done, so that the kill can not hit the next one. Whether one account may kill what another runs is the server's to say: the kill runs on a
 * connection of the account that asks. That is a new one, with the permit of a login, so that it works when the pool is full; only an account that Usher can not log
 * in has to use one of those that it has.
 */
final class Killing {
    /** A connection's account may kill everybody's. The view shows what is granted to the account itself; what its roles may do is not taken into account. */
    private static final String MAY_KILL = "SELECT 1 FROM information_schema.USER_PRIVILEGES"
            + " WHERE PRIVILEGE_TYPE IN ('SUPER','CONNECTION_ADMIN','CONNECTION ADMIN')"
            + " AND GRANTEE=CONCAT('\\'',REPLACE(CURRENT_USER(),'@','\\'@\\''),'\\'') LIMIT 1";

    private static final int NOT_OWNER = 1095;

    private final Worker worker;
    private final Account account;
    /** Runs a question on a connection of the account that Usher already has, and tells the answer. */
    private final Errand overOwn;
    /** Closes the client connection that is killed; gets the sequence id that an ERR packet would have there, -1 where none can stand. */
    private final ObjIntConsumer<ClientConnection> end;

    /** A way to ask something on a connection of an account. */
    interface Errand {
        void ask(String sql, Consumer<Answer> then);
    }

    /** @param account on whose rights; of the worker whose loop this is used on */
    private Killing(Worker worker, Account account, Errand overOwn, ObjIntConsumer<ClientConnection> end) {
        this.worker = worker;
        this.account = account;
        this.overOwn = overOwn;
        this.end = end;
    }

    /**
     * A KILL that a client has sent as its command under way.
     *
     * @param parameter the id, where the text has none; -1 if there is none either
     * @return whether it names a client connection and is answered here
     */
    static boolean asked(ClientSession killer, KillTarget target, long parameter) {
        long id = target.id().orElse(target.self() ? killer.id().value() : parameter);
        boolean thread = target.scope() == KillTarget.Scope.QUERY || target.scope() == KillTarget.Scope.CONNECTION;
        if (!thread || !ClientConnectionId.is(id)) {
            return false;
        }
        killer.underWay().drop();
        kill(killer, id, target.scope() == KillTarget.Scope.QUERY);
        return true;
    }

    /** On the loop of {@code killer}, which gets {@link ClientSession#killed} in the end. */
    static void kill(ClientSession killer, long id, boolean queryOnly) {
        killer.killing();
        if (queryOnly && id == killer.id().value()) {
            // The statement that the KILL interrupts is itself.
            killer.killed(ClientSession.interrupted());
            return;
        }
        ClientConnection victim = killer.client().frontend().client(id);
        if (victim == null) {
            killer.killed(new ErrPacket(Refusal.NO_SUCH_THREAD.code(), Refusal.NO_SUCH_THREAD.sqlState(), "Unknown thread id: " + id));
            return;
        }
        Worker killersWorker = killer.client().worker();
        // Servers say nothing to a connection that another one kills.
        Killing killing = new Killing(killersWorker, killer.account(), killer::askOverLease,
                victim == killer.client() ? ClientConnection::killItself : (killed, sequence) -> killed.close());
        victim.worker().loop().execute(() -> {
            ClientSession session = victim.session();
            boolean own = session != null && session.account().user().equals(killer.account().user());
            Consumer<@Nullable ErrPacket> then = error -> killersWorker.loop().execute(() -> killer.killed(error));
            if (own || session != null && runs(session)) {
                killing.killAllowed(victim, queryOnly, then);
            } else {
                killersWorker.loop().execute(() -> killing.askWhetherAllowed(victim, id, queryOnly, then));
            }
        });
    }

    /** As the administrator of Usher, who may; on the victim's loop. */
    static void byAdmin(ClientConnection victim, ClientSession session, boolean queryOnly, Consumer<@Nullable ErrPacket> then) {
        Worker worker = victim.worker();
        new Killing(worker, session.account(), (sql, answered) -> {
            ServerConnection idle = worker.borrowIdle(session.account());
            if (idle != null) {
                idle.ask(Question.query(sql, answer -> {
                    worker.release(idle);
                    answered.accept(answer);
                }));
            } else {
                answered.accept(new Answer.Refused(new ErrPacket(NOT_OWNER, "HY000", "Usher can not log in account " + session.account()
                        + " to kill its statement, and has no idle connection of it; KILL CONNECTION closes the client and the server connection")));
            }
        }, ClientConnection::kill).killAllowed(victim, queryOnly, error -> {
            if (error != null && !queryOnly) {
                // What it runs there goes on until the server notices, but the client is gone and nobody else gets the connection.
                session.cutOff();
                victim.kill(victim.sequenceForError());
                then.accept(null);
            } else {
                then.accept(error);
            }
        });
    }

    /** Whether the server runs something for it. A lease that rests does not: somebody else may have it when the KILL arrives there. */
    private static boolean runs(ClientSession session) {
        return session.lease() != null && session.busy() && !session.resting();
    }

    /** Whether it may kill what the server does not run is settled; on the victim's loop. */
    private void killAllowed(ClientConnection victim, boolean queryOnly, Consumer<@Nullable ErrPacket> then) {
        ClientSession session = victim.session();
        if (session != null && runs(session)) {
            killRunning(victim, session, queryOnly, then);
            return;
        }
        if (!queryOnly) {
            end.accept(victim, victim.sequenceForError());
        } else if (session != null) {
            session.interruptWaiting();
        }
        then.accept(null);
    }

    private void askWhetherAllowed(ClientConnection victim, long id, boolean queryOnly, Consumer<@Nullable ErrPacket> then) {
        ask(MAY_KILL, answer -> {
            if (answer instanceof Answer.Rows rows && !rows.rows().isEmpty()) {
                victim.worker().loop().execute(() -> killAllowed(victim, queryOnly, then));
            } else {
                then.accept(answer instanceof Answer.Rows ? notOwner(id) : errorOf(answer));
            }
        });
    }

    /** On the victim's loop. */
    private void killRunning(ClientConnection victim, ClientSession session, boolean queryOnly, Consumer<@Nullable ErrPacket> then) {
        long id = victim.id().value();
        ServerConnection connection = session.lease();
        if (connection == null) {
            then.accept(null);
            return;
        }
        session.holdLease(true);
        long command = session.statementsRun();
        if (queryOnly) {
            session.interrupting();
        } else {
            session.dying(end);
        }
        String sql = "KILL " + (queryOnly ? "QUERY " : "CONNECTION ") + connection.threadId();
        worker.loop().execute(() -> ask(sql, answer -> victim.worker().loop().execute(() -> {
            ErrPacket error = errorOf(answer);
            if (error != null && error.code() == NOT_OWNER) {
                error = notOwner(id);
            }
            session.holdLease(false);
            if (queryOnly) {
                session.interrupted(command, error == null);
            } else if (error == null) {
                end.accept(victim, victim.sequenceForError());
            } else {
                session.dying(null);
            }
            then.accept(error);
        })));
    }

    /** On the loop of the account's worker. */
    private void ask(String sql, Consumer<Answer> then) {
        Credentials credentials = account.credentials();
        if (credentials == null) {
            overOwn.ask(sql, then);
            return;
        }
        worker.logins().open(account, 0, new KnownCredentials(credentials), true, opening -> {
            switch (opening) {
                case Opening.Opened in -> in.connection().ask(Question.query(sql, answer -> {
                    worker.logins().abandon(in.connection());
                    then.accept(answer);
                }));
                case Opening.Refused refused -> then.accept(new Answer.Refused(refused.error()));
                case Opening.Full full -> then.accept(new Answer.Refused(full.error()));
                case Opening.Abandoned abandoned -> then.accept(notLoggedIn(abandoned.why()));
                case Opening.Unreachable unreachable -> then.accept(notLoggedIn(unreachable.why()));
            }
        });
    }

    private static ErrPacket notOwner(long id) {
        return new ErrPacket(NOT_OWNER, "HY000", "You are not owner of thread " + id);
    }

    private static Answer notLoggedIn(String why) {
        return new Answer.Refused(new ErrPacket(
                Refusal.SERVER_UNREACHABLE.code(), Refusal.SERVER_UNREACHABLE.sqlState(), "Usher can not log in to the server: " + why));
    }

    private static @Nullable ErrPacket errorOf(Answer answer) {
        return switch (answer) {
            case Answer.Rows rows -> null;
            case Answer.Refused refused -> refused.error();
            case Answer.Lost lost -> lost.cause();
        };
    }
}
