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
import dev.usher.session.KillTarget;
import dev.usher.session.Pin;
import dev.usher.session.PreparedStatement;
import dev.usher.session.RestorePlan;
import dev.usher.session.Session;
import dev.usher.session.SessionState;
import dev.usher.session.SqlLexer;
import dev.usher.session.StatementDigest;
import dev.usher.session.StatementTraits;
import dev.usher.session.Trait;
import dev.usher.session.UserVariables;
import dev.usher.session.Verb;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command;
import dev.usher.wire.Command.Response;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.MalformedPacketException;
import dev.usher.wire.OkPacket;
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that is logged in: takes its commands one by one, gets a lease for each that needs the server, and gives the lease up when the response is complete
 * and nothing pins it. This file is long because it is the one place where a session's mode and its lease change; what can be told apart from that is in
 * {@link Restoring}, {@link Aftermath}, {@link ClientStatements}, {@link PassThrough} and {@link CommandUnderWay}.
 *
 * <p>The way of a statement is {@link #next} – {@link #acquire} – {@link #granted} – {@link Restoring#prepare} – {@link #send} – {@link #finished} – {@link
 * #settle}.
 */
public final class ClientSession implements Tenant, Relay.Listener {
    private static final Logger log = LoggerFactory.getLogger(ClientSession.class);
    /** Commands up to this size are taken whole; larger ones stream to the server as they arrive. */
    private static final int WHOLE = 128 << 10;
    /** What has to be there of an execution: in front of the values are the types, two bytes for each of up to 65,535 parameters, and a bit for each. */
    private static final int HEAD_OF_EXECUTION = 144 << 10;

    /** What the mysql client (8.0.32 and later) sends first, to find out whether the server knows dollar quotes. It leaves nothing behind either way. */
    private static final String DOLLAR_PROBE = "select $$";

    /** What a digest is made of is the beginning of a statement. */
    private static final int LONGEST_DIGESTED = 2048;
    private static final Pattern DROPS_SCHEMA = Pattern.compile("\\bDROP\\s+(?:DATABASE|SCHEMA)\\b", Pattern.CASE_INSENSITIVE);

    private static final String AUTOCOMMIT = "autocommit";

    /** A SET no longer than this has no room for a second variable beside {@link #AUTOCOMMIT}. */
    private static final int LONGEST_SET_AUTOCOMMIT = "SET autocommit=0,profiling=0".length() - 1;

    private enum Mode {
        /** Not yet: the login is being finished. */
        ENTERING,
        /** Waits for a command. */
        READY,
        /** A command waits for its lease, or its response is under way. */
        BUSY,
        /** A large command is passing through. */
        STREAMING,
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
    private final boolean queryAttributes;
    private final CommandUnderWay under = new CommandUnderWay();
    private final ClientStatements statements;
    private final PassThrough passThrough;
    private final Restoring restoring;
    private final Aftermath aftermath;
    private final Rewriting rewriting;
    /** The command under way waits for what Usher asks about the one before it. */
    private boolean dispatchLater;
    private final PortableVariables variables;
    private final SqlPreparing sqlPreparing;
    private final PinChecks pinChecks;
    private final SessionPin pin;

    private Mode mode = Mode.ENTERING;
    private @Nullable ServerConnection lease;
    private @Nullable ServerConnection lastConnection;
    /** The lease has been got for the command under way. */
    private boolean fresh;
    private boolean resting;
    private boolean waiting;
    private long waitingSince;
    /** KILLs on their way that name the leased connection. */
    private int held;

    private boolean ended;
    private boolean multiStatementsAllowed;
    private boolean finishedEarly;
    private boolean responseLost;
    private boolean dying;
    private @Nullable ErrPacket restoreError;
    /** The statement that was sent behind a restore, for another try should the restore fail. */
    private @Nullable ByteBuf keptText;

    /** Gets the outcome of making a schema the default one, in place of the client, while the login is not answered yet. */
    private @Nullable Consumer<@Nullable ErrPacket> openingSchema;

    private String schemaToOpen = "";
    /** Runs in place of the command. */
    private @Nullable Errand errand;
    private long statementsRun;
    private long idleSince = System.nanoTime();

    ClientSession(ClientConnection client, Account account, long capabilities, int collation, Baseline baseline, String program) {
        this.client = client;
        this.frontend = client.frontend();
        this.worker = client.worker();
        this.account = account;
        this.capabilities = capabilities;
        this.collation = collation;
        this.program = program;
        this.multiStatementsAllowed = Capabilities.has(capabilities, Capabilities.MULTI_STATEMENTS);
        this.queryAttributes = Capabilities.has(capabilities, Capabilities.QUERY_ATTRIBUTES);
        this.session = new Session(baseline, initialState(baseline), frontend.config().pool().trustServerSideCode());
        this.relay = new Relay(client.channel(), capabilities, TrackerFilter.DEFAULT, this);
        this.statements = new ClientStatements(session);
        this.passThrough = new PassThrough(client);
        this.variables = new PortableVariables(session, frontend.counters());
        this.aftermath = new Aftermath(session, worker, frontend.counters(), this::questionAnswered, relay::filter);
        this.restoring = new Restoring(this, aftermath.leftovers(), frontend.counters());
        this.rewriting = new Rewriting(session, aftermath.leftovers(), worker.server().flavour(), client.id());
        this.sqlPreparing = new SqlPreparing(session, frontend, worker);
        this.pinChecks = new PinChecks(session, aftermath);
        this.pin = new SessionPin(this, frontend.pins(), frontend.config().pool().pins());
        worker.clients(account, poolCapabilities(), 1);
    }

    private SessionState initialState(Baseline baseline) {
        Collations collations = worker.server().collations();
        return collations == null ? SessionState.INITIAL : collations.afterLogin(collation, baseline);
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

    @Override
    public long poolCapabilities() {
        return capabilities & Capabilities.PER_POOL;
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
        return lease;
    }

    /** Whether this connection is its lease, and there still is somebody who has it. */
    boolean has(ServerConnection connection) {
        return lease == connection && !ended;
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

    /** Between two commands, outside a transaction. */
    public boolean idle() {
        return mode == Mode.READY && !session.has(Pin.TRANSACTION);
    }

    /** What to tell it if it has kept its server connection for too long; null if it may go on. */
    @Nullable
    String keepsTooLong(long now) {
        return mode == Mode.READY ? pin.tooLong(now, idleSince) : null;
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
            case READY -> 0;
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
        return resting;
    }

    /** KILL QUERY of a statement that has no lease yet: it will not run. A login is no statement. */
    void interruptWaiting() {
        if (waiting && openingSchema == null) {
            worker.cancel(this);
            notRun(new ErrPacket(Refusal.INTERRUPTED.code(), Refusal.INTERRUPTED.sqlState(), "Query execution was interrupted"));
        }
    }

    /** While a KILL is on its way to the server, the server connection that it names must not go to anybody else. */
    void holdLease(boolean hold) {
        held += hold ? 1 : -1;
        ServerConnection has = lease;
        if (held == 0 && has != null && !under.sent) {
            if (ended) {
                leave();
            } else if (mode == Mode.READY) {
                settle();
            }
        }
    }

    /** The outcome of a KILL that this session asked for. */
    void killed(@Nullable ErrPacket error) {
        if (!ended) {
            mode = Mode.READY;
            if (error == null) {
                client.ok(1, session.status());
            } else {
                client.err(error, 1);
            }
            settle();
            client.consume();
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

    /** Whether the server is closing its connection because of a KILL, which is what its client is then to be told. */
    void dying(boolean killed) {
        dying = killed;
    }

    /** Gives up whatever it has on the server, at once. */
    void cutOff() {
        ServerConnection has = lease;
        if (has != null) {
            if (resting) {
                resting = false;
                worker.wake(has);
            }
            relay.orphan();
            discardLease(has);
        }
    }

    // ---- the pool's view ----

    @Override
    public SessionState state() {
        // Whoever is about to choose a schema can begin in any.
        return openingSchema == null ? session.state() : session.state().withSchema(schemaToOpen);
    }

    @Override
    public UserVariables variables() {
        return session.variables();
    }

    PortableVariables portableVariables() {
        return variables;
    }

    SqlPreparing sqlPreparing() {
        return sqlPreparing;
    }

    Worker worker() {
        return worker;
    }

    @Override
    public @Nullable ServerConnection lastConnection() {
        return lastConnection;
    }

    @Override
    public long loggedInAt() {
        return loggedInAt;
    }

    @Override
    public long waitingSince() {
        return waitingSince;
    }

    @Override
    public void waitingSince(long nanos) {
        waitingSince = nanos;
    }

    // ---- login ----

    /** Makes a schema the default one before the login is answered, as the server would; {@code then} gets its error or null. */
    void openSchema(String schema, Consumer<@Nullable ErrPacket> then) {
        if (account.mayUse(schema, frontend.config().pool().credentialTtl().toNanos())) {
            session.wasRead(session.state().withSchema(schema));
            then.accept(null);
            return;
        }
        schemaToOpen = schema;
        openingSchema = then;
        under.begin(Command.INIT_DB, null, false);
        acquire();
    }

    private void openSchemaOn(ServerConnection connection, Consumer<@Nullable ErrPacket> then) {
        openingSchema = null;
        connection.ask(Question.simple(Command.INIT_DB, schemaToOpen.getBytes(StandardCharsets.UTF_8), answer -> {
            ErrPacket error = switch (answer) {
                case Answer.Rows rows -> null;
                case Answer.Refused refused -> refused.error();
                case Answer.Lost lost -> lost.cause();
            };
            if (error == null) {
                SessionState with =
                        connection.state().schema().isEmpty() ? connection.state().withSchema(schemaToOpen) : connection.state();
                connection.state(with);
                session.wasRead(with);
                account.schemaOpened(schemaToOpen);
            }
            if (!ended) {
                then.accept(error);
            }
        }));
    }

    /** The login has been answered. */
    void ready() {
        mode = Mode.READY;
        // Survives a change of the user.
        aftermath.leftovers().foundRows(client.foundRows());
        if (lease != null) {
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
                case READY -> next(in);
                case STREAMING -> stream(in);
                case SENDING_FILE -> file(in);
                case DEDICATED -> {
                    ServerConnection has = lease;
                    if (has != null) {
                        passThrough.forward(in.readRetainedSlice(in.readableBytes()), has);
                    }
                    yield false;
                }
                case ENTERING, BUSY -> false;
            };
        }
    }

    /** Takes the next command, if it is there. */
    private boolean next(ByteBuf in) {
        if (aftermath.capturing() || !client.channel().isWritable() || in.readableBytes() < Packets.HEADER) {
            // While what the last statement left is still being read, the next one, which may ask for it, has to wait; so has one whose client does not
            // take the answers to those before.
            return false;
        }
        int start = in.readerIndex();
        int length = in.getUnsignedMediumLE(start);
        if (in.getByte(start + 3) != 0) {
            client.refuse(Refusal.OUT_OF_ORDER, "Got packets out of order", in.getUnsignedByte(start + 3) + 1);
            return false;
        }
        if (length == 0) {
            in.skipBytes(Packets.HEADER);
            answerInstead(unknownCommand());
            return true;
        }
        if (!in.isReadable(Packets.HEADER + 1)) {
            return false;
        }
        Command command = Command.of(in.getUnsignedByte(start + Packets.HEADER));
        int taken = Math.min(length, command == Command.STMT_EXECUTE || command == Command.STMT_BULK_EXECUTE ? HEAD_OF_EXECUTION : WHOLE);
        if (in.readableBytes() < Packets.HEADER + taken) {
            return false;
        }
        under.begin(command, in.readRetainedSlice(Packets.HEADER + taken), length > taken);
        passThrough.begin(length, taken);
        mode = Mode.BUSY;
        statementsRun++;
        frontend.counters().statement();
        dispatch();
        return true;
    }

    private void dispatch() {
        switch (under.command()) {
            case QUERY -> query();
            case STMT_PREPARE -> prepareStatement();
            case STMT_EXECUTE, STMT_BULK_EXECUTE, STMT_FETCH, STMT_SEND_LONG_DATA, STMT_RESET -> onStatement();
            case STMT_CLOSE -> closeStatement();
            case PING -> {
                aftermath.leftovers().commandAnswered(0, false);
                answer(() -> client.ok(1, session.status(), aftermath.leftovers().countedInOk()));
            }
            case QUIT -> client.close();
            case SET_OPTION -> setOption();
            case RESET_CONNECTION -> resetConnection();
            case CHANGE_USER -> changeUser();
            case PROCESS_KILL -> processKill();
            case BINLOG_DUMP, BINLOG_DUMP_GTID, TABLE_DUMP, REGISTER_SLAVE, CLONE, SUBSCRIBE_GROUP_REPLICATION_STREAM -> {
                pinIfSent(Pin.DEDICATED);
                acquire();
            }
            case INIT_DB, FIELD_LIST, REFRESH, SHUTDOWN, STATISTICS, PROCESS_INFO, DEBUG -> {
                session.beginOther();
                acquire();
            }
            case SLEEP, CREATE_DB, DROP_DB, CONNECT, TIME, DELAYED_INSERT, CONNECT_OUT, DAEMON -> answerInstead(unknownCommand());
        }
    }

    private static ErrPacket unknownCommand() {
        return new ErrPacket(Refusal.UNKNOWN_COMMAND.code(), Refusal.UNKNOWN_COMMAND.sqlState(), "Unknown command");
    }

    /** The command is dealt with here. */
    private void answer(Runnable answering) {
        under.drop();
        mode = Mode.READY;
        answering.run();
    }

    /** An error of Usher's, or one about something that the client did not ask for, in place of an answer. */
    void answerInstead(ErrPacket error) {
        under.drop();
        takeBackPins();
        mode = Mode.READY;
        client.err(error, 1);
        settle();
        client.consume();
    }

    private void query() {
        ByteBuf bytes = under.packet();
        int text = bytes.readerIndex() + Packets.HEADER + 1;
        // parameter_count and parameter_set_count come before the text; with parameters, so do their values.
        boolean plain = !queryAttributes || bytes.readableBytes() >= Packets.HEADER + 3 && bytes.getByte(text) == 0;
        if (queryAttributes && plain) {
            text += 2;
        }
        int length = bytes.writerIndex() - text;
        if (under.large()) {
            under.traits = Trait.READS_LAST_INSERT_ID.bit();
            passThrough.read(new SqlLexer(worker.server().flavour()), session.lexMode(), bytes, text, length);
            acquire();
            return;
        }
        StatementTraits read = frontend.lexer(worker).read(bytes, text, length, session.lexMode());
        under.traits = plain ? read.bits() : read.bits() & ~Trait.SINGLE.bit();
        if (length == DOLLAR_PROBE.length() && DOLLAR_PROBE.contentEquals(bytes.getCharSequence(text, length, StandardCharsets.US_ASCII))) {
            under.traits = Trait.SINGLE.bit();
        }
        under.single = under.has(Trait.SINGLE.bit());
        under.foundRows = under.single ? read.foundRows() : FoundRows.UNCLEAR;
        under.verb = read.verb();
        under.textAt = text - bytes.readerIndex();
        under.textLength = length;
        under.setsAutocommit = under.single && under.verb == Verb.SET && length <= LONGEST_SET_AUTOCOMMIT
                && bytes.toString(text, length, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT).contains(AUTOCOMMIT);
        if (read.has(Trait.UNSCOPED_SYSTEM_VARIABLE)) {
            under.unscopedVariables = read.unscopedVariables();
        }
        if (under.has(Trait.USER_VARIABLE.bit())) {
            variables.named(under, read, bytes, text, length);
        }
        if (session.needsText(under.traits) || under.verb == Verb.DROP) {
            under.text = bytes.toString(text, length, StandardCharsets.ISO_8859_1);
        }
        if (under.single && read.has(Trait.KILL) && kill(read)) {
            return;
        }
        if (plain && Rewriting.mayConcern(under.traits)) {
            if (asksFirst()) {
                return;
            }
            byte[] instead = rewriting.statement(under, ByteBufUtil.getBytes(bytes, text, length));
            if (instead != null) {
                replaceText(bytes, text, instead);
                under.textLength = instead.length;
                if (!under.text.isEmpty()) {
                    under.text = new String(instead, StandardCharsets.ISO_8859_1);
                }
            }
        }
        if (SqlPreparing.concerns(under) && !sqlPreparing.read(under, under.text)) {
            readVariablesThen(this::query);
            return;
        }
        begin();
        acquire();
    }

    /** What the command under way depends on is only known to the leased connection. */
    void readVariablesThen(Runnable then) {
        ServerConnection has = lease;
        if (has == null) {
            throw new IllegalStateException("values that are not read, and no connection that has them");
        }
        if (resting) {
            resting = false;
            worker.wake(has);
        }
        aftermath.beforeQuestion(has);
        variables.ask(has, portable -> {
            if (has(has)) {
                if (!portable) {
                    pin(Pin.USER_VARIABLE);
                }
                then.run();
            }
        });
    }

    private void begin() {
        int before = session.pinBits();
        List<String> readBefore = session.toRead();
        session.begin(under.traits, under.unscopedVariables);
        under.pinned |= session.pinBits() & ~before;
        if (session.toRead() != readBefore) {
            under.readBefore = readBefore;
        }
        if (before == 0 && session.pinned()) {
            session.pins().forEach(this::countPin);
            pin.causedBy(digest());
        }
    }

    /** The command under way has not been sent: it has left nothing on any connection. */
    private void takeBackPins() {
        session.takeBack(under.pinned, under.readBefore);
        under.pinned = 0;
        under.readBefore = null;
        if (lease == null) {
            pin.settled(session.pinned(), under.verb, System.nanoTime());
        }
    }

    private void pinIfSent(Pin pin) {
        if (!session.has(pin)) {
            under.pinned |= pin.bit();
        }
        pin(pin);
    }

    private String digest() {
        PreparedStatement prepared = under.statement;
        if (prepared != null) {
            return StatementDigest.of(new String(prepared.text(), StandardCharsets.UTF_8), session.lexMode());
        }
        if (!under.hasPacket() || under.textLength == 0) {
            return under.command().name();
        }
        ByteBuf bytes = under.packet();
        int length = Math.min(under.textLength, LONGEST_DIGESTED);
        return StatementDigest.of(bytes.toString(bytes.readerIndex() + under.textAt, length, StandardCharsets.UTF_8), session.lexMode());
    }

    private void pin(Pin pin) {
        if (!session.has(pin)) {
            session.pin(pin);
            countPin(pin);
            this.pin.causedBy(digest());
        }
    }

    private void countPin(Pin pin) {
        frontend.counters().pinned(pin);
        log.debug("client {} of {} is pinned: {}", client.id(), account, pin.label());
    }

    /** Whether the command has to wait for an answer about what the one before it left. */
    private boolean asksFirst() {
        ServerConnection has = lease;
        if (has == null) {
            aftermath.moved();
            return false;
        }
        if (!rewriting.mustAsk(under.traits)) {
            return false;
        }
        if (resting) {
            resting = false;
            worker.wake(has);
        }
        dispatchLater = true;
        aftermath.captureHere(has);
        return true;
    }

    private void replaceText(ByteBuf bytes, int text, byte[] instead) {
        ByteBuf out = client.channel().alloc().buffer(text - bytes.readerIndex() + instead.length);
        int start = Packets.begin(out, 0);
        int head = bytes.readerIndex() + Packets.HEADER;
        out.writeBytes(bytes, head, text - head).writeBytes(instead);
        under.packet(Packets.end(out, start));
    }

    private void setOption() {
        ByteBuf bytes = under.packet();
        int option = bytes.readableBytes() < Packets.HEADER + 3 ? -1 : bytes.getUnsignedShortLE(bytes.readerIndex() + Packets.HEADER + 1);
        if (option != 0 && option != 1) {
            answerInstead(unknownCommand());
            return;
        }
        multiStatementsAllowed = option == 0;
        aftermath.leftovers().commandAnswered(-1, false);
        answer(() -> OwnCommands.optionSet(client.channel(), capabilities, session.status()));
    }

    private void resetConnection() {
        statements.forget();
        aftermath.leftovers().reset();
        leave();
        Baseline baseline = session.baseline();
        session.reset(baseline, OwnCommands.afterReset(initialState(baseline), baseline, worker.server().mariaDb()));
        answer(() -> client.ok(1, session.status()));
    }

    private void changeUser() {
        ByteBuf bytes = under.takePacket();
        try {
            ByteBuf payload = bytes.slice(bytes.readerIndex() + Packets.HEADER, bytes.readableBytes() - Packets.HEADER);
            client.foundRows(aftermath.leftovers().foundRows());
            end();
            ClientLogin again = new ClientLogin(client, false);
            client.loginAgain(again);
            again.changeUser(payload, capabilities, collation, bytes.getUnsignedByte(bytes.readerIndex() + 3));
        } finally {
            bytes.release();
        }
    }

    private void processKill() {
        ByteBuf bytes = under.packet();
        long id = bytes.readableBytes() < Packets.HEADER + 5 ? 0 : bytes.getUnsignedIntLE(bytes.readerIndex() + Packets.HEADER + 1);
        if (!ClientConnectionId.is(id)) {
            // A thread of the server, or nothing at all: the server says.
            session.beginOther();
            acquire();
            return;
        }
        under.drop();
        Killing.kill(this, id, false);
    }

    /** @return whether it names a client connection and is answered here */
    private boolean kill(StatementTraits read) {
        KillTarget target = read.kill();
        return kill(target, target.id().orElse(target.self() ? client.id().value() : -1));
    }

    private boolean kill(KillTarget target, long id) {
        boolean thread = target.scope() == KillTarget.Scope.QUERY || target.scope() == KillTarget.Scope.CONNECTION;
        if (!thread || !ClientConnectionId.is(id)) {
            return false;
        }
        under.drop();
        Killing.kill(this, id, target.scope() == KillTarget.Scope.QUERY);
        return true;
    }

    // ---- prepared statements ----

    private void prepareStatement() {
        ByteBuf bytes = under.packet();
        int text = bytes.readerIndex() + Packets.HEADER + 1;
        int length = bytes.writerIndex() - text;
        if (statements.tooMany()) {
            answerInstead(new ErrPacket(1461, "42000", "Can't create more than max_prepared_stmt_count statements"));
            return;
        }
        statements.text(bytes, text, length, true);
        if (under.large()) {
            // Its traits would have to be known before it is executed; nobody prepares statements of this size.
            pinIfSent(Pin.UNEXPLAINED);
            statements.preparing(Trait.READS_LAST_INSERT_ID.bit(), List.of(), List.of(), FoundRows.UNCLEAR);
        } else {
            StatementTraits read = frontend.lexer(worker).read(bytes, text, length, session.lexMode());
            if (read.has(Trait.USER_VARIABLE) && session.variables().anyUnread(read.userVariables())) {
                if (!session.has(Pin.USER_VARIABLE)) {
                    readVariablesThen(this::prepareStatement);
                    return;
                }
                // Their types belong to the statement, and it could not be prepared elsewhere.
                pin(Pin.SQL_PREPARE);
            }
            statements.preparing(read.bits(), read.unscopedVariables(), read.userVariables(), read.foundRows());
            byte[] instead = Rewriting.mayConcern(read.bits())
                    ? rewriting.preparing(read.bits(), ByteBufUtil.getBytes(bytes, text, length))
                    : null;
            if (instead != null) {
                replaceText(bytes, text, instead);
                statements.text(instead);
            }
        }
        session.beginOther();
        acquire();
    }

    private void onStatement() {
        ByteBuf bytes = under.packet();
        if (bytes.readableBytes() < Packets.HEADER + 5) {
            client.refuse(Refusal.MALFORMED_PACKET, "Malformed communication packet", 1);
            return;
        }
        Command command = under.command();
        int id = ExecutePacket.statementId(bytes);
        PreparedStatement of = statements.find(id);
        under.statement = of;
        if (of == null && command == Command.STMT_SEND_LONG_DATA) {
            // There is no answer that could say so.
            answer(() -> {});
        } else if (of == null) {
            String to = !worker.server().mariaDb() ? "mysql_stmt_precheck"
                    : command == Command.STMT_FETCH ? "mysqld_stmt_fetch"
                            : command == Command.STMT_RESET ? "mysqld_stmt_reset" : "mysqld_stmt_execute";
            answerOnStatement(new ErrPacket(
                    Refusal.UNKNOWN_STATEMENT.code(),
                    Refusal.UNKNOWN_STATEMENT.sqlState(),
                    "Unknown prepared statement handler (" + Integer.toUnsignedString(id) + ") given to " + to));
        } else if (command == Command.STMT_FETCH && !statements.hasCursor(of)) {
            // The server would name its own id.
            answerOnStatement(new ErrPacket(1421, "HY000",
                    "The statement (" + Integer.toUnsignedString(id) + ") has no open cursor" + (worker.server().mariaDb() ? "" : ".")));
        } else if (command == Command.STMT_RESET && lease == null) {
            aftermath.leftovers().commandAnswered(0, false);
            answer(() -> client.ok(1, session.status()));
        } else {
            under.statement = of.executed();
            if (command == Command.STMT_EXECUTE || command == Command.STMT_BULK_EXECUTE) {
                under.traits = ClientStatements.traits(of);
                under.foundRows = of.foundRows();
                under.statement = of;
                of.asPrepared();
                if (under.has(Trait.KILL.bit()) && killExecuted(of)) {
                    return;
                }
                if (Rewriting.mayConcern(under.traits) && !rewriteExecution(of)) {
                    return;
                }
                under.unscopedVariables = of.unscopedVariables();
                under.variables = of.userVariables();
                under.variablesRead = of.userVariables();
                if (session.needsText(under.traits)) {
                    under.text = new String(of.text(), StandardCharsets.ISO_8859_1);
                }
                begin();
            }
            acquire();
        }
    }

    private void answerOnStatement(ErrPacket error) {
        aftermath.leftovers().failedHere(error.code(), error.message());
        answerInstead(error);
    }

    /** A KILL with its id in the text, or as the only parameter. */
    private boolean killExecuted(PreparedStatement of) {
        StatementTraits read =
                frontend.lexer(worker).read(Unpooled.wrappedBuffer(of.text()), 0, of.text().length, session.lexMode());
        KillTarget target = read.kill();
        long id = target.id().orElse(target.self() ? client.id().value() : -1);
        return kill(target, id < 0 && of.parameters() == 1 ? ExecutePacket.integer(under.packet(), of, queryAttributes) : id);
    }

    /** @return false if it has to wait for an answer about what the command before it left */
    private boolean rewriteExecution(PreparedStatement of) {
        ServerConnection has = lease;
        boolean asItIs = has != null && has.statements().find(of) != null && has.state().equals(session.state());
        if (asksFirst()) {
            return false;
        }
        if (has != null && !asItIs && Rewriting.readsLeftovers(under.traits)) {
            // What brings the connection into the statement's state changes what the statement is to read.
            aftermath.captureHere(has);
            if (aftermath.capturing()) {
                dispatchLater = true;
                return false;
            }
        }
        byte[] instead = of.longData() ? null : rewriting.execution(under, of.text());
        if (instead != null) {
            under.statement = of.withText(instead);
        }
        return true;
    }

    private void closeStatement() {
        ByteBuf bytes = under.packet();
        if (bytes.readableBytes() >= Packets.HEADER + 5) {
            statements.close(ExecutePacket.statementId(bytes), lease);
        }
        answer(this::settle);
    }

    // ---- lease ----

    void acquire() {
        ServerConnection has = lease;
        if (has == null) {
            waiting = true;
            worker.acquire(this);
            return;
        }
        if (resting) {
            resting = false;
            worker.wake(has);
        }
        fresh = false;
        prepare(has);
    }

    /** Whether the lease has been got for the command under way, so that nothing of the session's is there yet. */
    boolean isFresh() {
        return fresh;
    }

    /** What only the leased connection knows is read, if there is anything. */
    void beforeReset(ServerConnection connection) {
        if (!fresh) {
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
        lease = connection;
        fresh = true;
        aftermath.moved();
        if (session.baseline() != connection.baseline()) {
            session.rebase(connection.baseline());
        }
        prepare(connection);
    }

    private void prepare(ServerConnection connection) {
        Errand running = errand;
        if (running != null) {
            errand = null;
            connection.ask(Question.query(running.sql(), running.then()));
            return;
        }
        Consumer<@Nullable ErrPacket> opening = openingSchema;
        if (opening != null) {
            SessionState inItsSchema = session.state().withSchema(connection.state().schema());
            restoring.restoreThen(connection, inItsSchema, () -> openSchemaOn(connection, opening));
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

    private void notRun(ErrPacket error) {
        waiting = false;
        Errand failed = errand;
        if (failed != null) {
            errand = null;
            failed.then().accept(new Answer.Refused(error));
            return;
        }
        Consumer<@Nullable ErrPacket> opening = openingSchema;
        if (opening != null) {
            openingSchema = null;
            opening.accept(error);
            return;
        }
        boolean answerable = under.command().response() != Response.NONE;
        under.drop();
        takeBackPins();
        mode = Mode.READY;
        if (answerable) {
            client.err(error, 1);
        }
        if (under.large() || !answerable || account.credentials() == null && error.code() == Refusal.SERVER_LOST.code()) {
            // What is still to come of the command has nowhere to go; or nobody but the client can log this account in again.
            client.close();
        } else {
            client.consume();
        }
    }

    /** Gives up a lease whose connection nobody should have after this session. */
    void discardLease(ServerConnection connection) {
        lease = null;
        worker.discard(connection);
    }

    /** Whether the command that could not be sent is still there. */
    boolean canTryAgain() {
        return under.hasPacket() || openingSchema != null;
    }

    /** Sends the command, with a restore in front of it in the same COM_QUERY where there is one. */
    void send(ServerConnection connection, RestorePlan.@Nullable Statements restore) {
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
            relay.countedInOk(
                    command == Command.INIT_DB && !worker.server().mariaDb() ? aftermath.leftovers().countedInOk() : under.countedInOk);
            if (restore == null) {
                connection.send(bytes, relay);
            } else {
                sendBehind(restore, bytes, connection);
            }
        }
        connection.flush();
        if (command.response() == Response.ENDLESS) {
            mode = Mode.DEDICATED;
        } else if (under.large()) {
            mode = Mode.STREAMING;
        } else if (!under.sent) {
            mode = Mode.READY;
        }
        if (mode != Mode.BUSY) {
            client.consume();
        }
    }

    private void sendBehind(RestorePlan.Statements restore, ByteBuf bytes, ServerConnection connection) {
        byte[] sql = restore.sql().getBytes(StandardCharsets.UTF_8);
        int skip = Packets.HEADER + 1 + (queryAttributes ? 2 : 0);
        int length = bytes.readableBytes() - Packets.HEADER + sql.length;
        ByteBuf head = client.channel().alloc().buffer(skip + sql.length);
        head.writeMediumLE(length).writeByte(0).writeBytes(bytes, bytes.readerIndex() + Packets.HEADER, skip - Packets.HEADER)
                .writeBytes(sql);
        keptText = bytes.retainedDuplicate();
        connection.send(head, relay);
        connection.write(bytes.skipBytes(skip));
    }

    private boolean stream(ByteBuf in) {
        ServerConnection has = lease;
        if (has == null) {
            return false;
        }
        if (!passThrough.done()) {
            return passThrough.pass(in, under, statements, has);
        }
        mode = under.sent ? Mode.BUSY : Mode.READY;
        StatementTraits read = passThrough.traits();
        if (read != null) {
            under.traits = read.bits();
            under.variables = read.userVariables();
            under.unscopedVariables = read.unscopedVariables();
            begin();
        }
        if (finishedEarly) {
            // The server has answered before it had everything (an error): the response is through.
            finishedEarly = false;
            finished(has);
        }
        return true;
    }

    private boolean file(ByteBuf in) {
        ServerConnection has = lease;
        if (has == null || !passThrough.passFile(in, has)) {
            return false;
        }
        if (passThrough.done()) {
            mode = Mode.BUSY;
        }
        return true;
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
        ServerConnection has = lease;
        if (has != null && under.sent && has.channel().config().isAutoRead() != writable) {
            has.channel().config().setAutoRead(writable);
        }
        if (writable) {
            client.consume();
        }
    }

    // ---- the response ----

    @Override
    public void ok(ServerConnection connection, OkPacket ok) {
        dropKeptText();
        if (connection.collationUnknown() && !under.has(Trait.SET_NAMES.bit())) {
            session.read("collation_connection");
            session.read("character_set_connection");
        }
        if (connection.optionBitsChanged() && worker.server().mariaDb() && !under.setsAutocommit) {
            Baseline.OPTION_BITS.forEach(session::read);
        }
        aftermath.noted(under, ok, relay.rows());
        boolean unexplained = connection.unexplainedChange() && under.preparing == null && !under.deallocates;
        session.completed(ok.status(), ok.insertId(), connection.state(), unexplained,
                connection.characteristics());
        if (under.command() == Command.STMT_FETCH || under.command() == Command.STMT_EXECUTE) {
            statements.answered(under.statement, ok.status(), connection);
        }
    }

    /** No tracker reports everything that was set: MariaDB says of a character set and its collation only one. */
    @Override
    public void restored(ServerConnection connection) {
        connection.state(session.state());
        variables.restored(connection);
    }

    @Override
    public void err(ServerConnection connection, ErrPacket error, boolean statementRan) {
        under.failed = true;
        if (statementRan) {
            dropKeptText();
            aftermath.failed(under, error);
        } else {
            restoreError = error;
        }
    }

    private void dropKeptText() {
        ByteBuf kept = keptText;
        if (kept != null) {
            keptText = null;
            kept.release();
        }
    }

    @Override
    public int prepared(ServerConnection connection, int serverId, int parameters) {
        aftermath.leftovers().prepared();
        return statements.prepared(connection, serverId, parameters);
    }

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
            if (lease == connection) {
                session.pin(Pin.UNEXPLAINED);
                leave();
            }
            return;
        }
        client.channel().flush();
        if (!connection.channel().config().isAutoRead()) {
            connection.channel().config().setAutoRead(true);
        }
        ErrPacket notRestored = restoreError;
        ByteBuf kept = keptText;
        if (notRestored != null && kept != null) {
            restoreError = null;
            keptText = null;
            under.packet(kept);
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
            client.close();
            return;
        }
        statements.unpin();
        variables.after(connection, under);
        sqlPreparing.after(connection, under);
        if (under.verb == Verb.DROP && !under.failed && DROPS_SCHEMA.matcher(under.text).find()) {
            worker.accounts().schemaDropped();
        }
        session.over(under.traits, under.text, under.failed);
        aftermath.of(connection, under);
        pinChecks.after(connection, under, () -> questionAnswered(connection));
        mode = Mode.READY;
        settle();
        if (client.draining() && idle()) {
            client.drain();
        } else {
            client.consume();
        }
    }

    /** A question that was asked behind a statement is answered. */
    private void questionAnswered(ServerConnection connection) {
        if (dispatchLater && !aftermath.capturing()) {
            dispatchLater = false;
            if (!ended && !connection.closed()) {
                dispatch();
            }
            return;
        }
        if (lease == connection && !under.sent) {
            if (ended) {
                leave();
            } else if (mode == Mode.READY) {
                settle();
            }
        }
        if (!ended) {
            client.consume();
        }
    }

    /** Nothing is under way: the lease rests, or goes back, unless something pins it or is still to be found out. */
    private void settle() {
        ServerConnection has = lease;
        if (has == null || resting) {
            return;
        }
        idleSince = System.nanoTime();
        pin.settled(session.pinned(), under.verb, idleSince);
        if (has.owed() > 0 || held > 0 || session.pinned()) {
            return;
        }
        if (worker.rest(has)) {
            resting = true;
            return;
        }
        if (askVariables(has)) {
            return;
        }
        lease = null;
        lastConnection = has;
        aftermath.capture(has);
        worker.release(has);
    }

    private boolean askVariables(ServerConnection connection) {
        if (!session.variables().anyUnread()) {
            return false;
        }
        aftermath.beforeQuestion(connection);
        variables.ask(connection, portable -> variablesRead(connection, portable));
        return true;
    }

    private void variablesRead(ServerConnection connection, boolean portable) {
        if (lease == connection && !portable) {
            pin(Pin.USER_VARIABLE);
            worker.cannotGiveUp(connection);
        }
        questionAnswered(connection);
    }

    @Override
    public boolean takenBack(ServerConnection connection) {
        resting = false;
        if (askVariables(connection)) {
            return false;
        }
        lease = null;
        lastConnection = connection;
        aftermath.capture(connection);
        return true;
    }

    // ---- the end ----

    @Override
    public void lost(ServerConnection connection, ErrPacket cause) {
        boolean told = responseLost;
        if (mode == Mode.BUSY && !under.sent && !told) {
            takeBackPins();
        }
        boolean rebuildable = rebuildable();
        if (lease == connection) {
            // A command that was already there may have got another one when the loss of the response was answered.
            lease = null;
            resting = false;
        }
        responseLost = false;
        if (ended || told) {
            return;
        }
        if (mode != Mode.READY) {
            // Lost before the command was sent.
            answerLost(cause, rebuildable && !under.large(), 1);
        } else if (!rebuildable) {
            // As a server does that closes an idle connection: the error is there when the client looks.
            client.err(cause, 0);
            client.close();
        }
    }

    /** The response under way is lost; {@link #lost(ServerConnection, ErrPacket) the connection's loss} follows. */
    @Override
    public void lostResponse(ServerConnection connection, ErrPacket cause) {
        dropKeptText();
        if (ended) {
            return;
        }
        responseLost = true;
        frontend.counters().lostStatement();
        boolean clean = relay.betweenPackets();
        boolean goesOn = clean && rebuildable() && !under.has(Trait.USER_VARIABLE_ASSIGNED.bit()) && mode == Mode.BUSY && !under.large();
        answerLost(cause, goesOn, clean ? relay.nextSequence() : -1);
    }

    @Override
    public void pointless(ServerConnection connection) {
        if (lease == connection) {
            discardLease(connection);
        }
    }

    /** Whether the session can go on without what its server connection had. */
    private boolean rebuildable() {
        return !session.pinned() && !session.variables().anyUnread();
    }

    private void answerLost(ErrPacket cause, boolean goesOn, int sequence) {
        Consumer<@Nullable ErrPacket> opening = openingSchema;
        under.drop();
        under.sent = false;
        lease = null;
        if (opening != null) {
            openingSchema = null;
            opening.accept(cause);
            return;
        }
        if (sequence >= 0 && dying) {
            client.kill();
        } else if (sequence >= 0) {
            client.err(
                    new ErrPacket(Refusal.SERVER_LOST.code(), Refusal.SERVER_LOST.sqlState(), cause.message() + " while the statement ran"),
                    sequence);
        }
        if (goesOn && !dying) {
            mode = Mode.READY;
            client.consume();
        } else {
            client.close();
        }
    }

    /** Gives the lease up for good: by a reset if anything is left that is not portable. What is still being asked is waited for. */
    private void leave() {
        ServerConnection has = lease;
        if (has == null || ended && (held > 0 || has.owed() > 0)) {
            return;
        }
        lease = null;
        pin.over();
        if (resting) {
            resting = false;
            worker.wake(has);
        }
        if (has.owed() > 0 || held > 0 || session.has(Pin.DEDICATED) || session.has(Pin.XA)) {
            worker.discard(has);
        } else if (session.pinned() || !session.toRead().isEmpty()) {
            worker.releaseForReset(has);
        } else {
            worker.release(has);
        }
    }

    /** The session is over: the client is gone, or changes its account. */
    private void end() {
        ended = true;
        worker.clients(account, poolCapabilities(), -1);
        under.drop();
        openingSchema = null;
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
            leave();
        }
    }

    /** The client is gone. */
    void ended() {
        if (ended) {
            return;
        }
        end();
        dropKeptText();
        ServerConnection has = lease;
        if (has != null && under.sent) {
            // The server goes on with a statement, as it would if the client had been its own, and what it answers is thrown away. Once an answer has begun it
            // could be endless, and a file that the client was to send never comes.
            relay.orphan();
            if (relay.started() || mode != Mode.BUSY) {
                discardLease(has);
            }
        }
    }
}
