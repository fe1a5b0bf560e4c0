package dev.usher.proxy;

import dev.usher.error.Refusal;
import dev.usher.pool.Question;
import dev.usher.pool.Question.Answer;
import dev.usher.pool.ServerConnection;
import dev.usher.session.Leftovers;
import dev.usher.session.Pin;
import dev.usher.session.PreparedStatement;
import dev.usher.session.RestorePlan;
import dev.usher.session.Session;
import dev.usher.session.SessionState;
import dev.usher.session.SqlStatement;
import dev.usher.session.Trait;
import dev.usher.session.UserVariables;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a leased connection into the state that a command needs, step by step: the session's state, or first the one in which a statement was prepared that
 * the connection does not have. A single text statement takes its restore along in the same COM_QUERY; everything else waits for the restore's OK, because a
 * command behind a failed SET would still run.
 */
final class Restoring {
    private static final Logger log = LoggerFactory.getLogger(Restoring.class);
    /**
     * With an explicit id an INSERT leaves LAST_INSERT_ID() as it is, and nothing tells, nor is it told what a SET has set; a trigger may read it: it has to be the session's own before. A view may
     * read it too, but then every SELECT that moves would have to be preceded by a SET.
     */
    private static final long NEEDS_INSERT_ID = Trait.bits(Trait.READS_LAST_INSERT_ID, Trait.STORED_CODE, Trait.COMPOUND,
            Trait.MAY_SET_LAST_INSERT_ID, Trait.MAY_FIRE_TRIGGERS, Trait.SET_ONE_SHOT, Trait.DYNAMIC_SQL);
    private static final int MAX_ATTEMPTS = 3;
    /** Settings with which a query could give fewer rows than it says, or end before. */
    private static final Set<String> LIMIT_ROWS = Set.of("cte_max_recursion_depth", "max_recursive_iterations", "sql_select_limit",
            "max_execution_time", "max_statement_time", "max_join_size", "sql_big_selects");

    private final ClientSession owner;
    private final Session session;
    private final Leftovers leftovers;
    private final FrontendCounters counters;

    Restoring(ClientSession owner, Leftovers leftovers, FrontendCounters counters) {
        this.owner = owner;
        this.leftovers = leftovers;
        this.session = owner.session();
        this.counters = counters;
    }

    /** Ends in {@link ClientSession#send}, or in another connection, or in an error to the client. */
    void prepare(ServerConnection connection, CommandUnderWay under) {
        if (!session.goneSchema().isEmpty() && !under.schemaTried && connection.state().schema().isEmpty()
                && !Rewriting.readsLeftovers(under.traits)) {
            under.schemaTried = true;
            tryGoneSchema(connection, under);
            return;
        }
        PreparedStatement of = under.statement;
        if (of != null && connection.statements().find(of) == null) {
            restoreThen(connection, connection.state().toPrepare(of.preparedIn()),
                    connection.variables().asOf(of.variables(), of.userVariables()), () -> prepareOn(connection, under, of));
            return;
        }
        SqlStatement named = owner.sqlPreparing().missing(connection, under);
        if (named != null) {
            restoreThen(connection, connection.state().toPrepare(named.preparedIn()),
                    connection.variables().asOf(named.variables(), named.userVariables()), () -> prepareOn(connection, under, named));
            return;
        }
        if (mustReset(connection, under)) {
            if (session.anyUnread()) {
                owner.readValuesThen(() -> prepare(connection, under));
            } else {
                owner.beforeReset(connection);
                reset(connection, under);
            }
            return;
        }
        if (foundRowsDue(under)) {
            giveFoundRows(connection, under);
            return;
        }
        OptionalLong insertId = OptionalLong.empty();
        if (insertIdDue(connection, under)) {
            insertId = OptionalLong.of(session.lastInsertId());
            connection.lastInsertId(session.lastInsertId());
        }
        RestorePlan planned = plan(connection, insertId);
        boolean mayClear = under.isStatement() || under.command() == Command.STMT_PREPARE;
        boolean shows = under.has(Trait.READS_DIAGNOSTICS.bit()) && !under.has(Trait.SINGLE.bit());
        if (mayClear && leftovers.mustMark() && !under.emulated && !under.cleared && !shows) {
            planned = planned.then(Leftovers.MARK);
        }
        switch (planned) {
            case RestorePlan.Nothing nothing -> owner.send(connection, null);
            case RestorePlan.Statements plan -> {
                if (under.command() == Command.QUERY && under.single && !under.large() && !under.has(Trait.LOAD_DATA_LOCAL.bit())
                        && connection.state().atOnceTo(session.state())) {
                    counters.restore(false);
                    owner.send(connection, plan);
                } else {
                    restore(connection, plan, session.state(), () -> {
                        owner.portableVariables().restored(connection);
                        owner.send(connection, null);
                    }, error -> failed(connection, error));
                }
            }
            case RestorePlan.Relogin relogin -> anotherConnection(connection);
        }
    }

    /** Where the command may leave FOUND_ROWS() as it was; and not where it could use up what was set for the next statement. */
    private boolean foundRowsDue(CommandUnderWay under) {
        return under.isStatement() && !under.emulated && !under.foundRowsTried && !session.has(Pin.ONE_SHOT)
                && leftovers.foundRowsDue(under.foundRows, Rewriting.readsLeftovers(under.traits));
    }

    /** By a query, and by nothing that limits its rows: neither what another session has left here nor what this one has set. */
    private void giveFoundRows(ServerConnection connection, CommandUnderWay under) {
        owner.beforeReset(connection);
        SessionState there = connection.state();
        boolean limited = LIMIT_ROWS.stream().anyMatch(name -> there.indexOf(name) >= 0);
        restoreThen(connection, limited ? session.state().without(LIMIT_ROWS) : there,
                () -> connection.ask(Question.query(leftovers.foundRowsInFront(), answer -> {
                    if (!owner.goesOn(connection)) {
                        return;
                    }
                    switch (answer) {
                        case Answer.Rows rows -> {
                            leftovers.foundRowsGiven();
                            prepare(connection, under);
                        }
                        case Answer.Refused refused -> notGiven(connection, under, refused.error());
                        case Answer.Lost lost -> {
                            // The connection tells its tenant.
                        }
                    }
                })));
    }

    /** Where the server's own limits do not let so many rows be counted, FOUND_ROWS() is not carried on. */
    private void notGiven(ServerConnection connection, CommandUnderWay under, ErrPacket error) {
        leftovers.moved();
        if (interrupted(error)) {
            owner.notRun(error);
        } else {
            under.foundRowsTried = true;
            prepare(connection, under);
        }
    }

    /** On a connection of one's own the schema would be the default one again as soon as it exists. A USE that fails changes nothing. */
    private void tryGoneSchema(ServerConnection connection, CommandUnderWay under) {
        SessionState in = connection.state().withSchema(session.goneSchema());
        if (!(RestorePlan.between(connection.state(), in, connection.baseline()) instanceof RestorePlan.Statements plan)) {
            prepare(connection, under);
            return;
        }
        owner.beforeReset(connection);
        multiStatements(connection, true);
        connection.ask(Question.query(plan.sql().substring(0, plan.sql().length() - 1), answer -> {
            if (!owner.goesOn(connection)) {
                return;
            }
            switch (answer) {
                case Answer.Rows rows -> {
                    connection.state(in);
                    session.schemaBack();
                    prepare(connection, under);
                }
                case Answer.Refused refused -> prepare(connection, under);
                case Answer.Lost lost -> {
                    // The connection tells its tenant.
                }
            }
        }));
    }

    /** Whether LAST_INSERT_ID() has to be set in front of the command. */
    boolean insertIdDue(ServerConnection connection, CommandUnderWay under) {
        return (under.has(NEEDS_INSERT_ID) || session.autoIsNull()) && !session.insertIdUnread()
                && !connection.givesInsertId(session.lastInsertId());
    }

    private RestorePlan plan(ServerConnection connection, OptionalLong insertId) {
        return RestorePlan.between(connection.restoredFrom(), session.state(), connection.variables(), session.variables(),
                connection.baseline(),
                insertId);
    }

    /**
     * Whether what others have left here, and nothing but a reset removes, could be seen. A session that is pinned here keeps what it has instead, and one that asks
     * what its last statement left.
     */
    private boolean mustReset(ServerConnection connection, CommandUnderWay under) {
        if (owner.isFresh()) {
            return owner.portableVariables().seesCleared(connection, under) || owner.seesOthersConditions(connection, under)
                    || owner.portableSequences().seesOthers(connection, under);
        }
        return !session.pinned() && !Rewriting.readsLeftovers(under.traits) && owner.portableVariables().seesCleared(connection, under);
    }

    /** Nothing but a reset makes a user variable one that does not exist. */
    private void reset(ServerConnection connection, CommandUnderWay under) {
        counters.reset();
        under.cleared = true;
        owner.worker().reset(connection, done -> {
            if (!owner.goesOn(connection)) {
                return;
            }
            if (done) {
                prepare(connection, under);
            } else {
                anotherConnection(connection);
            }
        });
    }

    /** Brings the connection into a state and goes on there. */
    void restoreThen(ServerConnection connection, SessionState target, Runnable then) {
        restoreThen(connection, target, connection.variables(), then);
    }

    private void restoreThen(ServerConnection connection, SessionState target, UserVariables variables, Runnable then) {
        switch (RestorePlan.between(connection.state(), target, connection.variables(), variables, connection.baseline(),
                OptionalLong.empty())) {
            case RestorePlan.Nothing nothing -> then.run();
            case RestorePlan.Statements plan -> restore(connection, plan, target, () -> {
                connection.variables(connection.variables().after(variables));
                then.run();
            }, error -> failed(connection, error, target));
            case RestorePlan.Relogin relogin -> anotherConnection(connection);
        }
    }

    private void restore(ServerConnection connection, RestorePlan.Statements plan, SessionState target, Runnable then,
            Consumer<ErrPacket> refused) {
        counters.restore(true);
        if (plan.statements() > 1) {
            multiStatements(connection, true);
        }
        String sql = plan.sql().substring(0, plan.sql().length() - 1);
        connection.ask(Question.query(sql, answer -> {
            if (!owner.goesOn(connection)) {
                return;
            }
            switch (answer) {
                case Answer.Rows rows -> {
                    connection.state(target);
                    then.run();
                }
                case Answer.Refused error -> refused.accept(error.error());
                case Answer.Lost lost -> {
                    // The connection tells its tenant.
                }
            }
        }));
    }

    /** No statement puts this session on this connection: it needs one that was logged in freshly. */
    private void anotherConnection(ServerConnection connection) {
        if (endsWith(connection, stateLost("its server connection could not be brought into its state"))) {
            return;
        }
        owner.discardLease(connection);
        if (++owner.underWay().attempts > MAX_ATTEMPTS) {
            owner.refused(stateLost("no server connection could be brought into its state"));
        } else {
            owner.acquire();
        }
    }

    /** A session that is pinned to a connection which is not fit for use any more ends with it, as it would with one of its own. */
    private boolean endsWith(ServerConnection connection, ErrPacket why) {
        if (owner.canMove()) {
            return false;
        }
        owner.discardLease(connection);
        owner.notRun(why);
        owner.client().close();
        return true;
    }

    /** The restore of the session's own state was refused, and the statement has not run. */
    void failed(ServerConnection connection, ErrPacket error) {
        if (interrupted(error) && plan(connection, OptionalLong.empty()) instanceof RestorePlan.Nothing) {
            // There was nothing to set but LAST_INSERT_ID(): also a session that is pinned here can go on.
            connection.insertIdUnknown();
            owner.notRun(error);
        } else {
            failed(connection, error, session.state());
        }
    }

    /** Such an error was meant for the statement. */
    private static boolean interrupted(ErrPacket error) {
        return error.code() == Refusal.INTERRUPTED.code();
    }

    private void failed(ServerConnection connection, ErrPacket error, SessionState target) {
        log.info("client {} of {}: its state could not be restored: {}", owner.id(), owner.account(), error);
        if (endsWith(connection, interrupted(error) ? error : stateLost(error.message()))) {
            return;
        }
        owner.discardLease(connection);
        if (interrupted(error)) {
            owner.notRun(error);
            return;
        }
        if (error.code() == 1049 || error.code() == 1044) {
            owner.account().forgetSchemas();
            if (!target.schema().equals(session.state().schema())) {
                // That of the statement, which was prepared there.
                owner.notRun(error);
                return;
            }
            session.schemaGone();
        }
        if (++owner.underWay().attempts >= MAX_ATTEMPTS || !owner.canTryAgain()) {
            owner.refused(stateLost(error.message()));
        } else {
            owner.acquire();
        }
    }

    private static ErrPacket stateLost(String why) {
        return new ErrPacket(Refusal.STATE_LOST.code(), Refusal.STATE_LOST.sqlState(),
                "Usher could not restore the session's state: " + why);
    }

    private void prepareOn(ServerConnection connection, CommandUnderWay under, PreparedStatement of) {
        counters.reprepare();
        Reprepare.on(connection, of, (int serverId, @Nullable ErrPacket error) -> {
            if (!owner.goesOn(connection)) {
                return;
            }
            if (error == null) {
                ClientStatements.add(connection, of, serverId);
                prepare(connection, under);
            } else {
                owner.answerInstead(error);
            }
        });
    }

    private void prepareOn(ServerConnection connection, CommandUnderWay under, SqlStatement named) {
        counters.reprepare();
        connection.ask(Question.query(named.prepare(), answer -> {
            if (!owner.goesOn(connection)) {
                return;
            }
            switch (answer) {
                case Answer.Rows rows -> {
                    SqlPreparing.add(connection, named);
                    prepare(connection, under);
                }
                case Answer.Refused refused -> {
                    connection.sqlStatements().remove(named.name());
                    owner.answerInstead(refused.error());
                }
                case Answer.Lost lost -> {
                    // The connection tells its tenant.
                }
            }
        }));
    }

    /** Whether one COM_QUERY may hold several statements; switched in front of what is sent next. */
    static void multiStatements(ServerConnection connection, boolean on) {
        if (connection.multiStatements() != on) {
            connection.multiStatements(on);
            connection.ask(Question.simple(Command.SET_OPTION, new byte[]{(byte) (on ? 0 : 1), 0}, answer -> {}));
        }
    }
}
