package dev.usher.proxy;

import dev.usher.pool.ServerConnection;
import dev.usher.pool.Worker;
import dev.usher.session.FoundRows;
import dev.usher.session.Session;
import dev.usher.session.SqlLexer;
import dev.usher.session.SqlStatement;
import dev.usher.session.StatementTraits;
import dev.usher.session.Trait;
import dev.usher.session.Verb;
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** COM_QUERY, until it needs a lease: what its text takes and leaves, and the text that runs in its place where only the session's own connection would know an answer. */
final class TextCommand {
    /** What the mysql client (8.0.32 and later) sends first, to find out whether the server knows dollar quotes. It leaves nothing behind either way. */
    private static final String DOLLAR_PROBE = "select $$";

    /** Whose texts are looked at for a schema. */
    static final Set<Verb> DEFINES = EnumSet.of(Verb.CREATE, Verb.ALTER, Verb.DROP);

    private static final String AUTOCOMMIT = "autocommit";

    /** A SET no longer than this has no room for a second variable beside {@link #AUTOCOMMIT}. */
    private static final int LONGEST_SET_AUTOCOMMIT = "SET autocommit=0,profiling=0".length() - 1;

    private final ClientSession owner;
    private final Session session;
    private final CommandUnderWay under;
    private final Worker worker;
    private final Frontend frontend;
    private final boolean queryAttributes;

    TextCommand(ClientSession owner, Frontend frontend, boolean queryAttributes) {
        this.owner = owner;
        this.session = owner.session();
        this.under = owner.underWay();
        this.worker = owner.worker();
        this.frontend = frontend;
        this.queryAttributes = queryAttributes;
    }

    void run() {
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
            owner.passThrough().read(new SqlLexer(worker.server().flavour()), session.lexMode(), bytes, text, length);
            owner.acquire();
            return;
        }
        StatementTraits read = frontend.lexer(worker).read(bytes, text, length, session.lexMode());
        describe(read, bytes, text, length, plain);
        if (under.single && read.has(Trait.KILL) && Killing.asked(owner, read.kill(), -1)) {
            return;
        }
        if (plain && Rewriting.mayConcern(under.traits)) {
            if (owner.asksFirst()) {
                return;
            }
            rewrite(ByteBufUtil.getBytes(bytes, text, length));
        }
        if (SqlPreparing.concerns(under)) {
            switch (owner.sqlPreparing().read(under, under.text)) {
                case DONE -> {}
                case VALUES_FIRST -> {
                    owner.readValuesThen(this::run);
                    return;
                }
                case REPLACED -> {
                    run();
                    return;
                }
            }
        }
        if (under.executes != null && Rewriting.mayConcern(under.traits) && !rewriteExecuted(under.executes)) {
            return;
        }
        owner.pinning().begin();
        owner.acquire();
    }

    private void describe(StatementTraits read, ByteBuf bytes, int text, int length, boolean plain) {
        under.traits = plain ? read.bits() : read.bits() & ~Trait.SINGLE.bit();
        if (length == DOLLAR_PROBE.length() && DOLLAR_PROBE.contentEquals(bytes.getCharSequence(text, length, StandardCharsets.US_ASCII))) {
            under.traits = Trait.SINGLE.bit();
        }
        under.single = under.has(Trait.SINGLE.bit());
        under.foundRows = under.single || read.has(Trait.IS_EMPTY) ? read.foundRows() : FoundRows.UNCLEAR;
        under.verb = read.verb();
        under.textAt = text - bytes.readerIndex();
        under.textLength = length;
        under.setsAutocommit = under.single && under.verb == Verb.SET && length <= LONGEST_SET_AUTOCOMMIT
                && bytes.toString(text, length, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT).contains(AUTOCOMMIT);
        if (read.has(Trait.UNTOLD_VARIABLE)) {
            under.untoldVariables = read.untoldVariables();
        }
        if (under.has(Trait.USER_VARIABLE.bit())) {
            owner.portableVariables().named(under, read, bytes, text, length);
        }
        if (session.needsText(under.traits) || DEFINES.contains(under.verb) || owner.portableSequences().needsText(under)) {
            under.text = bytes.toString(text, length, StandardCharsets.ISO_8859_1);
        }
    }

    /** @return false if it has to wait for an answer about what the command before it left */
    private boolean rewriteExecuted(SqlStatement of) {
        ServerConnection has = owner.lease();
        if (owner.knowsFirst(has != null && has.sqlStatements().find(of.name()) == of)) {
            return false;
        }
        SqlStatement instead = owner.rewriting().execution(under, of, has);
        if (instead != null) {
            under.executes = instead;
        }
        return true;
    }

    private void rewrite(byte[] written) {
        if (under.has(Trait.ADVANCES_SEQUENCE.bit())) {
            owner.portableSequences().named(under, written, session.state().schema());
        }
        byte[] instead = owner.rewriting().statement(under, written, owner.lease());
        if (instead != null) {
            under.replaceText(instead);
            if (!under.text.isEmpty()) {
                under.text = new String(instead, StandardCharsets.ISO_8859_1);
            }
        }
    }
}
