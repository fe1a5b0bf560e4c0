package dev.usher.proxy;

import dev.usher.error.Refusal;
import dev.usher.pool.Account;
import dev.usher.pool.Question;
import dev.usher.pool.Question.Answer;
import dev.usher.pool.ServerConnection;
import dev.usher.pool.StatementCache;
import dev.usher.pool.Tenant;
import dev.usher.pool.Worker;
import dev.usher.session.Baseline;
import dev.usher.session.Collations;
import dev.usher.session.Leftovers;
import dev.usher.session.Pin;
import dev.usher.session.PreparedStatement;
import dev.usher.session.RestorePlan;
import dev.usher.session.Session;
import dev.usher.session.SessionState;
import dev.usher.session.SqlLexer;
import dev.usher.session.StatementTraits;
import dev.usher.session.Trait;
import dev.usher.session.Verb;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command;
import dev.usher.wire.Command.Response;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.OkPacket;
import dev.usher.wire.Packets;
import dev.usher.wire.ServerStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that is logged in: takes its commands one by one, gets a lease for each that needs the server, brings the leased connection into the session's
 * state, and gives the lease up when the response is complete and nothing pins it.
 *
 * <p>The way of a statement is {@link #next} – {@link #acquire} – {@link #granted} – {@link #prepare} – {@link #send} – {@link #finished} – {@link #settle}.
 */
public final class ClientSession implements Tenant, Relay.Listener {
    private static final Logger log = LoggerFactory.getLogger(ClientSession.class);
    /** Commands up to this size are taken whole; larger ones stream to the server as they arrive. */
    private static final int WHOLE = 128 << 10;
    /** The statement that the client calls "the last one prepared" (MariaDB). */
    private static final int LAST_PREPARED = -1;

    private static final long MORE_LATER = Trait.bits(Trait.SET_GLOBAL, Trait.PRIVILEGE_CHANGE, Trait.SET_TRACKER);
    private static final long READS_INSERT_ID = Trait.bits(Trait.READS_LAST_INSERT_ID, Trait.STORED_CODE);
    private static final long READS_LEFTOVERS =
            Trait.bits(Trait.READS_ROW_COUNT, Trait.READS_FOUND_ROWS, Trait.READS_DIAGNOSTICS, Trait.READS_CONNECTION_ID);
    private static final byte[] NONE = new byte[0];

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
    private boolean multiStatementsAllowed;
    private @Nullable Map<Integer, PreparedStatement> statements;
    private @Nullable Set<Integer> cursors;
    private int lastStatementId;

    private Mode mode = Mode.ENTERING;
    private @Nullable ServerConnection lease;
    private @Nullable ServerConnection lastConnection;
    private boolean resting;
    private boolean waiting;
    private long waitingSince;
    private boolean leftoversIntact;
    private final Leftovers leftovers = new Leftovers();
    private int capturing;
    private boolean resumeAfterCapture;
    private boolean settleDue;
    private int held;
    private boolean ended;

    /** The command under way. */
    private Command command = Command.QUERY;

    private @Nullable ByteBuf packet;
    private long traits;
    private boolean single;
    private boolean large;
    private int frameLeft;
    private boolean framesFollow;
    private boolean waitingForServerWritable;
    private @Nullable PreparedStatement statement;
    private boolean failed;
    private boolean sent;
    private int restoreAttempts;
    private @Nullable SqlLexer streamLexer;
    private @Nullable Consumer<@Nullable ErrPacket> insteadOfPacket;
    private String schemaToOpen = "";
    private long preparing;
    private @Nullable ByteBuf keptText;
    private byte[] preparedText = NONE;
    private boolean finishedEarly;
    private int fileSequenceShift;
    private @Nullable ErrPacket restoreError;
    private boolean responseLost;
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
        worker.clients(account, poolCapabilities(), 1);
    }

    private SessionState initialState(Baseline baseline) {
        Collations collations = worker.server().collations();
        return collations == null ? SessionState.INITIAL : collations.afterLogin(collation, baseline);
    }

    // ---- for SHOW and KILL ----

    @Override
    public Account account() {
        return account;
    }

    @Override
    public long poolCapabilities() {
        return capabilities & Capabilities.PER_POOL;
    }

    public long capabilities() {
        return capabilities;
    }

    public String program() {
        return program;
    }

    public Session session() {
        return session;
    }

    public @Nullable ServerConnection lease() {
        return lease;
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

    /** Whether a command is under way. */
    public boolean busy() {
        return mode != Mode.READY;
    }

    // ---- the pool's view ----

    @Override
    public SessionState state() {
        return session.state();
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
        if (account.schemas().contains(schema)) {
            SessionState with = session.state().withSchema(schema);
            session.wasRead(with);
            then.accept(null);
            return;
        }
        schemaToOpen = schema;
        insteadOfPacket = then;
        command = Command.INIT_DB;
        acquire();
    }

    private void openSchemaOn(ServerConnection connection, Consumer<@Nullable ErrPacket> then) {
        insteadOfPacket = null;
        connection.ask(Question.simple(Command.INIT_DB, schemaToOpen.getBytes(StandardCharsets.UTF_8), answer -> {
            ErrPacket error = switch (answer) {
                case Answer.Rows rows -> null;
                case Answer.Refused refused -> refused.error();
                case Answer.Lost lost -> lost.cause();
            };
            if (error == null) {
                SessionState with = connection.state().schema().isEmpty() ? connection.state().withSchema(schemaToOpen) : connection.state();
                connection.state(with);
                session.wasRead(with);
                account.schemas().add(schemaToOpen);
            }
            if (!ended) {
                then.accept(error);
            }
        }));
    }

    /** The login has been answered. */
    void ready() {
        mode = Mode.READY;
        if (lease != null) {
            settle();
        }
        client.consume();
    }

    // ---- commands ----

    /** Whether bytes that arrive now can be used or kept. */
    boolean wantsMore() {
        return !waitingForServerWritable;
    }

    void consume(ByteBuf in) {
        while (!client.closed()) {
            switch (mode) {
                case READY -> {
                    if (!next(in)) {
                        return;
                    }
                }
                case STREAMING -> {
                    if (!stream(in)) {
                        return;
                    }
                }
                case SENDING_FILE -> {
                    if (!file(in)) {
                        return;
                    }
                }
                case DEDICATED -> {
                    forward(in.readRetainedSlice(in.readableBytes()));
                    return;
                }
                case ENTERING, BUSY -> {
                    return;
                }
            }
        }
    }

    /** Takes the next command, if it is there. */
    private boolean next(ByteBuf in) {
        if (capturing > 0) {
            // What the last statement left is still on its way; the next one may ask for it.
            resumeAfterCapture = true;
            return false;
        }
        if (in.readableBytes() < Packets.HEADER) {
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
            unknownCommand();
            return true;
        }
        int needed = Math.min(length, WHOLE);
        if (in.readableBytes() < Packets.HEADER + needed) {
            return false;
        }
        large = length > WHOLE;
        frameLeft = length - needed;
        framesFollow = length == Packets.MAX_FRAME;
        packet = in.readRetainedSlice(Packets.HEADER + needed);
        command = Command.of(in.getUnsignedByte(start + Packets.HEADER));
        mode = Mode.BUSY;
        failed = false;
        sent = false;
        statement = null;
        traits = Trait.SINGLE.bit();
        single = false;
        restoreAttempts = 0;
        statementsRun++;
        frontend.counters().statement();
        dispatch();
        return true;
    }

    private void dispatch() {
        switch (command) {
            case QUERY -> query();
            case STMT_PREPARE -> prepareStatement();
            case STMT_EXECUTE, STMT_BULK_EXECUTE, STMT_FETCH, STMT_SEND_LONG_DATA, STMT_RESET -> onStatement();
            case STMT_CLOSE -> closeStatement();
            case PING -> answered(() -> client.ok(1, session.status()));
            case QUIT -> client.close();
            case SET_OPTION -> setOption();
            case RESET_CONNECTION -> resetConnection();
            case CHANGE_USER -> changeUser();
            case PROCESS_KILL -> processKill();
            case BINLOG_DUMP, BINLOG_DUMP_GTID, TABLE_DUMP, REGISTER_SLAVE, CLONE, SUBSCRIBE_GROUP_REPLICATION_STREAM -> {
                session.pin(Pin.DEDICATED);
                acquire();
            }
            case INIT_DB, FIELD_LIST, REFRESH, SHUTDOWN, STATISTICS, PROCESS_INFO, DEBUG -> {
                session.begin(Trait.SINGLE.bit(), List.of());
                acquire();
            }
            case SLEEP, CREATE_DB, DROP_DB, CONNECT, TIME, DELAYED_INSERT, CONNECT_OUT, DAEMON -> {
                dropPacket();
                unknownCommand();
            }
        }
    }

    private void unknownCommand() {
        mode = Mode.READY;
        client.err(new ErrPacket(Refusal.UNKNOWN_COMMAND.code(), Refusal.UNKNOWN_COMMAND.sqlState(), "Unknown command"), 1);
    }

    /** A command that Usher has dealt with itself. */
    private void answered(Runnable answer) {
        dropPacket();
        mode = Mode.READY;
        answer.run();
    }

    private ByteBuf packet() {
        ByteBuf taken = packet;
        if (taken == null) {
            throw new IllegalStateException("no command under way");
        }
        return taken;
    }

    private void dropPacket() {
        ByteBuf taken = packet;
        packet = null;
        if (taken != null) {
            taken.release();
        }
    }

    // ---- COM_QUERY ----

    private void query() {
        ByteBuf bytes = packet();
        int text = bytes.readerIndex() + Packets.HEADER + 1;
        boolean plainText = true;
        if (queryAttributes) {
            // parameter_count and parameter_set_count; with parameters their values come before the text.
            if (bytes.readableBytes() < Packets.HEADER + 3) {
                plainText = false;
            } else {
                plainText = bytes.getByte(text) == 0;
                text += 2;
            }
        }
        if (!plainText) {
            // Attributes in front of the text: it is there, but not at a known place; read as a whole it proves nothing.
            text = bytes.readerIndex() + Packets.HEADER + 1;
        }
        int length = bytes.writerIndex() - text;
        if (large) {
            SqlLexer lexer = new SqlLexer(worker.server().flavour());
            lexer.start(session.lexMode());
            lexer.feed(bytes, text, length);
            streamLexer = lexer;
            traits = 0;
            acquire();
            return;
        }
        StatementTraits read = lexer().read(bytes, text, length, session.lexMode());
        traits = plainText ? read.bits() : read.bits() & ~Trait.SINGLE.bit();
        single = (traits & Trait.SINGLE.bit()) != 0;
        if (read.has(Trait.KILL) && single && kill(read)) {
            return;
        }
        if (single && (traits & READS_LEFTOVERS) != 0) {
            String sql = bytes.toString(text, length, StandardCharsets.ISO_8859_1);
            Leftovers.Answer instead = leftovers.answer(sql, client.id().value(), lease == null || !leftoversIntact);
            if (instead != null) {
                replaceText(instead.sql());
            }
        }
        boolean wasPinned = session.pinned();
        session.begin(traits, read.has(Trait.UNSCOPED_SYSTEM_VARIABLE) ? read.unscopedVariables() : List.of());
        if (!wasPinned && session.pinned()) {
            session.pins().forEach(pin -> {
                frontend.counters().pinned(pin);
                log.debug("client {} of {} is pinned: {}", client.id(), account, pin.label());
            });
        }
        acquire();
    }

    private void replaceText(String sql) {
        ByteBuf out = client.channel().alloc().buffer(sql.length() + 16);
        int start = Packets.begin(out, 0);
        out.writeByte(Command.QUERY.code());
        if (queryAttributes) {
            out.writeByte(0).writeByte(1);
        }
        out.writeBytes(sql.getBytes(StandardCharsets.UTF_8));
        Packets.end(out, start);
        dropPacket();
        packet = out;
    }

    private SqlLexer lexer() {
        return frontend.lexer(worker);
    }

    private void setOption() {
        int option = packet().getUnsignedShortLE(packet().readerIndex() + Packets.HEADER + 1);
        answered(() -> {
            if (option > 1) {
                unknownCommand();
                return;
            }
            multiStatementsAllowed = option == 0;
            ByteBuf out = client.channel().alloc().buffer(16);
            int start = Packets.begin(out, 1);
            if (Capabilities.has(capabilities, Capabilities.DEPRECATE_EOF)) {
                OkPacket.write(out, OkPacket.EOF_HEADER, 0, 0, session.status(), 0, Unpooled.EMPTY_BUFFER, Unpooled.EMPTY_BUFFER);
            } else {
                OkPacket.writeEof(out, session.status(), 0);
            }
            client.channel().writeAndFlush(Packets.end(out, start), client.channel().voidPromise());
        });
    }

    private void resetConnection() {
        forgetStatements();
        leave();
        SessionState fresh = initialState(session.baseline());
        if (!worker.server().mariaDb()) {
            // MySQL resets to the server's character set, MariaDB to that of the handshake.
            Baseline baseline = session.baseline();
            String charset = baseline.value("character_set_server");
            String serverCollation = baseline.value("collation_server");
            if (charset != null && serverCollation != null) {
                for (String name : List.of("character_set_client", "character_set_connection", "character_set_results")) {
                    fresh = baseline.apply(fresh, name, charset);
                }
                fresh = baseline.apply(fresh, "collation_connection", serverCollation);
            }
        }
        session.reset(session.baseline(), fresh);
        answered(() -> client.ok(1, session.status()));
    }

    private void changeUser() {
        ByteBuf payload = packet().slice(packet().readerIndex() + Packets.HEADER, packet().readableBytes() - Packets.HEADER);
        int sequence = packet().getUnsignedByte(packet().readerIndex() + 3);
        forgetStatements();
        leave();
        ended = true;
        worker.clients(account, poolCapabilities(), -1);
        ClientLogin again = new ClientLogin(client, false);
        client.loginAgain(again);
        try {
            again.changeUser(payload, capabilities, collation, sequence);
        } finally {
            dropPacket();
        }
    }

    // ---- KILL ----

    private void processKill() {
        long id = packet().getUnsignedIntLE(packet().readerIndex() + Packets.HEADER + 1);
        dropPacket();
        Killing.kill(this, id, false);
    }

    /** @return whether it is answered here */
    private boolean kill(StatementTraits read) {
        long id = read.kill().id().orElse(-1);
        if (!ClientConnectionId.is(id)) {
            return false;
        }
        boolean queryOnly =
                switch (read.kill().scope()) {
                    case QUERY -> true;
                    case CONNECTION -> false;
                    case QUERY_ID, USER -> throw new IllegalStateException("no id");
                };
        dropPacket();
        Killing.kill(this, id, queryOnly);
        return true;
    }

    /** The outcome of a KILL that this session asked for. */
    void killed(@Nullable ErrPacket error) {
        if (ended) {
            return;
        }
        mode = Mode.READY;
        if (error == null) {
            client.ok(1, session.status());
        } else {
            client.err(error, 1);
        }
        client.consume();
    }

    ClientConnection client() {
        return client;
    }

    public ClientConnectionId id() {
        return client.id();
    }

    /** While a KILL is on its way to the server, the server connection that it names must not go to anybody else. */
    void holdLease(boolean hold) {
        held += hold ? 1 : -1;
        if (held == 0) {
            ServerConnection has = lease;
            if (has != null && ended && !sent) {
                leave();
            } else if (has != null && mode == Mode.READY && !ended) {
                settle();
            }
        }
    }

    // ---- prepared statements ----

    private Map<Integer, PreparedStatement> statements() {
        Map<Integer, PreparedStatement> map = statements;
        if (map == null) {
            map = new HashMap<>();
            statements = map;
        }
        return map;
    }

    private void prepareStatement() {
        ByteBuf bytes = packet();
        int text = bytes.readerIndex() + Packets.HEADER + 1;
        long bits = 0;
        if (!large) {
            StatementTraits read = lexer().read(bytes, text, bytes.writerIndex() - text, session.lexMode());
            bits = read.bits();
        } else {
            session.pin(Pin.UNEXPLAINED);
        }
        preparing = bits;
        session.begin(Trait.SINGLE.bit(), List.of());
        acquire();
    }

    private void onStatement() {
        ByteBuf bytes = packet();
        if (bytes.readableBytes() < Packets.HEADER + 5) {
            client.refuse(Refusal.MALFORMED_PACKET, "Malformed communication packet", 1);
            return;
        }
        int id = ExecutePacket.statementId(bytes);
        PreparedStatement of = statements().get(id == LAST_PREPARED ? lastStatementId : id);
        if (of == null) {
            dropPacket();
            mode = Mode.READY;
            if (command != Command.STMT_SEND_LONG_DATA) {
                String name = command == Command.STMT_FETCH ? "mysqld_stmt_fetch" : command == Command.STMT_RESET ? "mysqld_stmt_reset" : "mysqld_stmt_execute";
                client.err(
                        new ErrPacket(
                                Refusal.UNKNOWN_STATEMENT.code(),
                                Refusal.UNKNOWN_STATEMENT.sqlState(),
                                "Unknown prepared statement handler (" + Integer.toUnsignedString(id) + ") given to " + name),
                        1);
            }
            return;
        }
        statement = of;
        if (command == Command.STMT_RESET && lease == null) {
            answered(() -> client.ok(1, session.status()));
            return;
        }
        if (command == Command.STMT_SEND_LONG_DATA) {
            of.longData(true);
            session.pin(Pin.LONG_DATA);
        } else if (command == Command.STMT_EXECUTE || command == Command.STMT_BULK_EXECUTE) {
            traits = of.traits() | Trait.SINGLE.bit();
            session.begin(traits, List.of());
        }
        acquire();
    }

    private void closeStatement() {
        if (packet().readableBytes() >= Packets.HEADER + 5) {
            PreparedStatement of = statements().remove(ExecutePacket.statementId(packet()));
            if (of != null) {
                boolean cursor = cursors != null && cursors.remove(of.id());
                ServerConnection has = lease;
                if (has != null && (cursor || of.longData())) {
                    // The server must forget the cursor or the data; the statement itself could stay.
                    closeOnServer(has, has.statements().remove(of));
                }
                of.longData(false);
                unpinStatements();
            }
        }
        dropPacket();
        mode = Mode.READY;
        ServerConnection has = lease;
        if (has != null && !resting) {
            settle();
        }
    }

    private static void closeOnServer(ServerConnection connection, int serverId) {
        if (serverId != 0) {
            connection.write(Packets.packet(connection.channel().alloc(), 0, out -> out.writeByte(Command.STMT_CLOSE.code()).writeIntLE(serverId)));
        }
    }

    private void unpinStatements() {
        if (cursors == null || cursors.isEmpty()) {
            session.unpin(Pin.CURSOR);
        }
        if (session.has(Pin.LONG_DATA) && statements().values().stream().noneMatch(PreparedStatement::longData)) {
            session.unpin(Pin.LONG_DATA);
        }
    }

    private void forgetStatements() {
        statements = null;
        cursors = null;
    }

    // ---- lease ----

    private void acquire() {
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
        prepare(has);
    }

    @Override
    public void granted(ServerConnection connection) {
        waiting = false;
        lease = connection;
        leftoversIntact = false;
        if (session.baseline() != connection.baseline()) {
            session.rebase(connection.baseline());
        }
        prepare(connection);
    }

    @Override
    public void refused(ErrPacket error) {
        waiting = false;
        log.debug("client {} of {}: {}", client.id(), account, error);
        frontend.logRefusal(account.user(), error);
        Consumer<@Nullable ErrPacket> instead = insteadOfPacket;
        if (instead != null) {
            insteadOfPacket = null;
            instead.accept(error);
            return;
        }
        boolean answerable = command.response() != Response.NONE;
        boolean streaming = large;
        dropPacket();
        mode = Mode.READY;
        if (answerable) {
            client.err(error, 1);
        }
        if (streaming || account.credentials() == null && error.code() == Refusal.SERVER_LOST.code()) {
            // The rest of the command is still to come and has nowhere to go; or nobody but the client can log this account in again.
            client.close();
            return;
        }
        client.consume();
    }

    /** Brings the leased connection into the state that the command needs, step by step, and then sends it. */
    private void prepare(ServerConnection connection) {
        Consumer<@Nullable ErrPacket> instead = insteadOfPacket;
        if (instead != null) {
            restoreThen(connection, session.state(), () -> openSchemaOn(connection, instead));
            return;
        }
        PreparedStatement of = statement;
        if (of != null && connection.statements().find(of) == null) {
            restoreThen(connection, of.preparedIn(), () -> prepareOn(connection, of));
            return;
        }
        long insertId = -1;
        if ((traits & READS_INSERT_ID) != 0 && !session.insertIdUnread() && connection.lastInsertId() != session.lastInsertId()) {
            insertId = session.lastInsertId();
            connection.lastInsertId(insertId);
        }
        RestorePlan plan = RestorePlan.between(connection.state(), session.state(), connection.baseline(), insertId);
        switch (plan) {
            case RestorePlan.Nothing nothing -> send(connection, null);
            case RestorePlan.Statements statementsToRun -> {
                if (command == Command.QUERY && single && !large && (traits & Trait.LOAD_DATA_LOCAL.bit()) == 0) {
                    frontend.counters().restore(false);
                    send(connection, statementsToRun);
                } else {
                    frontend.counters().restore(true);
                    restore(connection, statementsToRun, session.state(), () -> send(connection, null));
                }
            }
            case RestorePlan.Relogin relogin -> anotherConnection(connection);
        }
    }

    private void restoreThen(ServerConnection connection, SessionState target, Runnable then) {
        switch (RestorePlan.between(connection.state(), target, connection.baseline())) {
            case RestorePlan.Nothing nothing -> then.run();
            case RestorePlan.Statements plan -> {
                frontend.counters().restore(true);
                restore(connection, plan, target, then);
            }
            case RestorePlan.Relogin relogin -> anotherConnection(connection);
        }
    }

    private void restore(ServerConnection connection, RestorePlan.Statements plan, SessionState target, Runnable then) {
        if (plan.statements() > 1) {
            multiStatements(connection, true);
        }
        String sql = plan.sql().substring(0, plan.sql().length() - 1);
        connection.ask(Question.query(sql, answer -> {
            if (ended || lease != connection) {
                return;
            }
            switch (answer) {
                case Answer.Rows rows -> {
                    connection.state(target);
                    then.run();
                }
                case Answer.Refused refused -> restoreFailed(connection, refused.error());
                case Answer.Lost lost -> {
                    // The connection tells its tenant.
                }
            }
        }));
    }

    /** No statement puts this session on this connection: it needs one that was logged in freshly. */
    private void anotherConnection(ServerConnection connection) {
        lease = null;
        worker.discard(connection);
        if (++restoreAttempts > 3) {
            refused(new ErrPacket(Refusal.STATE_LOST.code(), Refusal.STATE_LOST.sqlState(), "Usher could not restore the session's state"));
            return;
        }
        waiting = true;
        worker.acquire(this);
    }

    /** The statement has not run. */
    private void restoreFailed(ServerConnection connection, ErrPacket error) {
        log.info("client {} of {}: its state could not be restored: {}", client.id(), account, error);
        lease = null;
        worker.discard(connection);
        if (error.code() == 1049 || error.code() == 1044) {
            // The schema is gone, or its rights are: a session that had been in it all the time would have none now.
            session.wasRead(session.state().withSchema(""));
            account.schemas().clear();
        }
        if (++restoreAttempts > 2 || sentPacketIsGone()) {
            refused(new ErrPacket(
                    Refusal.STATE_LOST.code(), Refusal.STATE_LOST.sqlState(), "Usher could not restore the session's state: " + error.message()));
            return;
        }
        waiting = true;
        worker.acquire(this);
    }

    private boolean sentPacketIsGone() {
        return packet == null && insteadOfPacket == null;
    }

    private void prepareOn(ServerConnection connection, PreparedStatement of) {
        frontend.counters().reprepare();
        Reprepare.on(connection, of, (serverId, error) -> {
            if (ended || lease != connection) {
                return;
            }
            if (error == null) {
                closeOnServer(connection, connection.statements().add(of, serverId));
                prepare(connection);
            } else {
                dropPacket();
                mode = Mode.READY;
                client.err(error, 1);
                settle();
                client.consume();
            }
        });
    }

    private void multiStatements(ServerConnection connection, boolean on) {
        if (connection.multiStatements() != on) {
            connection.multiStatements(on);
            connection.ask(Question.simple(Command.SET_OPTION, new byte[] {(byte) (on ? 0 : 1), 0}, answer -> {}));
        }
    }

    /** Sends the command, with a restore in front of it in the same COM_QUERY where there is one. */
    private void send(ServerConnection connection, RestorePlan.@Nullable Statements restore) {
        ByteBuf bytes = packet();
        PreparedStatement of = statement;
        if (command == Command.QUERY) {
            if (restore != null) {
                multiStatements(connection, true);
            } else if (!single) {
                multiStatements(connection, multiStatementsAllowed);
            }
        }
        if (of != null) {
            StatementCache.OnServer target = connection.statements().find(of);
            if (target == null) {
                throw new IllegalStateException("statement is not there");
            }
            if (command == Command.STMT_EXECUTE || command == Command.STMT_BULK_EXECUTE) {
                bytes = ExecutePacket.rewrite(bytes, command, of, target, queryAttributes, !large, client.channel().alloc());
                if (command == Command.STMT_EXECUTE && ExecutePacket.opensCursor(bytes)) {
                    openCursors().add(of.id());
                    session.pin(Pin.CURSOR);
                } else if (cursors != null) {
                    cursors.remove(of.id());
                }
                of.longData(false);
            } else {
                bytes.setIntLE(bytes.readerIndex() + Packets.HEADER + 1, target.id());
                if (command == Command.STMT_RESET) {
                    of.longData(false);
                    if (cursors != null) {
                        cursors.remove(of.id());
                    }
                }
            }
        }
        if (command == Command.STMT_PREPARE) {
            byte[] text = new byte[bytes.readableBytes() - Packets.HEADER - 1];
            bytes.getBytes(bytes.readerIndex() + Packets.HEADER + 1, text);
            preparedText = text;
        }
        packet = null;
        sent = true;
        boolean dedicates = session.has(Pin.DEDICATED) && command.treatment() == Command.Treatment.DEDICATES;
        if (command.response() == Response.NONE) {
            connection.write(bytes);
            connection.flush();
            mode = large ? Mode.STREAMING : Mode.READY;
            client.consume();
            return;
        }
        relay.begin(command.response(), restore == null ? 0 : restore.statements());
        if (restore != null) {
            byte[] sql = restore.sql().getBytes(StandardCharsets.UTF_8);
            int skip = Packets.HEADER + 1 + (queryAttributes ? 2 : 0);
            int length = bytes.readableBytes() - Packets.HEADER + sql.length;
            ByteBuf head = client.channel().alloc().buffer(skip + sql.length);
            head.writeMediumLE(length).writeByte(0).writeBytes(bytes, bytes.readerIndex() + Packets.HEADER, skip - Packets.HEADER).writeBytes(sql);
            keptText = bytes.retainedDuplicate();
            connection.send(head, relay);
            connection.write(bytes.skipBytes(skip));
        } else {
            connection.send(bytes, relay);
        }
        connection.flush();
        if (dedicates && command.response() == Response.ENDLESS) {
            mode = Mode.DEDICATED;
        } else if (large) {
            mode = Mode.STREAMING;
            client.consume();
        }
    }

    private Set<Integer> openCursors() {
        Set<Integer> open = cursors;
        if (open == null) {
            open = new HashSet<>();
            cursors = open;
        }
        return open;
    }

    // ---- large commands, files, dedicated connections ----

    private boolean stream(ByteBuf in) {
        if (frameLeft == 0) {
            if (!framesFollow) {
                streamed();
                return true;
            }
            if (in.readableBytes() < Packets.HEADER) {
                return false;
            }
            frameLeft = in.getUnsignedMediumLE(in.readerIndex());
            framesFollow = frameLeft == Packets.MAX_FRAME;
            forward(in.readRetainedSlice(Packets.HEADER));
            return true;
        }
        int step = Math.min(frameLeft, in.readableBytes());
        if (step == 0) {
            return false;
        }
        SqlLexer lexer = streamLexer;
        if (lexer != null) {
            lexer.feed(in, in.readerIndex(), step);
        }
        if (command == Command.STMT_PREPARE) {
            int length = preparedText.length;
            preparedText = java.util.Arrays.copyOf(preparedText, length + step);
            in.getBytes(in.readerIndex(), preparedText, length, step);
        }
        frameLeft -= step;
        forward(in.readRetainedSlice(step));
        return frameLeft == 0 || in.isReadable();
    }

    private void streamed() {
        SqlLexer lexer = streamLexer;
        streamLexer = null;
        mode = command.response() == Response.NONE ? Mode.READY : Mode.BUSY;
        if (lexer != null) {
            StatementTraits read = lexer.finish();
            traits = read.bits();
            session.begin(traits, read.has(Trait.UNSCOPED_SYSTEM_VARIABLE) ? read.unscopedVariables() : List.of());
        }
        if (mode == Mode.BUSY && finishedEarly) {
            // The server has answered before it had everything (an error): the response is through.
            ServerConnection has = lease;
            finishedEarly = false;
            if (has != null) {
                finished(has);
            }
        }
    }

    private boolean file(ByteBuf in) {
        if (frameLeft > 0) {
            int step = Math.min(frameLeft, in.readableBytes());
            if (step == 0) {
                return false;
            }
            frameLeft -= step;
            forward(in.readRetainedSlice(step));
            return true;
        }
        if (in.readableBytes() < Packets.HEADER) {
            return false;
        }
        int length = in.getUnsignedMediumLE(in.readerIndex());
        int sequence = in.getUnsignedByte(in.readerIndex() + 3);
        // The server counts on from its own request, which may have had another number than the client saw.
        in.setByte(in.readerIndex() + 3, sequence - fileSequenceShift);
        forward(in.readRetainedSlice(Packets.HEADER));
        frameLeft = length;
        if (length == 0) {
            mode = Mode.BUSY;
            return false;
        }
        return true;
    }

    private void forward(ByteBuf bytes) {
        ServerConnection has = lease;
        if (has == null) {
            bytes.release();
            return;
        }
        has.write(bytes);
        has.flush();
        if (!has.channel().isWritable()) {
            waitingForServerWritable = true;
            client.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void serverWritable(ServerConnection connection) {
        if (waitingForServerWritable) {
            waitingForServerWritable = false;
            client.consume();
        }
    }

    /** A slow client stops its server connection from reading on, and with it the server. */
    void clientWritable(boolean writable) {
        ServerConnection has = lease;
        if (has != null && sent && has.channel().config().isAutoRead() != writable) {
            has.channel().config().setAutoRead(writable);
        }
    }

    // ---- the response ----

    @Override
    public void ok(ServerConnection connection, OkPacket ok) {
        dropKeptText();
        boolean more = (ok.status() & ServerStatus.MORE_RESULTS) != 0;
        if (connection.collationUnknown() && (traits & Trait.SET_NAMES.bit()) == 0) {
            session.read("collation_connection");
            session.read("character_set_connection");
        }
        if ((traits & READS_LEFTOVERS) == 0) {
            if (ok.header() == OkPacket.HEADER) {
                leftovers.affected(ok.affectedRows());
            } else {
                leftovers.selected(relay.rows());
            }
        }
        session.completed(ok.status(), ok.insertId(), ok.warnings(), connection.state(), connection.unexplainedChange(), connection.characteristics());
        if (command == Command.STMT_FETCH || command == Command.STMT_EXECUTE) {
            PreparedStatement of = statement;
            boolean open = (ok.status() & ServerStatus.CURSOR_EXISTS) != 0 && (ok.status() & ServerStatus.LAST_ROW_SENT) == 0;
            if (of != null && cursors != null && !open && !more) {
                cursors.remove(of.id());
            }
        }
    }

    @Override
    public void err(ServerConnection connection, ErrPacket error, boolean statementRan) {
        failed = true;
        if (!statementRan) {
            restoreError = error;
        } else {
            dropKeptText();
        }
        if (error.code() == 1820 || error.code() == 1862) {
            connection.retire();
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
        int id = ++lastStatementId;
        PreparedStatement made = new PreparedStatement(id, preparedText, session.state(), preparing);
        made.parameters(parameters);
        preparedText = NONE;
        statements().put(id, made);
        closeOnServer(connection, connection.statements().add(made, serverId));
        return id;
    }

    @Override
    public void localInfile(int sequenceShift) {
        fileSequenceShift = sequenceShift;
        frameLeft = 0;
        mode = Mode.SENDING_FILE;
        client.consume();
    }

    @Override
    public void finished(ServerConnection connection) {
        if (ended) {
            orphanFinished(connection);
            return;
        }
        client.channel().flush();
        if (!connection.channel().config().isAutoRead()) {
            connection.channel().config().setAutoRead(true);
        }
        ErrPacket notRestored = restoreError;
        if (notRestored != null) {
            restoreError = null;
            packet = keptText;
            keptText = null;
            sent = false;
            restoreFailed(connection, notRestored);
            return;
        }
        if (mode == Mode.STREAMING) {
            finishedEarly = true;
            return;
        }
        sent = false;
        if (failed) {
            afterError(connection);
        } else {
            afterEffects(connection);
        }
        if ((traits & Trait.COMMIT_RELEASE.bit()) != 0 && !failed) {
            client.close();
            return;
        }
        unpinStatements();
        leftoversIntact = true;
        if (session.insertIdUnread()) {
            connection.lastInsertId(ServerConnection.INSERT_ID_UNKNOWN);
        }
        readBack(connection);
        mode = Mode.READY;
        settle();
        if (client.draining() && idle()) {
            client.drain();
            return;
        }
        client.consume();
    }

    private void afterEffects(ServerConnection connection) {
        if ((traits & MORE_LATER) == 0) {
            return;
        }
        if ((traits & Trait.SET_GLOBAL.bit()) != 0) {
            worker.server().globalsChanged();
        }
        if ((traits & Trait.PRIVILEGE_CHANGE.bit()) != 0) {
            worker.accounts().privilegesChanged();
        }
        if ((traits & Trait.SET_TRACKER.bit()) != 0) {
            connection.ask(Question.query(worker.trackers(connection), answer -> {}));
        }
    }

    private void afterError(ServerConnection connection) {
        leftovers.failed();
        boolean unknown = session.failed();
        // SHOW WARNINGS is answered by an OK with the status flags, and leaves the diagnostics as they are.
        connection.ask(Question.query("SHOW WARNINGS", answer -> {
            if (answer instanceof Answer.Rows rows && !ended) {
                leftovers.diagnostics(diagnostics(rows));
                if (unknown) {
                    session.statusAfterError(rows.status());
                }
            }
            questionAnswered(connection);
        }));
    }

    private static List<Leftovers.Diagnostic> diagnostics(Answer.Rows rows) {
        return rows.rows().stream()
                .map(row -> new Leftovers.Diagnostic(String.valueOf(row[0]), String.valueOf(row[1]), String.valueOf(row[2])))
                .toList();
    }

    /** Reads what no tracker reports. */
    private void readBack(ServerConnection connection) {
        List<String> names = session.toRead();
        if (names.isEmpty()) {
            return;
        }
        StringBuilder sql = new StringBuilder("SHOW SESSION VARIABLES WHERE Variable_name IN (");
        for (int i = 0; i < names.size(); i++) {
            sql.append(i == 0 ? "'" : ",'").append(names.get(i).replaceAll("[^A-Za-z0-9_$.]", "")).append('\'');
        }
        frontend.counters().capture();
        leftoversIntact = false;
        connection.ask(Question.query(sql.append(')').toString(), answer -> {
            if (answer instanceof Answer.Rows rows) {
                SessionState now = connection.state();
                for (@Nullable String[] row : rows.rows()) {
                    String name = row[0];
                    if (name != null && row.length > 1) {
                        String value = row[1];
                        now = connection.baseline().apply(now, name.toLowerCase(java.util.Locale.ROOT), value == null ? "" : value);
                    }
                }
                connection.state(now);
                session.wasRead(now);
            } else {
                session.pin(Pin.UNEXPLAINED);
            }
            questionAnswered(connection);
        }));
    }

    private void questionAnswered(ServerConnection connection) {
        if (settleDue && lease == connection && mode == Mode.READY && !ended) {
            settle();
        }
    }

    /** Nothing is under way: the lease rests, or goes back, unless something pins it. */
    private void settle() {
        ServerConnection has = lease;
        if (has == null || resting) {
            return;
        }
        idleSince = System.nanoTime();
        settleDue = has.owed() > 0;
        if (settleDue || held > 0 || session.pinned()) {
            return;
        }
        if (worker.rest(has)) {
            resting = true;
            return;
        }
        lease = null;
        capture(has);
        worker.release(has);
    }

    @Override
    public void takenBack(ServerConnection connection) {
        resting = false;
        lease = null;
        capture(connection);
    }

    /** Reads, behind the last statement and before whatever the next session sends, what only this connection knows. */
    private void capture(ServerConnection connection) {
        lastConnection = connection;
        if (session.warningsUnread()) {
            captureFrom(connection, "SHOW WARNINGS", rows -> leftovers.diagnostics(diagnostics(rows)));
        }
        if (session.insertIdUnread()) {
            captureFrom(connection, "SELECT @@last_insert_id", rows -> {
                if (!rows.rows().isEmpty()) {
                    session.lastInsertId(Long.parseUnsignedLong(String.valueOf(rows.rows().getFirst()[0])));
                    connection.lastInsertId(session.lastInsertId());
                }
            });
        }
    }

    private void captureFrom(ServerConnection connection, String sql, Consumer<Answer.Rows> then) {
        capturing++;
        frontend.counters().capture();
        connection.ask(Question.query(sql, answer -> {
            capturing--;
            if (answer instanceof Answer.Rows rows) {
                then.accept(rows);
            }
            if (capturing == 0 && resumeAfterCapture && !ended) {
                resumeAfterCapture = false;
                client.consume();
            }
        }));
    }

    // ---- the end ----

    @Override
    public void lost(ServerConnection connection, ErrPacket cause) {
        boolean rebuildable = !session.pinned();
        lease = null;
        resting = false;
        if (ended) {
            return;
        }
        if (mode == Mode.READY) {
            if (!rebuildable) {
                // As a server does that closes an idle connection: the error is there when the client looks.
                client.err(new ErrPacket(cause.code(), cause.sqlState(), cause.message()), 0);
                client.close();
            }
            return;
        }
        if (!responseLost) {
            // Lost before the command was sent.
            answerLost(cause, rebuildable && !large, 1);
        }
        responseLost = false;
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
        boolean goesOn = clean && !session.pinned() && mode == Mode.BUSY && !large;
        answerLost(cause, goesOn, clean ? relay.nextSequence() : -1);
    }

    private void answerLost(ErrPacket cause, boolean goesOn, int sequence) {
        Consumer<@Nullable ErrPacket> instead = insteadOfPacket;
        dropPacket();
        if (instead != null) {
            insteadOfPacket = null;
            instead.accept(cause);
            return;
        }
        if (sequence >= 0) {
            client.err(new ErrPacket(Refusal.SERVER_LOST.code(), Refusal.SERVER_LOST.sqlState(), cause.message() + " while the statement ran"), sequence);
        }
        if (goesOn) {
            mode = Mode.READY;
            sent = false;
            client.consume();
        } else {
            client.close();
        }
    }

    /** Gives the lease up for good: by a reset if anything is left that is not portable. */
    private void leave() {
        ServerConnection has = lease;
        if (has == null) {
            return;
        }
        lease = null;
        resting = false;
        if (session.has(Pin.DEDICATED) || session.has(Pin.ROLE) || session.has(Pin.XA)) {
            // Roles survive COM_RESET_CONNECTION, and on MariaDB a change of account too.
            worker.discard(has);
        } else if (session.pinned() || !session.toRead().isEmpty() || has.owed() > 0) {
            if (has.owed() > 0) {
                worker.discard(has);
            } else {
                worker.releaseForReset(has);
            }
        } else {
            worker.release(has);
        }
    }

    /** The client is gone. */
    void ended() {
        if (ended) {
            return;
        }
        ended = true;
        worker.clients(account, poolCapabilities(), -1);
        dropPacket();
        dropKeptText();
        insteadOfPacket = null;
        if (waiting) {
            waiting = false;
            worker.cancel(this);
        }
        ServerConnection has = lease;
        if (has == null) {
            return;
        }
        if (sent && mode == Mode.BUSY && !relay.started()) {
            // The server goes on with the statement, as it would if the client had been its own; what it answers is thrown away.
            relay.orphan();
            return;
        }
        if (sent) {
            relay.orphan();
            lease = null;
            worker.discard(has);
            return;
        }
        leave();
    }

    private void orphanFinished(ServerConnection connection) {
        if (lease == connection) {
            lease = null;
            session.pin(Pin.UNEXPLAINED);
            worker.releaseForReset(connection);
        }
    }
}
