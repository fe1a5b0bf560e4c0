package dev.usher.proxy;

import dev.usher.pool.ServerConnection;
import dev.usher.pool.StatementCache;
import dev.usher.session.FoundRows;
import dev.usher.session.Pin;
import dev.usher.session.PreparedStatement;
import dev.usher.session.Session;
import dev.usher.session.Trait;
import dev.usher.wire.Command;
import dev.usher.wire.Packets;
import dev.usher.wire.ServerStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client's binary prepared statements by its own ids, and which of them hold something on a server connection: an open cursor, or long data. */
final class ClientStatements {
    /** The id by which MariaDB's clients mean the statement prepared last. */
    private static final int LAST_PREPARED = -1;

    /** The default of max_prepared_stmt_count, which at a server is for all sessions together. */
    private static final int MOST = 16_382;

    /** Of a client's texts together: of 16,382 statements, a kilobyte each. */
    private static final long MOST_BYTES = 16L << 20;

    private static final byte[] NONE = new byte[0];

    private final Session session;
    private @Nullable Map<Integer, PreparedStatement> byId;
    private @Nullable Set<Integer> cursors;
    private int lastId;
    private byte[] text = NONE;
    private boolean whole;
    private long bytes;
    private int lastPrepared;
    private long textTraits;
    private List<String> textVariables = List.of();
    private FoundRows textFoundRows = FoundRows.UNCLEAR;
    private List<String> textUserVariables = List.of();

    ClientStatements(Session session) {
        this.session = session;
    }

    @Nullable
    PreparedStatement find(int id) {
        Map<Integer, PreparedStatement> all = byId;
        return all == null ? null : all.get(id == LAST_PREPARED ? lastPrepared : id);
    }

    // ---- COM_STMT_PREPARE ----

    /** Until another has been prepared, there is no statement prepared last. */
    void forgetLast() {
        lastPrepared = 0;
    }

    /** What is about to be prepared. */
    void preparing(long traits, List<String> untoldVariables, List<String> userVariables, FoundRows foundRows) {
        textTraits = traits;
        textFoundRows = foundRows;
        textVariables = untoldVariables;
        textUserVariables = userVariables;
    }

    /** Why the client can not have one more with a text of this length to keep, null if it can: it has as many as a server allows by default, or as much. */
    @Nullable
    String full(int length) {
        if (byId != null && byId.size() >= MOST) {
            return "Can't create more than max_prepared_stmt_count statements";
        }
        return bytes + length <= MOST_BYTES ? null
                : "Can't create more prepared statements: Usher keeps their texts, and those of this session have " + (MOST_BYTES >> 20)
                        + " MiB";
    }

    /** The text of the statement being prepared. */
    void text(byte[] all) {
        text = all;
        whole = true;
    }

    /** The beginning of a text that is too large to be kept: its session stays on the server connection that it is prepared on. */
    void beginningOf(byte[] large) {
        text = large;
        whole = false;
    }

    /** The server has prepared it; returns the client's id for it. */
    int prepared(ServerConnection connection, int serverId, int parameters) {
        PreparedStatement made = new PreparedStatement(++lastId, text, whole, session.state(), textTraits, textVariables, textUserVariables,
                session.variables().only(textUserVariables), textFoundRows);
        lastPrepared = lastId;
        made.parameters(parameters);
        bytes += text.length;
        text = NONE;
        Map<Integer, PreparedStatement> all = byId;
        if (all == null) {
            all = new HashMap<>();
            byId = all;
        }
        all.put(made.id(), made);
        add(connection, made, serverId);
        return made.id();
    }

    /** Remembers that a statement exists on a server connection, and closes there what had to give way. */
    static void add(ServerConnection connection, PreparedStatement statement, int serverId) {
        closeOnServer(connection, connection.statements().add(statement, serverId));
    }

    // ---- commands on a statement ----

    /** Before it is sent: puts the server's id in and notes what it opens or ends. Takes the packet over and returns what to send. */
    ByteBuf send(ByteBuf packet, CommandUnderWay under, ServerConnection connection, boolean queryAttributes, ByteBufAllocator alloc) {
        PreparedStatement of = under.statement;
        StatementCache.OnServer target = of == null ? null : connection.statements().find(of);
        if (of == null || target == null) {
            throw new IllegalStateException("the statement is not on this connection");
        }
        switch (under.command()) {
            case STMT_EXECUTE, STMT_BULK_EXECUTE -> {
                ByteBuf rewritten = ExecutePacket.rewrite(packet, under.command(), of, target, queryAttributes, !under.large(), alloc);
                of.longData(false);
                closeCursor(of, connection);
                if (under.command() == Command.STMT_EXECUTE && ExecutePacket.opensCursor(rewritten)) {
                    openCursor(of, connection);
                }
                return rewritten;
            }
            case STMT_RESET -> {
                of.longData(false);
                closeCursor(of, connection);
            }
            case STMT_SEND_LONG_DATA -> {
                of.longData(true);
                connection.statements().attach(of);
                session.pin(Pin.LONG_DATA);
            }
            default -> {
                // COM_STMT_FETCH leaves it to the response whether the cursor is still open.
            }
        }
        return packet.setIntLE(packet.readerIndex() + Packets.HEADER + 1, target.id());
    }

    /** Part of the response to COM_STMT_EXECUTE or COM_STMT_FETCH. */
    void answered(@Nullable PreparedStatement of, int status, ServerConnection connection) {
        boolean open = (status & ServerStatus.CURSOR_EXISTS) != 0 && (status & ServerStatus.LAST_ROW_SENT) == 0;
        if (of != null && !open && (status & ServerStatus.MORE_RESULTS) == 0) {
            closeCursor(of, connection);
        }
    }

    boolean hasCursor(PreparedStatement of) {
        return cursors != null && cursors.contains(of.id());
    }

    private void openCursor(PreparedStatement of, ServerConnection connection) {
        Set<Integer> open = cursors;
        if (open == null) {
            open = new HashSet<>();
            cursors = open;
        }
        open.add(of.id());
        connection.statements().attach(of);
        session.pin(Pin.CURSOR);
    }

    private void closeCursor(PreparedStatement of, ServerConnection connection) {
        if (cursors != null) {
            cursors.remove(of.id());
        }
        if (!of.longData()) {
            closeOnServer(connection, connection.statements().detach(of));
        }
    }

    /** COM_STMT_CLOSE: the client forgets it; on the server it stays for others, unless something of this client's is attached to it. */
    void close(int id, @Nullable ServerConnection lease) {
        PreparedStatement of = byId == null ? null : byId.remove(id);
        if (of == null) {
            return;
        }
        bytes -= of.text().length;
        if (cursors != null) {
            cursors.remove(of.id());
        }
        of.longData(false);
        if (lease != null) {
            closeOnServer(lease, lease.statements().remove(of.executed()));
            lease.flush();
        }
        unpin();
    }

    /** Ends the pins of which the reason has gone. */
    void unpin() {
        if (session.has(Pin.CURSOR) && (cursors == null || cursors.isEmpty())) {
            session.unpin(Pin.CURSOR);
        }
        Map<Integer, PreparedStatement> all = byId;
        if (session.has(Pin.LONG_DATA) && (all == null || all.values().stream().noneMatch(PreparedStatement::longData))) {
            session.unpin(Pin.LONG_DATA);
        }
    }

    /** COM_RESET_CONNECTION and COM_CHANGE_USER. */
    void forget() {
        byId = null;
        cursors = null;
        bytes = 0;
    }

    /** Traits with which a statement's execution is accounted for: those of its text. */
    static long traits(PreparedStatement of) {
        return of.traits() | Trait.SINGLE.bit();
    }

    private static void closeOnServer(ServerConnection connection, int serverId) {
        if (serverId != 0) {
            connection.write(Packets.packet(
                    connection.channel().alloc(), 0, out -> out.writeByte(Command.STMT_CLOSE.code()).writeIntLE(serverId)));
        }
    }
}
