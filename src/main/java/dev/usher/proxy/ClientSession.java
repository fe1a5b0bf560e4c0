package dev.usher.proxy;

import dev.usher.error.Refusal;
import dev.usher.pool.Account;
import dev.usher.pool.Question;
import dev.usher.pool.Question.Answer;
import dev.usher.pool.ServerConnection;
import dev.usher.pool.Tenant;
import dev.usher.pool.Worker;
import dev.usher.session.Baseline;
import dev.usher.session.Collations;
import dev.usher.session.FoundRows;
import dev.usher.session.Pin;
import dev.usher.session.RestorePlan;
import dev.usher.session.Session;
import dev.usher.session.SessionState;
import dev.usher.session.StatementTraits;
import dev.usher.session.Trait;
import dev.usher.session.UserVariables;
import dev.usher.session.Verb;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command;
import dev.usher.wire.Command.Response;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.MalformedPacketException;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that is logged in: its commands come one by one, it gets a lease for each that needs the server, and gives the lease up when the response is complete
 * and nothing pins it. This is the one place where a session's mode changes and where it is decided what becomes of its lease.
 *
 * <p>The way of a statement is {@link Commands#next} – {@link TextCommand} or {@link StatementCommands} – {@link #acquire} – {@link #granted} – {@link
 * Restoring#prepare} – {@link #send} – {@link ResponseNotes} – {@link #finished} – {@link Aftermath} – {@link #settle}.
 */
public final class ClientSession extends Tenant implements Relay.Listener {
    private static final Logger log = LoggerFactory.getLogger(ClientSession.class);
    private static final Pattern CHANGES_SCHEMA =
            Pattern.compile("\\b(?:DROP|ALTER|CREATE\\s+OR\\s+REPLACE)\\s+(?:DATABASE|SCHEMA)\\b", Pattern.CASE_INSENSITIVE);

    private enum Mode {
        /** Not yet: the login is being finished. */
        ENTERING,
        /** Waits for a command. */
        READY,
        /** A command waits for its lease, or its response is under way. */
        BUSY,
        /** A large command is passing through. */
        STREAMING,
        /** The rest of a large command that has been answered already is thrown away. */
        SKIPPING,
        /** The client sends a file that the server asked for. */
        SENDING_FILE,
        /** The connection is a replication stream or the like. */
        DEDICATED
    }

    private final ClientConnection client;
    private final Frontend frontend;
    private final Worker worker;
    private final Account account;
    private final long capabilities;
    private final int collation;
    private final String program;
    private final long loggedInAt = System.nanoTime();
    private final Session session;
    private final Relay relay;
    private final BehindRestore behindRestore;
    private final boolean queryAttributes;
    private final CommandUnderWay under = new CommandUnderWay();
    private final Lease lease;
    private final ClientStatements statements;
    private final PassThrough passThrough;
    private final Restoring restoring;
    private final Aftermath aftermath;
    private final Rewriting rewriting;
    /** The command under way waits for what Usher asks about the one before it. */
    private boolean dispatchLater;
    private final PortableVariables variables;
    private final PortableSequences sequences;
    private final SqlPreparing sqlPreparing;
    private final PinChecks pinChecks;
    private final SessionPin pin;
    private final Pinning pinning;
    private final Commands commands;
    private final SchemaAtLogin schemaAtLogin;

    private Mode mode = Mode.ENTERING;
    private boolean waiting;
    private boolean ended;
    private boolean multiStatementsAllowed;
    private boolean finishedEarly;
    private boolean responseLost;
    private @Nullable ObjIntConsumer<ClientConnection> dying;
    private boolean cutOff;
    /** A KILL of another is its command under way. */
    private boolean killing;
    /** Runs in place of the command. */
    private @Nullable Errand errand;
    private long statementsRun;
    /** Since when no command is under way. */
    private long idleSince = System.nanoTime();
    /** Since when it has been asked for nothing but a ping. */
    private long quietSince = idleSince;

    ClientSession(ClientConnection client, Account account, long capabilities, int collation, Baseline baseline, String program) {
        super(client.worker().enter(account, capabilities & Capabilities.PER_POOL));
        this.client = client;
        this.frontend = client.frontend();
        this.worker = client.worker();
        this.account = account;
        this.capabilities = capabilities;
        this.collation = collation;
        this.program = program;
        this.multiStatementsAllowed = Capabilities.has(capabilities, Capabilities.MULTI_STATEMENTS);
        this.queryAttributes = Capabilities.has(capabilities, Capabilities.QUERY_ATTRIBUTES);
        this.lease = new Lease(worker);
        this.session = new Session(baseline, initialState(baseline), frontend.config().pool().trustServerSideCode());
        this.statements = new ClientStatements(session);
        this.passThrough = new PassThrough(client);
        this.variables = new PortableVariables(session, frontend.counters());
        this.sequences = new PortableSequences(session, frontend.counters(), worker.server().mariaDb());
        Consumer<ServerConnection> onAnswer = this::questionAnswered;
        this.aftermath = new Aftermath(session, worker, frontend.counters(), onAnswer, this::chooseTrackers);
        this.behindRestore = new BehindRestore(queryAttributes);
        this.relay = new Relay(client.channel(), capabilities, TrackerFilter.DEFAULT,
                new ResponseNotes(this, statements, aftermath, behindRestore), this);
        this.restoring = new Restoring(this, aftermath.leftovers(), frontend.counters());
        this.rewriting = new Rewriting(session, aftermath.leftovers(), worker.server().flavour(), client.id());
        this.sqlPreparing = new SqlPreparing(session, rewriting, frontend, worker);
        this.pinChecks = new PinChecks(session, aftermath, onAnswer);
        this.pin = new SessionPin(this, frontend.pins(), frontend.config().pool().pins());
        this.pinning = new Pinning(this, pin, frontend.counters());
        this.commands = new Commands(this, statements, aftermath, queryAttributes);
        this.schemaAtLogin = new SchemaAtLogin(this);
    }

    private SessionState initialState(Baseline baseline) {
        Collations collations = worker.server().collations();
        return collations == null ? SessionState.INITIAL : pool().states().of(collations.afterLogin(collation, baseline));
    }

    // ---- for SHOW and KILL ----

    public ClientConnectionId id() {
        return client.id();
    }

    ClientConnection client() {
        return client;
    }

    @Override
    public Account account() {
        return account;
    }

    public String program() {
        return program;
    }

    public Session session() {
        return session;
    }

    CommandUnderWay underWay() {
        return under;
    }

    public @Nullable ServerConnection lease() {
        return lease.connection();
    }

    /**
     * Something has been asked on its lease for the command under way, and is answered.
     *
     * @return whether the command can go on there; false if the connection is lost, or if the client has gone: then it is given up here
     */
    boolean goesOn(ServerConnection connection) {
        if (ended && lease.is(connection) && !connection.closed()) {
            // In the midst of a restore nobody knows its state.
            session.pin(Pin.UNEXPLAINED);
            leave();
        }
        return lease.is(connection) && !ended;
    }

    public long statementsRun() {
        return statementsRun;
    }

    /** {@link System#nanoTime} since when no command is under way. */
    public long idleSince() {
        return idleSince;
    }

    public boolean waiting() {
        return waiting;
    }

    /** Its login is not answered yet. */
    boolean entering() {
        return mode == Mode.ENTERING;
    }

    /** Between two commands, outside a transaction. */
    public boolean idle() {
        return mode == Mode.READY && !session.has(Pin.TRANSACTION);
    }

    /** What to tell it if it has kept its server connection for too long; null if it may go on. */
    @Nullable
    String keepsTooLong(long now) {
        return mode == Mode.READY ? pin.tooLong(now, quietSince) : null;
    }

    public SessionPin pin() {
        return pin;
    }

    @Override
    public boolean pinnedIdle() {
        return mode == Mode.READY && pin.held();
    }

    @Override
    public void blamed(long nanos) {
        pin.blamed(nanos);
    }

    /** Whether it has run nothing for longer than its {@code wait_timeout}. */
    boolean idleTooLong(long now) {
        return mode == Mode.READY && now - idleSince > session.waitTimeoutNanos();
    }

    /** Whether an ERR packet may be written now: between two packets of an answer. */
    int sequenceForError() {
        return switch (mode) {
            case READY, SKIPPING -> 0;
            case ENTERING -> client.loginSequence();
            default -> !under.sent ? 1 : relay.betweenPackets() ? relay.nextSequence() : -1;
        };
    }

    /** Whether a command is under way. */
    public boolean busy() {
        return mode != Mode.READY;
    }

    /** Whether its lease can be taken back. */
    boolean resting() {
        return lease.resting();
    }

    /** KILL QUERY of a statement that has no lease yet: it will not run. A login is no statement. */
    void interruptWaiting() {
        if (waiting && !schemaAtLogin.waits()) {
            worker.cancel(this);
            notRun(interrupted());
        }
    }

    static ErrPacket interrupted() {
        return new ErrPacket(Refusal.INTERRUPTED.code(), Refusal.INTERRUPTED.sqlState(), "Query execution was interrupted");
    }

    /** A KILL QUERY of the command under way is on its way to the server: a command that has not been sent waits for what comes of it. */
    void interrupting() {
        if (!under.sent) {
            under.kills++;
        }
    }

    /** @param command the number of {@link #statementsRun} for which there was one; the command is not sent if it was done */
    void interrupted(long command, boolean done) {
        if (command != statementsRun || under.kills == 0) {
            return;
        }
        under.killed |= done;
        Runnable due = under.due;
        if (--under.kills == 0 && due != null && lease.connection() != null && !ended) {
            under.due = null;
            due.run();
        }
    }

    /** A KILL of what runs on its lease has been sent, or answered. */
    void holdLease(boolean hold) {
        lease.hold(hold);
        if (!lease.held() && lease.connection() != null && !under.sent) {
            if (under.waitsForQuiet && !ended) {
                quiet();
            } else {
                settleOrLeave();
            }
        }
    }

    /** What the lease was kept for is over. */
    private void settleOrLeave() {
        if (ended) {
            leave();
        } else if (mode == Mode.READY) {
            settle();
        }
    }

    /** A KILL has begun, and {@link #killed} follows. */
    void killing() {
        killing = true;
    }

    /** The outcome of a KILL that this session asked for. The loss of its server connection may have been the answer already. */
    void killed(@Nullable ErrPacket error) {
        if (!ended) {
            if (!killing) {
                return;
            }
            killing = false;
            if (error != null) {
                answerInstead(error);
                return;
            }
            aftermath.leftovers().ranHere();
            answer(() -> client.ok(1, session.status()));
            settle();
            client.consume();
        } else {
            leave();
        }
    }

    /** Asks something on the lease, which is got for it if there is none; {@code then} always gets an answer. */
    void askOverLease(String sql, Consumer<Answer> then) {
        if (ended) {
            then.accept(new Answer.Lost(new ErrPacket(Refusal.SERVER_LOST.code(), Refusal.SERVER_LOST.sqlState(), "the client has gone")));
            return;
        }
        errand = new Errand(sql, then);
        acquire();
    }

    private record Errand(String sql, Consumer<Answer> then) {}

    /** The server is closing its connection because of a KILL, and its client is then to be closed as {@link Killing} says; or, with null, it is not. */
    void dying(@Nullable ObjIntConsumer<ClientConnection> end) {
        dying = end;
    }

    /** Gives up whatever it has on the server, at once; the caller ends the client connection. */
    void cutOff() {
        cutOff = true;
        ServerConnection has = lease.awake();
        if (has != null) {
            relay.orphan();
            discardLease(has);
        }
    }

    // ---- the pool's view ----

    @Override
    public SessionState state() {
        return schemaAtLogin.waits() ? schemaAtLogin.wanted() : session.state();
    }

    @Override
    public UserVariables variables() {
        return session.variables();
    }

    PortableVariables portableVariables() {
        return variables;
    }

    PortableSequences portableSequences() {
        return sequences;
    }

    Pinning pinning() {
        return pinning;
    }

    Rewriting rewriting() {
        return rewriting;
    }

    PassThrough passThrough() {
        return passThrough;
    }

    SqlPreparing sqlPreparing() {
        return sqlPreparing;
    }

    Worker worker() {
        return worker;
    }

    @Override
    public @Nullable ServerConnection lastConnection() {
        return lease.last();
    }

    @Override
    public long loggedInAt() {
        return loggedInAt;
    }

    // ---- login ----

    /** Makes a schema the default one before the login is answered, as the server would; {@code then} gets its error or null. */
    void openSchema(String schema, Consumer<@Nullable ErrPacket> then) {
        if (account.mayUse(schema, frontend.config().pool().credentialTtl().toNanos())) {
            session.wasRead(pool().states().of(session.state().withSchema(schema)));
            then.accept(null);
            return;
        }
        schemaAtLogin.begin(schema, then);
        under.begin(Command.INIT_DB, null, false);
        acquire();
    }

    /** The login has been answered. */
    void ready() {
        mode = Mode.READY;
        // Survives a change of the user.
        aftermath.leftovers().foundRows(client.foundRows());
        if (lease.connection() != null) {
            settle();
        }
        client.consume();
    }

    // ---- commands ----

    /** Whether bytes that arrive now can be used or kept. */
    boolean wantsMore() {
        return !passThrough.serverBehind();
    }

    void consume(ByteBuf in) {
        boolean progress = true;
        while (progress && !client.closed()) {
            progress = switch (mode) {
                case READY -> commands.next(in);
                case STREAMING -> stream(in);
                case SKIPPING -> skip(in);
                case SENDING_FILE -> file(in);
                case DEDICATED -> {
                    ServerConnection has = lease.connection();
                    if (has != null) {
                        passThrough.forward(in.readRetainedSlice(in.readableBytes()), has);
                    }
                    yield false;
                }
                case ENTERING, BUSY -> false;
            };
        }
    }

    /** A command has begun. */
    void begun() {
        mode = Mode.BUSY;
        statementsRun++;
        frontend.counters().statement();
    }

    /** COM_SET_OPTION has been understood. */
    void multiStatements(boolean allowed) {
        multiStatementsAllowed = allowed;
        aftermath.leftovers().commandAnswered(-1, false);
        answer(() -> OwnCommands.optionSet(client.channel(), capabilities, session.status()));
    }

    /** COM_RESET_CONNECTION: as after the login. Its answer says that what the session had locked is free. */
    void reset(Runnable answering) {
        boolean held = session.pinned();
        leave(() -> {
            if (held) {
                // Not at once: the session is to be reset before its next command.
                worker.loop().execute(() -> hasReset(answering));
            }
        });
        Baseline baseline = session.baseline();
        session.reset(baseline, OwnCommands.afterReset(initialState(baseline), baseline, worker.server().mariaDb()));
        relay.filter(TrackerFilter.DEFAULT);
        if (!held) {
            answer(answering);
        }
    }

    private void hasReset(Runnable answering) {
        if (!ended) {
            answer(answering);
            goOn();
        }
    }

    /** COM_CHANGE_USER: this session is over, and the other one begins when what it had locked is free. */
    void changeUser(ByteBuf payload, int sequence) {
        LoginRequest request = LoginRequest.ofChangeUser(payload, capabilities, collation);
        client.foundRows(aftermath.leftovers().foundRows());
        end(() -> {
            if (!client.closed()) {
                client.loginAgain(request, sequence);
            }
        });
    }

    /** The command is dealt with here. */
    void answer(Runnable answering) {
        notSent();
        answering.run();
    }

    /** An error of Usher's, or one about something that the client did not ask for, in place of an answer. */
    void answerInstead(ErrPacket error) {
        aftermath.leftovers().failedHere(error.code(), error.message());
        pinning.takeBack();
        notSent();
        if (under.command() == Command.STMT_SEND_LONG_DATA) {
            // Nothing could say so, and what comes next may build on it.
            client.close();
            return;
        }
        client.err(error, 1);
        settle();
        client.consume();
    }

    /** The command under way goes to no server. What is still to come of a large one is skipped. */
    private void notSent() {
        mode = under.large() && !passThrough.done() ? Mode.SKIPPING : Mode.READY;
        idleSince = System.nanoTime();
        under.drop();
        under.verb = Verb.NONE;
    }

    private boolean skip(ByteBuf in) {
        if (passThrough.skip(in)) {
            return true;
        }
        if (passThrough.done()) {
            mode = Mode.READY;
            settle();
            if (client.draining() && idle()) {
                client.drain();
            }
            return true;
        }
        return false;
    }

    /** What the command under way depends on is only known to the leased connection. */
    void readValuesThen(Runnable then) {
        ServerConnection has = lease.awake();
        if (has == null) {
            throw new IllegalStateException("values that are not read, and no connection that has them");
        }
        aftermath.beforeQuestion(has);
        askValues(has, pinned -> {
            if (goesOn(has)) {
                if (pinned != null) {
                    pinning.add(pinned);
                }
                then.run();
            }
        });
    }

    /** @param then gets what keeps the session on its connection, null if nothing does */
    private void askValues(ServerConnection connection, Consumer<@Nullable Pin> then) {
        if (!session.sequences().anyUnread()) {
            variables.ask(connection, portable -> then.accept(portable ? null : Pin.USER_VARIABLE));
            return;
        }
        @Nullable
        Pin[] kept = {null};
        if (session.variables().anyUnread()) {
            variables.ask(connection, portable -> kept[0] = portable ? null : Pin.USER_VARIABLE);
        }
        sequences.ask(connection, portable -> {
            if (!portable && kept[0] != null && lease.is(connection)) {
                pinning.add(Pin.SEQUENCE);
            }
            then.accept(portable || kept[0] != null ? kept[0] : Pin.SEQUENCE);
        });
    }

    /** Whether the command has to wait for an answer about what the one before it left. */
    boolean asksFirst() {
        ServerConnection has = lease.connection();
        if (has == null) {
            aftermath.moved();
            return false;
        }
        if (!rewriting.mustAsk(under.traits)) {
            return false;
        }
        lease.awake();
        dispatchLater = true;
        aftermath.captureHere(has);
        return true;
    }

    /**
     * Whether a prepared statement has to wait until it is known what the command before it left, as that cannot be told otherwise, or as what brings the connection into the
     * statement's state changes what it is to read.
     *
     * @param there whether it is prepared on the leased connection
     */
    boolean knowsFirst(boolean there) {
        ServerConnection has = lease.connection();
        return asksFirst() || has != null && !(there && has.state().equals(session.state())) && Rewriting.readsLeftovers(under.traits)
                && waitsForCapture(has);
    }

    /** Whether a command that Usher answers has to wait for what the last statement left, as it goes on from there and only the connection may know it. */
    boolean readsFirst(boolean unread) {
        ServerConnection has = lease.connection();
        if (has == null || !unread) {
            return false;
        }
        lease.awake();
        return waitsForCapture(has);
    }

    /** Whether the command under way has to wait for answers about the one before it, or for a KILL of that one; it is dispatched again when they have come. */
    boolean waitsForQuiet() {
        ServerConnection has = lease.connection();
        under.waitsForQuiet = has != null && (has.owed() > 0 || lease.held());
        return under.waitsForQuiet;
    }

    /** Reads what the last statement left, before its connection is changed; whether the command has to wait for that. */
    boolean waitsForCapture(ServerConnection connection) {
        aftermath.captureHere(connection);
        dispatchLater = aftermath.capturing();
        return dispatchLater;
    }

    // ---- lease ----

    void acquire() {
        ServerConnection has = lease.again();
        if (has == null) {
            waiting = true;
            worker.acquire(this);
        } else {
            prepare(has);
        }
    }

    /** Whether the lease has been got for the command under way, so that nothing of the session's is there yet. */
    boolean isFresh() {
        return lease.fresh();
    }

    /** What only the leased connection knows is read, if there is anything. */
    void beforeReset(ServerConnection connection) {
        if (!lease.fresh()) {
            aftermath.captureHere(connection);
        }
    }

    /** Whether the text may show conditions that another session has left on a MariaDB connection: one of several statements that reads them. */
    boolean seesOthersConditions(ServerConnection connection, CommandUnderWay of) {
        return worker.server().mariaDb() && Rewriting.readsConditions(of.traits) && !of.emulated && !of.has(Trait.SINGLE.bit())
                && !of.cleared
                && of.isStatement();
    }

    @Override
    public void granted(ServerConnection connection) {
        waiting = false;
        lease.begin(connection);
        aftermath.moved();
        if (session.baseline() != connection.baseline()) {
            session.rebase(connection.baseline());
        }
        connection.doubtSchema();
        prepare(connection);
    }

    private void prepare(ServerConnection connection) {
        Errand running = errand;
        if (running != null) {
            errand = null;
            connection.ask(Question.query(running.sql(), running.then()));
            return;
        }
        if (schemaAtLogin.waits()) {
            restoring.restoreThen(connection, schemaAtLogin.enough(connection), () -> schemaAtLogin.openOn(connection));
            return;
        }
        ErrPacket lost = aftermath.asksForLost(under);
        if (lost != null) {
            answerInstead(lost);
        } else {
            restoring.prepare(connection, under);
        }
    }

    @Override
    public void refused(ErrPacket error) {
        if (errand == null) {
            log.debug("client {} of {}: {}", client.id(), account, error);
            frontend.refusals().statement(account.user(), error);
        }
        notRun(error);
    }

    /** The command has not been sent, and will not be. */
    void notRun(ErrPacket error) {
        waiting = false;
        Errand failed = errand;
        if (failed != null) {
            errand = null;
            failed.then().accept(new Answer.Refused(error));
            return;
        }
        if (schemaAtLogin.failed(error)) {
            return;
        }
        if (account.credentials() == null && error.code() == Refusal.SERVER_LOST.code()) {
            // Nobody but the client can log this account in again.
            client.err(error, 1);
            client.close();
        } else {
            answerInstead(error);
        }
    }

    /** Gives up a lease whose connection nobody should have after this session. */
    void discardLease(ServerConnection connection) {
        lease.gone();
        pin.over();
        worker.discard(connection);
    }

    /** Whether the session can go on elsewhere, but for the command under way, which has not been sent. */
    boolean canMove() {
        return (session.pinBits() & ~under.pinned) == 0 && !session.anyUnread();
    }

    /** Whether the command that could not be sent is still there. */
    boolean canTryAgain() {
        return under.hasPacket() || schemaAtLogin.waits();
    }

    /** Sends the command, with a restore in front of it in the same COM_QUERY where there is one. */
    void send(ServerConnection connection, RestorePlan.@Nullable Statements restore) {
        if (under.kills > 0) {
            under.due = () -> send(connection, restore);
            return;
        }
        if (under.killed) {
            // What the restore was to set has not been set.
            connection.insertIdUnknown();
            answerInstead(interrupted());
            return;
        }
        Command command = under.command();
        if (command == Command.QUERY && (restore != null || !under.single)) {
            Restoring.multiStatements(connection, restore != null || multiStatementsAllowed);
        }
        ByteBuf bytes = under.takePacket();
        if (under.statement != null) {
            try {
                bytes = statements.send(bytes, under, connection, queryAttributes, client.channel().alloc());
            } catch (MalformedPacketException | IndexOutOfBoundsException e) {
                // The client's fault, wherever this is called from: the server connection must not pay for it.
                bytes.release();
                client.refuse(Refusal.MALFORMED_PACKET, "Malformed communication packet", 1);
                return;
            }
        }
        under.sent = command.response() != Response.NONE;
        if (!under.sent) {
            connection.write(bytes);
        } else {
            relay.begin(command.response(), restore == null ? 0 : restore.statements());
            relay.add(under.rows, command == Command.STMT_EXECUTE);
            relay.cursorAsked(command == Command.STMT_EXECUTE && under.statement != null && statements.hasCursor(under.statement));
            relay.countedInOk(
                    (command == Command.INIT_DB || command == Command.PING) && !worker.server().mariaDb()
                            ? aftermath.leftovers().countedInOk() : under.countedInOk);
            if (restore == null) {
                connection.send(bytes, relay);
            } else {
                behindRestore.send(restore, bytes, connection, relay);
            }
        }
        connection.flush();
        if (command.response() == Response.ENDLESS) {
            mode = Mode.DEDICATED;
        } else if (under.large()) {
            mode = Mode.STREAMING;
        } else if (!under.sent) {
            mode = Mode.READY;
            idleSince = System.nanoTime();
        }
        if (mode != Mode.BUSY) {
            client.consume();
        }
    }

    private boolean stream(ByteBuf in) {
        ServerConnection has = lease.connection();
        if (has == null) {
            return false;
        }
        if (!passThrough.done()) {
            return passThrough.pass(in, has);
        }
        mode = under.sent ? Mode.BUSY : Mode.READY;
        idleSince = System.nanoTime();
        StatementTraits read = passThrough.traits();
        if (read != null) {
            under.traits = read.bits();
            under.variables = read.userVariables();
            under.untoldVariables = read.untoldVariables();
            under.foundRows = read.has(Trait.SINGLE) ? read.foundRows() : FoundRows.UNCLEAR;
            pinning.begin();
        }
        if (finishedEarly) {
            // The server has answered before it had everything (an error): the response is through.
            finishedEarly = false;
            finished(has);
        }
        return true;
    }

    private boolean file(ByteBuf in) {
        ServerConnection has = lease.connection();
        if (has == null || !passThrough.passFile(in, has)) {
            return false;
        }
        if (passThrough.done()) {
            mode = Mode.BUSY;
        }
        return true;
    }

    /** What has been asked behind the session's statement is answered. */
    @Override
    public void quiet(ServerConnection connection) {
        if (under.waitsForQuiet && lease.is(connection) && !ended) {
            quiet();
            return;
        }
        if (lease.is(connection) && !lease.resting() && !under.sent && (ended || !session.pinned())) {
            settleOrLeave();
        }
    }

    /** The command under way may no longer have to wait for that. */
    private void quiet() {
        under.waitsForQuiet = false;
        commands.dispatch();
        client.consume();
    }

    @Override
    public void failed() {
        client.failed();
    }

    @Override
    public void serverWritable(ServerConnection connection) {
        if (passThrough.serverBehind()) {
            passThrough.serverCaughtUp();
            client.consume();
        }
    }

    /** A slow client stops its server connection from being read, and with it the server. */
    void clientWritable(boolean writable) {
        ServerConnection has = lease.connection();
        if (has != null && under.sent && has.channel().config().isAutoRead() != writable) {
            has.channel().config().setAutoRead(writable);
        }
        if (writable) {
            client.consume();
        }
    }

    // ---- the response ----

    @Override
    public void localInfile(int sequenceShift) {
        passThrough.beginFile(sequenceShift);
        mode = Mode.SENDING_FILE;
        client.consume();
    }

    @Override
    public void finished(ServerConnection connection) {
        if (ended) {
            under.sent = false;
            if (lease.is(connection)) {
                session.pin(Pin.UNEXPLAINED);
                leave();
            }
            return;
        }
        worker.flushes().add(client.channel());
        if (!connection.channel().config().isAutoRead()) {
            connection.channel().config().setAutoRead(true);
        }
        ErrPacket notRestored = behindRestore.takeRefusal();
        if (notRestored != null) {
            under.packet(behindRestore.takeText());
            under.sent = false;
            under.failed = false;
            restoring.failed(connection, notRestored);
            return;
        }
        if (mode == Mode.STREAMING) {
            finishedEarly = true;
            return;
        }
        under.sent = false;
        if (under.has(Trait.COMMIT_RELEASE.bit()) && !under.failed) {
            // The server closes it.
            discardLease(connection);
            client.close();
            return;
        }
        statements.unpin();
        variables.after(connection, under);
        sequences.after(connection, under);
        sqlPreparing.after(connection, under);
        if (TextCommand.DEFINES.contains(under.verb) && !under.failed && CHANGES_SCHEMA.matcher(under.text).find()) {
            worker.accounts().schemaDropped();
            worker.server().schemasChanged();
        }
        session.over(under.traits, under.text, under.failed);
        aftermath.of(connection, under);
        pinChecks.after(connection, under);
        mode = Mode.READY;
        settle();
        goOn();
    }

    private void goOn() {
        if (client.draining() && idle()) {
            client.drain();
        } else {
            client.consume();
        }
    }

    private void chooseTrackers(TrackerFilter filter) {
        relay.filter(filter);
    }

    /** A question that was asked behind a statement is answered. */
    private void questionAnswered(ServerConnection connection) {
        if (dispatchLater && !ended && !aftermath.capturing()) {
            dispatchLater = false;
            if (!connection.closed()) {
                commands.dispatch();
            }
            if (!ended) {
                client.consume(); // it may have been answered here, with more behind it
            }
            return;
        }
        if (lease.is(connection) && !under.sent) {
            settleOrLeave();
        }
        if (!ended) {
            client.consume();
        }
    }

    /** Nothing is under way: the lease rests, or goes back, unless something pins it or is still to be found out. */
    void settle() {
        ServerConnection has = lease.connection();
        if (has == null || lease.resting()) {
            return;
        }
        idleSince = System.nanoTime();
        if (under.command() != Command.PING) {
            quietSince = idleSince;
        }
        pin.settled(session.pinned(), under.verb, quietSince);
        if (has.owed() > 0 || lease.held() || session.pinned()) {
            return;
        }
        if (lease.rest(has) || askValues(has)) {
            return;
        }
        aftermath.leave(has, under);
        lease.end(has);
        worker.release(has);
    }

    private boolean askValues(ServerConnection connection) {
        if (!session.anyUnread()) {
            return false;
        }
        aftermath.beforeQuestion(connection);
        askValues(connection, pinned -> valuesRead(connection, pinned));
        return true;
    }

    private void valuesRead(ServerConnection connection, @Nullable Pin pinned) {
        if (lease.is(connection) && pinned != null) {
            pinning.add(pinned);
            worker.cannotGiveUp(connection);
        }
        questionAnswered(connection);
    }

    @Override
    public boolean takenBack(ServerConnection connection) {
        lease.disturbed();
        if (askValues(connection)) {
            return false;
        }
        aftermath.leave(connection, under);
        lease.end(connection);
        return true;
    }

    // ---- the end ----

    @Override
    public void lost(ServerConnection connection, ErrPacket cause) {
        boolean told = responseLost;
        if (mode == Mode.BUSY && !under.sent && !told) {
            pinning.takeBack();
        }
        boolean rebuildable = rebuildable();
        if (lease.is(connection)) {
            // A command that was already there may have got another one when the loss of the response was answered.
            lease.gone();
        }
        responseLost = false;
        if (ended || cutOff || told) {
            return;
        }
        aftermath.lost();
        if (mode != Mode.READY) {
            // Lost before the command was sent.
            answerLost(cause, rebuildable && !under.large(), 1);
        } else if (dying != null) {
            dying.accept(client, 0);
        } else if (!rebuildable) {
            // As a server does that closes an idle connection: the error is there when the client looks.
            client.err(cause, 0);
            client.close();
        }
    }

    /** The response under way is lost; {@link #lost(ServerConnection, ErrPacket) the connection's loss} follows. */
    @Override
    public void lostResponse(ServerConnection connection, ErrPacket cause) {
        behindRestore.drop();
        if (ended || cutOff) {
            return;
        }
        responseLost = true;
        aftermath.lost();
        frontend.counters().lostStatement();
        boolean clean = relay.betweenPackets();
        boolean goesOn = clean && rebuildable() && !under.has(Trait.USER_VARIABLE_ASSIGNED.bit()) && mode == Mode.BUSY && !under.large();
        answerLost(cause, goesOn, clean ? relay.nextSequence() : -1);
    }

    @Override
    public void pointless(ServerConnection connection) {
        if (lease.is(connection)) {
            discardLease(connection);
        }
    }

    /** Whether the session can go on without what its server connection had. */
    private boolean rebuildable() {
        return !session.pinned() && !session.anyUnread();
    }

    private void answerLost(ErrPacket cause, boolean goesOn, int sequence) {
        killing = false;
        under.drop();
        under.sent = false;
        lease.gone();
        if (schemaAtLogin.failed(cause)) {
            return;
        }
        ObjIntConsumer<ClientConnection> end = dying;
        if (end != null) {
            end.accept(client, sequence);
            return;
        }
        if (sequence >= 0) {
            client.err(
                    new ErrPacket(Refusal.SERVER_LOST.code(), Refusal.SERVER_LOST.sqlState(), cause.message() + " while the statement ran"),
                    sequence);
        }
        if (goesOn) {
            mode = Mode.READY;
            idleSince = System.nanoTime();
            client.consume();
        } else {
            client.close();
        }
    }

    private void leave() {
        leave(() -> {});
    }

    /**
     * Gives the lease up for good: by a reset if anything is left that is not portable. What is still being asked is waited for.
     *
     * @param free runs when what the session had locked is free; at once if somebody else sees to that, as when its client is gone
     */
    private void leave(Runnable free) {
        ServerConnection has = lease.connection();
        if (has == null || ended && (lease.held() || has.owed() > 0)) {
            free.run();
            return;
        }
        lease.awake();
        lease.gone();
        pin.over();
        if (has.owed() > 0 || lease.held()) {
            worker.discard(has);
            free.run();
        } else if (session.has(Pin.DEDICATED) || session.has(Pin.XA)) {
            worker.discard(has, free);
        } else if (session.pinned() || !session.toRead().isEmpty() || session.sequences().anyUnread()) {
            worker.releaseForReset(has, free);
        } else {
            aftermath.freeTables(has, under);
            session.sequences().leave(has.drawn());
            worker.release(has);
            free.run();
        }
    }

    /**
     * The session is over: the client is gone, or changes its account.
     *
     * @param free runs when what it had locked is free, unless a statement is still under way
     */
    private void end(Runnable free) {
        ended = true;
        ServerConnection has = lease.connection();
        if (under.due != null && has != null) {
            // What was to be set in front of it has not been set.
            has.insertIdUnknown();
            under.due = null;
            under.verb = Verb.NONE;
        }
        worker.leave(pool());
        under.drop();
        schemaAtLogin.cancel();
        if (waiting) {
            waiting = false;
            worker.cancel(this);
            Errand running = errand;
            if (running != null) {
                errand = null;
                running.then().accept(new Answer.Lost(new ErrPacket(
                        Refusal.SERVER_LOST.code(), Refusal.SERVER_LOST.sqlState(), "the client has gone")));
            }
        }
        if (!under.sent) {
            leave(free);
        }
    }

    /** The client is gone. */
    void ended() {
        if (ended) {
            return;
        }
        end(() -> {});
        behindRestore.drop();
        ServerConnection has = lease.connection();
        if (has != null && under.sent) {
            // The server goes on with a statement, as it would if the client had been its own, and what it answers is thrown away. Once an answer has begun it
            // could be endless, and a file that the client was to send never comes. A wait for a named lock ends when the server sees that nobody is there.
            relay.orphan();
            if (relay.started() || mode != Mode.BUSY || under.has(Trait.NAMED_LOCK.bit())) {
                discardLease(has);
            }
        }
    }
}
