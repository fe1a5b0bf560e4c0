package dev.usher.proxy;

import dev.usher.pool.Question;
import dev.usher.pool.ServerConnection;
import dev.usher.pool.Worker;
import dev.usher.session.Pin;
import dev.usher.session.Session;
import dev.usher.session.SqlPrepare;
import dev.usher.session.SqlStatement;
import dev.usher.session.SqlStatements;
import dev.usher.session.StatementTraits;
import dev.usher.session.Trait;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Statements that prepare and run others by name, made portable: what is prepared is read like any text, EXECUTE counts as what it runs, and a server connection that
 * lacks the statement, or has another one by that name, is given it first.
 */
final class SqlPreparing {
    private static final long DYNAMIC = Trait.bits(Trait.SQL_PREPARE, Trait.DYNAMIC_SQL);

    private static final long NOT_OF_THE_INNER = Trait.bits(Trait.SINGLE, Trait.SQL_PREPARE);

    private static final Pattern PREPARES = Pattern.compile("\\bPREPARE\\s+(`[^`]+`|[\\w$.]+)\\s+FROM\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern MAY_PREPARE = Pattern.compile("\\bPREPARE\\b.*\\bFROM\\b", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final Session session;
    private final Rewriting rewriting;
    private final Frontend frontend;
    private final Worker worker;

    SqlPreparing(Session session, Rewriting rewriting, Frontend frontend, Worker worker) {
        this.session = session;
        this.rewriting = rewriting;
        this.frontend = frontend;
        this.worker = worker;
    }

    /** What has become of a text. */
    enum Reading {
        /** It can run. If it was understood, its traits are those of what it runs; if not, they stay and pin. */
        DONE,
        /** Values of user variables must be read first. */
        VALUES_FIRST,
        /** Another one has taken its place, which is to be read from the beginning. */
        REPLACED
    }

    static boolean concerns(CommandUnderWay under) {
        return under.single && under.has(DYNAMIC);
    }

    /** Reads a text with such a statement. */
    Reading read(CommandUnderWay under, String text) {
        boolean askable = !session.has(Pin.USER_VARIABLE);
        switch (SqlPrepare.of(text, session.lexMode())) {
            case null -> {}
            case SqlPrepare.PrepareFrom from -> {
                if (askable && session.variables().anyUnread(List.of(from.variable()))) {
                    return Reading.VALUES_FIRST;
                }
                String prepared = session.variables().plainText(from.variable());
                return prepared == null ? Reading.DONE : prepare(under, from.name(), prepared, askable);
            }
            case SqlPrepare.Prepare prepare -> {
                return prepare(under, prepare.name(), prepare.text(), askable);
            }
            case SqlPrepare.ImmediateFrom from -> {
                if (askable && session.variables().anyUnread(List.of(from.variable()))) {
                    return Reading.VALUES_FIRST;
                }
                String immediate = session.variables().plainText(from.variable());
                if (immediate != null && worker.server().mariaDb()) {
                    String literal = SqlStatement.literal(immediate, session.lexMode());
                    under.replaceText((text.substring(0, from.start()) + literal + text.substring(from.end()))
                            .getBytes(StandardCharsets.ISO_8859_1));
                    return Reading.REPLACED;
                }
            }
            case SqlPrepare.Execute execute -> {
                under.sqlName = execute.name();
                SqlStatement known = session.sqlStatements().find(execute.name());
                if (known != null) {
                    under.executes = known;
                    under.text = known.text();
                    runs(under, known.traits(), known.untoldVariables(), known.userVariables(), known.userVariablesRead());
                } else if (!session.has(Pin.SQL_PREPARE)) {
                    // There is no such statement, which is what the server will say.
                    under.traits &= ~DYNAMIC;
                }
            }
            case SqlPrepare.Deallocate deallocate -> {
                under.sqlName = deallocate.name();
                under.deallocates = true;
                if (!session.has(Pin.SQL_PREPARE)) {
                    under.traits &= ~DYNAMIC;
                }
            }
            case SqlPrepare.Immediate immediate -> {
                StatementTraits inner = lex(immediate.text());
                if (worker.server().mariaDb() && !immediate.using() && rewriting.answersConditions(inner.bits())) {
                    under.replaceText(immediate.text().getBytes(StandardCharsets.US_ASCII));
                    return Reading.REPLACED;
                }
                if (!inner.has(Trait.UNSURE)) {
                    under.text = immediate.text();
                    runs(under, inner.bits(), inner.untoldVariables(), inner.userVariables(), inner.userVariablesRead());
                }
            }
        }
        return Reading.DONE;
    }

    private StatementTraits lex(String text) {
        ByteBuf bytes = Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.US_ASCII));
        return frontend.lexer(worker).read(bytes, 0, bytes.readableBytes(), session.lexMode());
    }

    private Reading prepare(CommandUnderWay under, String name, String written, boolean askable) {
        StatementTraits inner = lex(written);
        List<String> names = inner.userVariables();
        boolean unread = session.variables().anyUnread(names);
        if (unread && askable) {
            return Reading.VALUES_FIRST;
        }
        if (unread || inner.has(Trait.UNSURE) || inner.hasAny(DYNAMIC) || !session.sqlStatements().roomFor(written)) {
            return Reading.DONE;
        }
        byte[] instead = rewriting.preparing(inner.bits(), () -> written.getBytes(StandardCharsets.US_ASCII));
        String text = instead == null ? written : new String(instead, StandardCharsets.US_ASCII);
        under.sqlName = name;
        under.preparing = new SqlStatement(name, text, session.state(), session.lexMode(), session.variables().only(names),
                inner.bits(), inner.untoldVariables(), names, inner.userVariablesRead());
        under.traits &= ~DYNAMIC;
        under.variables = union(under.variables, names);
        if (instead != null) {
            under.replaceText(under.preparing.prepare().getBytes(StandardCharsets.US_ASCII));
        }
        return Reading.DONE;
    }

    private static void runs(CommandUnderWay under, long traits, List<String> untold, List<String> named, List<String> read) {
        if ((traits & Trait.bits(Trait.STORED_CODE, Trait.USER_VARIABLE_ASSIGNED)) == 0) {
            // Only a CALL writes to what USING names.
            under.traits &= ~Trait.USER_VARIABLE_ASSIGNED.bit();
        }
        under.traits = under.traits & ~DYNAMIC | traits & ~NOT_OF_THE_INNER;
        under.untoldVariables = untold;
        under.variables = union(under.variables, named);
        under.variablesRead = union(under.variablesRead, read);
    }

    private static List<String> union(List<String> a, List<String> b) {
        if (a.isEmpty()) {
            return b;
        }
        List<String> all = new ArrayList<>(a);
        b.stream().filter(name -> !a.contains(name)).forEach(all::add);
        return all;
    }

    /**
     * The statement that must be prepared on the connection before the command can run, or null. If another session has left one by a name that this one does not have, it
     * is dropped.
     */
    @Nullable
    SqlStatement missing(ServerConnection connection, CommandUnderWay under) {
        String name = under.sqlName;
        if (name == null || under.preparing != null) {
            return null;
        }
        SqlStatement wanted = under.executes == null ? session.sqlStatements().find(name) : under.executes;
        SqlStatement there = connection.sqlStatements().find(name);
        if (wanted == null && there != null) {
            connection.sqlStatements().remove(name);
            connection.ask(Question.query(there.deallocate(), answer -> {}));
        }
        return wanted == there ? null : wanted;
    }

    /** The command is over. */
    void after(ServerConnection connection, CommandUnderWay under) {
        String name = under.sqlName;
        if (name == null) {
            if (under.has(Trait.SQL_PREPARE.bit())) {
                forgetPrepared(connection, under.text);
            }
            return;
        }
        SqlStatement prepared = under.preparing;
        if (prepared != null) {
            // A failure, too, has dropped what had this name.
            session.sqlStatements().remove(name);
            connection.sqlStatements().remove(name);
            if (!under.failed) {
                session.sqlStatements().add(prepared);
                add(connection, prepared);
            }
        } else if (under.deallocates && !under.failed) {
            session.sqlStatements().remove(name);
            connection.sqlStatements().remove(name);
        }
    }

    /** What was prepared by a text that is not understood is the session's own, whatever had its name before; the session is pinned to it. */
    private void forgetPrepared(ServerConnection connection, String text) {
        Matcher names = PREPARES.matcher(text);
        boolean named = false;
        while (names.find()) {
            named = true;
            String name = names.group(1).replace("`", "").toLowerCase(Locale.ROOT);
            session.sqlStatements().remove(name);
            connection.sqlStatements().remove(name);
        }
        if (!named && MAY_PREPARE.matcher(text).find()) {
            session.sqlStatements().clear();
            connection.sqlStatements().clear();
        }
    }

    /** Remembers that a statement exists on a connection, and drops there what has to give way. */
    static void add(ServerConnection connection, SqlStatement statement) {
        SqlStatements there = connection.sqlStatements();
        there.add(statement);
        SqlStatement eldest = there.takeEldest();
        if (eldest != null) {
            connection.ask(Question.query(eldest.deallocate(), answer -> {}));
        }
    }
}
