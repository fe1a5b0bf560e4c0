package dev.usher.proxy;

import dev.usher.error.Refusal;
import dev.usher.pool.ServerConnection;
import dev.usher.pool.Worker;
import dev.usher.session.FoundRows;
import dev.usher.session.KillTarget;
import dev.usher.session.LexMode;
import dev.usher.session.Pin;
import dev.usher.session.PreparedStatement;
import dev.usher.session.Session;
import dev.usher.session.StatementTraits;
import dev.usher.session.Trait;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** COM_STMT_PREPARE and the commands on what it made, until they need a lease. */
final class StatementCommands {
    private final ClientSession owner;
    private final Session session;
    private final CommandUnderWay under;
    private final ClientStatements statements;
    private final Aftermath aftermath;
    private final Worker worker;
    private final Frontend frontend;
    private final boolean queryAttributes;

    StatementCommands(ClientSession owner, ClientStatements statements, Aftermath aftermath, Frontend frontend, boolean queryAttributes) {
        this.owner = owner;
        this.session = owner.session();
        this.under = owner.underWay();
        this.statements = statements;
        this.aftermath = aftermath;
        this.worker = owner.worker();
        this.frontend = frontend;
        this.queryAttributes = queryAttributes;
    }

    void prepare() {
        ByteBuf bytes = under.packet();
        int text = bytes.readerIndex() + Packets.HEADER + 1;
        int length = bytes.writerIndex() - text;
        statements.forgetLast();
        String full = statements.full(under.large() ? 0 : length);
        if (full != null) {
            owner.answerInstead(new ErrPacket(1461, "42000", full));
            return;
        }
        if (under.large()) {
            // Its traits would have to be known before it is executed; nobody prepares statements of this size.
            owner.pinning().addIfSent(Pin.UNEXPLAINED);
            statements.preparing(Trait.READS_LAST_INSERT_ID.bit(), List.of(), List.of(), FoundRows.UNCLEAR);
            statements.beginningOf(ByteBufUtil.getBytes(bytes, text, Math.min(length, Pinning.LONGEST_DIGESTED)));
        } else {
            statements.text(ByteBufUtil.getBytes(bytes, text, length));
            StatementTraits read = frontend.lexer(worker).read(bytes, text, length, session.lexMode());
            if (read.has(Trait.USER_VARIABLE) && session.variables().anyUnread(read.userVariables())) {
                if (!session.has(Pin.USER_VARIABLE)) {
                    owner.readValuesThen(this::prepare);
                    return;
                }
                // Their types belong to the statement, and it could not be prepared elsewhere.
                owner.pinning().add(Pin.SQL_PREPARE);
            }
            statements.preparing(read.bits(), read.untoldVariables(), read.userVariables(), read.foundRows());
            byte[] instead = owner.rewriting().preparing(read.bits(), () -> ByteBufUtil.getBytes(bytes, text, length));
            if (instead != null) {
                under.replacePrepared(instead);
                statements.text(instead);
            }
        }
        session.beginOther();
        owner.acquire();
    }

    /** EXECUTE, FETCH, SEND_LONG_DATA, RESET. */
    void onStatement() {
        ByteBuf bytes = under.packet();
        if (bytes.readableBytes() < Packets.HEADER + 5) {
            owner.client().refuse(Refusal.MALFORMED_PACKET, "Malformed communication packet", 1);
            return;
        }
        Command command = under.command();
        int id = ExecutePacket.statementId(bytes);
        PreparedStatement of = statements.find(id);
        under.statement = of;
        if (of == null && command == Command.STMT_SEND_LONG_DATA) {
            // There is no answer that could say so.
            owner.answer(() -> {});
        } else if (of == null) {
            owner.answerInstead(unknown(command, id));
        } else if (command == Command.STMT_FETCH && !statements.hasCursor(of)) {
            // The server would name its own id.
            owner.answerInstead(new ErrPacket(1421, "HY000",
                    "The statement (" + Integer.toUnsignedString(id) + ") has no open cursor" + (worker.server().mariaDb() ? "" : ".")));
        } else if (command == Command.STMT_RESET && owner.lease() == null) {
            aftermath.leftovers().commandAnswered(0, false);
            owner.answer(() -> owner.client().ok(1, session.status()));
        } else if (command == Command.STMT_EXECUTE || command == Command.STMT_BULK_EXECUTE) {
            execute(of);
        } else {
            if (command == Command.STMT_SEND_LONG_DATA && !statements.hasCursor(of)) {
                // It is for the next execution, which has the text as it was prepared.
                of.asPrepared();
            }
            under.statement = of.executed();
            owner.acquire();
        }
    }

    private ErrPacket unknown(Command command, int id) {
        String to = !worker.server().mariaDb() ? "mysql_stmt_precheck"
                : command == Command.STMT_FETCH ? "mysqld_stmt_fetch"
                        : command == Command.STMT_RESET ? "mysqld_stmt_reset" : "mysqld_stmt_execute";
        return new ErrPacket(Refusal.UNKNOWN_STATEMENT.code(), Refusal.UNKNOWN_STATEMENT.sqlState(),
                "Unknown prepared statement handler (" + Integer.toUnsignedString(id) + ") given to " + to);
    }

    private void execute(PreparedStatement of) {
        under.traits = ClientStatements.traits(of);
        under.foundRows = of.foundRows();
        of.asPrepared();
        if (under.has(Trait.KILL.bit()) && killAsked(of)) {
            return;
        }
        if (Rewriting.mayConcern(under.traits) && !rewrite(of)) {
            return;
        }
        under.untoldVariables = of.untoldVariables();
        under.variables = of.userVariables();
        under.variablesRead = of.userVariables();
        if (session.needsText(under.traits)) {
            under.text = new String(of.text(), StandardCharsets.ISO_8859_1);
        }
        owner.pinning().begin();
        owner.acquire();
    }

    /** A KILL with its id in the text, or as the only parameter. */
    private boolean killAsked(PreparedStatement of) {
        LexMode mode = session.lexMode();
        KillTarget target = frontend.lexer(worker).read(Unpooled.wrappedBuffer(of.text()), 0, of.text().length, mode).kill();
        long parameter = of.parameters() == 1 ? ExecutePacket.integer(under.packet(), of, queryAttributes) : -1;
        return Killing.asked(owner, target, parameter);
    }

    /** @return false if it has to wait for an answer about what the command before it left */
    private boolean rewrite(PreparedStatement of) {
        ServerConnection has = owner.lease();
        if (owner.knowsFirst(has != null && has.statements().find(of) != null)) {
            return false;
        }
        if (under.has(Trait.ADVANCES_SEQUENCE.bit()) && of.whole()) {
            owner.portableSequences().named(under, of.text(), of.preparedIn().schema());
        }
        byte[] instead = of.longData() ? null : owner.rewriting().execution(under, of, owner.lease());
        if (instead != null) {
            under.statement = of.withText(instead);
        }
        return true;
    }

    void close() {
        ByteBuf bytes = under.packet();
        if (bytes.readableBytes() >= Packets.HEADER + 5) {
            statements.close(ExecutePacket.statementId(bytes), owner.lease());
        }
        owner.answer(owner::settle);
    }
}
