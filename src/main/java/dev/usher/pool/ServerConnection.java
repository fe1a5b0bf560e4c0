package dev.usher.pool;

import dev.usher.session.Baseline;
import dev.usher.session.DrawnHere;
import dev.usher.session.RestorePlan;
import dev.usher.session.SessionState;
import dev.usher.session.SqlStatements;
import dev.usher.session.UserVariables;
import dev.usher.wire.Capabilities;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.HandshakeV10;
import dev.usher.wire.MalformedPacketException;
import dev.usher.wire.OkPacket;
import dev.usher.wire.Packets;
import dev.usher.wire.ResponseReader;
import dev.usher.wire.ServerStatus;
import dev.usher.wire.SessionTrack;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to the server that is logged in: the responses it owes, in order, and the state it is in. Belongs to one worker and is touched on its loop
 * alone.
 */
public final class ServerConnection extends ChannelInboundHandlerAdapter implements SessionTrack.Listener {
    static final ErrPacket LOST = new ErrPacket(1158, "08S01", "Usher lost its connection to the server");

    private static final Duration FAREWELL_LIMIT = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(ServerConnection.class);

    private final Worker worker;
    private final Pool pool;
    private final Channel channel;
    private final HandshakeV10 greeting;
    private final long capabilities;
    private final boolean encrypted;
    private final long openedAt = System.nanoTime();
    private final long retireAt;
    private final ArrayDeque<Exchange> exchanges = new ArrayDeque<>(4);
    private final ResponseReader reader = new ResponseReader();
    private final StatementCache statements = new StatementCache();
    private final SqlStatements sqlStatements = new SqlStatements();

    private String user = "";
    private String role = "";
    private boolean closeWhenQuiet;
    private SessionState state = SessionState.INITIAL;
    private UserVariables variables = UserVariables.NONE;
    private final DrawnHere drawn = new DrawnHere();
    private @Nullable Baseline baseline;
    private boolean stateChanged;
    private boolean explained;
    private boolean charsetChanged;
    private boolean optionBitsChanged;
    private @Nullable String characteristics = "";
    private long lastInsertId;
    private boolean insertIdKnown = true;
    private long schemaChosenAt = System.nanoTime();
    private boolean schemaDoubtful;
    private boolean multiStatements = true;
    private int status = ServerStatus.AUTOCOMMIT;
    private @Nullable ByteBuf tail;
    private boolean closed;
    private boolean retiring;

    /** The pool's bookkeeping: who has it, and where it stands among the resting ones. */
    @Nullable
    Tenant tenant;

    @Nullable
    ServerConnection previousResting;
    @Nullable
    ServerConnection nextResting;
    boolean resting;
    long idleSince;
    long leases;
    /** How often it was given to somebody who waited behind others, since it was given to whoever was first. */
    int passedOver;

    ServerConnection(Worker worker, Pool pool, Channel channel, HandshakeV10 greeting, long capabilities, boolean encrypted,
            long retireAt) {
        this.worker = worker;
        this.pool = pool;
        this.channel = channel;
        this.greeting = greeting;
        this.capabilities = capabilities;
        this.encrypted = encrypted;
        this.retireAt = retireAt;
    }

    public Worker worker() {
        return worker;
    }

    public Pool pool() {
        return pool;
    }

    public Channel channel() {
        return channel;
    }

    /** The id that the server's processlist shows. */
    public ServerThreadId threadId() {
        return new ServerThreadId(greeting.connectionId());
    }

    boolean overSocket() {
        return channel instanceof DomainSocketChannel;
    }

    /** CURRENT_USER() after login. */
    String user() {
        return user;
    }

    void user(String current) {
        user = current;
    }

    /** CURRENT_ROLE() after login. */
    public String role() {
        return role;
    }

    void role(String current) {
        role = current;
    }

    /** Whether it only waits for answers that somebody still needs, and is closed with the last. */
    void closeWhenQuiet() {
        closeWhenQuiet = true;
    }

    public HandshakeV10 greeting() {
        return greeting;
    }

    public long capabilities() {
        return capabilities;
    }

    public boolean encrypted() {
        return encrypted;
    }

    /** {@link System#nanoTime} of its login. */
    public long openedAt() {
        return openedAt;
    }

    public @Nullable Tenant tenant() {
        return tenant;
    }

    public long leases() {
        return leases;
    }

    /** {@link System#nanoTime} since when it is idle or its lease rests. */
    public long idleSince() {
        return idleSince;
    }

    public boolean resting() {
        return resting;
    }

    boolean due(long now) {
        return retiring || now - retireAt > 0 || baseline != pool.account().baseline(pool.capabilities());
    }

    /**
     * Whether its login is recent enough for a session: rights are read at login. A session from before a change may go on with what it had, as it would on a
     * connection of its own; one from after it may not.
     */
    boolean freshFor(Tenant tenant) {
        long changed = pool.account().privilegeEpoch();
        long lacks = tenant.loggedInAt() - openedAt;
        return lacks < worker.config().pool().privilegeTtl().toNanos() && (openedAt - changed >= 0 || tenant.loggedInAt() - changed < 0);
    }

    /** Whether a session that logs in now could have it. */
    boolean current() {
        return openedAt - pool.account().privilegeEpoch() >= 0
                && System.nanoTime() - openedAt < worker.config().pool().privilegeTtl().toNanos();
    }

    /** To be closed as soon as nobody has it. */
    public void retire() {
        retiring = true;
    }

    boolean retiring() {
        return retiring;
    }

    public boolean closed() {
        return closed;
    }

    /** As it is when everything sent so far has been answered, as far as Usher's own questions go. */
    public SessionState state() {
        return state;
    }

    /** What the server was brought to by something that no tracker reports, or that Usher knows better. */
    public void state(SessionState known) {
        state = known;
    }

    /** The user variables that it holds: its session's, or what earlier ones have left. */
    public UserVariables variables() {
        return variables;
    }

    public void variables(UserVariables known) {
        variables = known;
    }

    /** What sessions have drawn from sequences here. */
    public DrawnHere drawn() {
        return drawn;
    }

    /** What this connection's variables were after login. */
    public Baseline baseline() {
        Baseline read = baseline;
        if (read == null) {
            throw new IllegalStateException("server connection used before its baseline was read");
        }
        return read;
    }

    void baseline(Baseline read) {
        baseline = read;
        characteristics = read.cachesQueries() ? null : "";
    }

    /** Whether LAST_INSERT_ID() is known to give this here. */
    public boolean givesInsertId(long value) {
        return insertIdKnown && lastInsertId == value;
    }

    public boolean insertIdKnown() {
        return insertIdKnown;
    }

    public void insertIdUnknown() {
        insertIdKnown = false;
    }

    public void lastInsertId(long known) {
        lastInsertId = known;
        insertIdKnown = true;
    }

    public StatementCache statements() {
        return statements;
    }

    /** What exists here by name. */
    public SqlStatements sqlStatements() {
        return sqlStatements;
    }

    /** Status flags of the last OK. */
    public int status() {
        return status;
    }

    /** Whether the server takes several statements in one COM_QUERY. */
    public boolean multiStatements() {
        return multiStatements;
    }

    public void multiStatements(boolean on) {
        multiStatements = on;
    }

    /** Responses that are still owed. */
    public int owed() {
        return exchanges.size();
    }

    /** Writes a command, or its first bytes, and expects its response. The buffer is taken over. Nothing is flushed. */
    public void send(ByteBuf bytes, Exchange response) {
        expect(response);
        channel.write(bytes, channel.voidPromise());
    }

    /** Expects a response to bytes that are written by {@link #write}. */
    public void expect(Exchange response) {
        exchanges.add(response);
        if (exchanges.size() == 1) {
            reader.begin(response.shape(), response.eachRow(), response.sequenceShift());
        }
    }

    /** Writes bytes that belong to a command already begun, or to one without a response. */
    public void write(ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
    }

    /** Sends what has been written, at the end of the loop's round. */
    public void flush() {
        worker.flushes().add(channel);
    }

    /** Asks something, behind whatever has been sent already. */
    public void ask(Question question) {
        ByteBuf out = channel.alloc().buffer(128);
        question.write(out, Capabilities.has(capabilities, Capabilities.QUERY_ATTRIBUTES));
        question.askedBy(tenant);
        send(out, question);
        flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        ByteBuf held = tail;
        if (held != null) {
            tail = null;
            ByteBuf joined = ctx.alloc().buffer(held.readableBytes() + in.readableBytes());
            joined.writeBytes(held).writeBytes(in);
            held.release();
            in.release();
            in = joined;
        }
        try {
            read(in);
            if (in.isReadable() && !closed) {
                tail = ctx.alloc().buffer(Math.max(64, in.readableBytes())).writeBytes(in);
            }
        } catch (MalformedPacketException | IndexOutOfBoundsException e) {
            log.warn("server connection {}: {}", threadId(), e.getMessage());
            lost(new ErrPacket(1158, "08S01", "the server sent something that is not the MySQL protocol: " + e.getMessage()));
        } finally {
            in.release();
        }
    }

    private void read(ByteBuf in) {
        while (in.isReadable() && !closed) {
            Exchange first = exchanges.peek();
            if (first == null) {
                unasked(in);
                return;
            }
            if (!first.read(this, reader, in)) {
                first.pause();
                return;
            }
            exchanges.remove();
            Exchange next = exchanges.peek();
            if (next != null) {
                reader.begin(next.shape(), next.eachRow(), next.sequenceShift());
            }
            first.finished(this);
            if (exchanges.isEmpty() && !closed) {
                Tenant has = tenant;
                if (closeWhenQuiet) {
                    worker.quiet(this);
                } else if (has != null) {
                    has.quiet(this);
                }
            }
        }
    }

    /** Nobody asked: MySQL says why it closes an idle connection (4031), or the server goes down (1053, 1927). */
    private void unasked(ByteBuf in) {
        ErrPacket cause = LOST;
        if (in.readableBytes() > Packets.HEADER + 3 && in.getUnsignedByte(in.readerIndex() + Packets.HEADER) == ErrPacket.HEADER) {
            cause = ErrPacket.read(in.slice(in.readerIndex() + Packets.HEADER, in.readableBytes() - Packets.HEADER));
        }
        in.skipBytes(in.readableBytes());
        log.debug("server connection {} closed by the server: {}", threadId(), cause);
        lost(cause);
    }

    /** Takes in the status flags and trackers of an OK. */
    public void noted(OkPacket ok) {
        status = ok.status();
        stateChanged = false;
        explained = false;
        charsetChanged = false;
        optionBitsChanged = false;
        if (ok.trackers().isReadable()) {
            SessionState before = state;
            SessionTrack.read(ok.trackers().duplicate(), this);
            if (baseline != null) {
                // MariaDB's tracker takes it for another variable that is a bit beside it, once such a one has been set; the flag is always right.
                state = baseline.apply(state, "autocommit", (status & ServerStatus.AUTOCOMMIT) != 0 ? "ON" : "OFF");
            }
            if (state != before) {
                state = pool.states().of(state);
            }
        }
    }

    /** Whether the last OK said that something changed that is not accounted for by a variable or the schema. */
    public boolean unexplainedChange() {
        return stateChanged && !explained;
    }

    /** Whether the last OK reported a connection character set but not the collation that follows from it. */
    public boolean collationUnknown() {
        return charsetChanged;
    }

    /** Whether the last OK reported one of {@link Baseline#OPTION_BITS}, which on MariaDB may stand for another of them, or what switches one. */
    public boolean optionBitsChanged() {
        return optionBitsChanged;
    }

    /** A SET TRANSACTION that waits for its transaction, or the characteristics of the one that runs; empty if none, null if they are not told. */
    public @Nullable String characteristics() {
        return characteristics;
    }

    @Override
    public void variable(String name, String value) {
        // With the binary log on, MariaDB tells of this one behind every write, and says nothing else by it.
        explained |= !name.equals("last_gtid");
        if (name.equals("character_set_connection") || name.equals("collation_connection")) {
            charsetChanged = true;
        }
        // The latter switches sql_big_selects.
        optionBitsChanged |= Baseline.OPTION_BITS.contains(name) || name.equals("max_join_size");
        if (baseline != null) {
            state = baseline.apply(state, name, value);
        }
    }

    /**
     * Schemas or rights may have changed since this connection's default schema was chosen. A server keeps its character set, and the account's rights to it, as they were then,
     * even if another schema has that name by now; MariaDB keeps the character set also when the same name is chosen again.
     */
    public void doubtSchema() {
        schemaDoubtful = schemaChosenAt - worker.server().schemasChangedAt() < 0 && !state.schema().isEmpty();
    }

    public boolean schemaDoubtful() {
        return schemaDoubtful;
    }

    /** What a restore begins from: the state, but in a schema that nobody wants if the default one has to be chosen anew. */
    public SessionState restoredFrom() {
        return schemaDoubtful ? state.withSchema(RestorePlan.DOUBTFUL_SCHEMA) : state;
    }

    @Override
    public void schema(String name) {
        if (!name.equals(state.schema())) {
            schemaChosenAt = System.nanoTime();
            schemaDoubtful = false;
        }
        explained = true;
        state = state.withSchema(name);
    }

    @Override
    public void stateChanged() {
        stateChanged = true;
    }

    @Override
    public void transactionCharacteristics(String sql) {
        characteristics = characteristics == null ? null : sql;
        explained = true;
    }

    @Override
    public void transactionState(String newState) {
        // The status flags say what matters; CHARACTERISTICS brings both.
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Tenant has = tenant;
        if (channel.isWritable() && has != null) {
            has.serverWritable(this);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lost(LOST);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (closed && (cause instanceof IOException || cause instanceof DecoderException)) {
            // What becomes of a farewell concerns nobody.
            channel.close();
            return;
        }
        Tenant has = tenant;
        if (!(cause instanceof IOException)) {
            log.error("server connection {}", threadId(), cause);
            if (has != null) {
                has.failed();
            }
        }
        lost(LOST);
    }

    private void lost(ErrPacket cause) {
        if (closed) {
            return;
        }
        end();
        Exchange owed;
        while ((owed = exchanges.poll()) != null) {
            owed.lost(this, cause);
        }
        worker.lost(this, cause);
    }

    private void end() {
        closed = true;
        if (tail != null) {
            tail.release();
            tail = null;
        }
        channel.close();
    }

    /** Says COM_QUIT, or only that nothing more will come if an answer is owed, and closes. Only {@link Worker} calls it, which keeps the books. */
    void quit() {
        if (!closed) {
            closed = true;
            if (tail != null) {
                tail.release();
                tail = null;
            }
            boolean busy = !exchanges.isEmpty();
            Exchange owed;
            while ((owed = exchanges.poll()) != null) {
                owed.lost(this, LOST);
            }
            if (busy && channel instanceof DuplexChannel duplex) {
                channel.flush();
                // The server would not read it, and where it looks whether its client is still there, as in a wait for a named lock, that would say yes.
                duplex.shutdownOutput();
            } else {
                // The server closes it when it no longer counts it; a permit that were free before that could bring one connection too many.
                channel.writeAndFlush(Packets.packet(channel.alloc(), 0, out -> out.writeByte(1)), channel.voidPromise());
            }
            Future<?> limit = channel.eventLoop().schedule(() -> channel.close(), FAREWELL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            channel.closeFuture().addListener(done -> limit.cancel(false));
        }
    }

    /** For logs and SHOW SERVERS. */
    @Override
    public String toString() {
        return "server connection " + threadId() + " of " + pool.account();
    }
}
