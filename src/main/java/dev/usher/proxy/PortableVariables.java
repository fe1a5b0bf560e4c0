package dev.usher.proxy;

import dev.usher.pool.Question;
import dev.usher.pool.Question.Answer;
import dev.usher.pool.Question.Column;
import dev.usher.pool.ServerConnection;
import dev.usher.session.LiteralAssignments;
import dev.usher.session.Pin;
import dev.usher.session.Session;
import dev.usher.session.StatementTraits;
import dev.usher.session.Trait;
import dev.usher.session.UserVariable;
import dev.usher.session.UserVariables;
import dev.usher.session.VariableReading;
import dev.usher.session.Verb;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A session's user variables on their way from one server connection to the next: which a statement names, what it may have assigned, and the question for their values
 * before the session leaves.
 */
final class PortableVariables {
    /** Of all values of a session together; one with more keeps its connection. */
    private static final long MOST_BYTES = 1 << 20;

    /** A restore takes two digits for a byte, and must leave room for the statement. */
    private static final int SHARE_OF_PACKET = 4;

    private static final long ASSIGNS_LITERALS_AT_MOST =
            Trait.bits(Trait.SINGLE, Trait.USER_VARIABLE, Trait.USER_VARIABLE_ASSIGNED);

    private static final long NAMES_UNKNOWN = Trait.bits(Trait.DYNAMIC_SQL, Trait.COMPOUND);

    private final Session session;
    private final FrontendCounters counters;

    PortableVariables(Session session, FrontendCounters counters) {
        this.session = session;
        this.counters = counters;
    }

    /** A text that names user variables is about to run. */
    void named(CommandUnderWay under, StatementTraits read, ByteBuf bytes, int text, int length) {
        under.variables = read.userVariables();
        under.variablesRead = read.userVariablesRead();
        if (read.verb() == Verb.SET && (under.traits & ~ASSIGNS_LITERALS_AT_MOST) == 0 && length <= LiteralAssignments.LONGEST
                && under.has(Trait.SINGLE.bit())) {
            under.literals = LiteralAssignments.of(bytes.toString(text, length, StandardCharsets.ISO_8859_1),
                    session.value("collation_connection"));
        }
    }

    /**
     * Whether the command could see that a variable which its session has never set is one on this connection that others have: NULL, but of another type than one that
     * does not exist. What it assigns it sees as well, if it may leave it alone, as SELECT … INTO does without a row.
     */
    boolean seesCleared(ServerConnection connection, CommandUnderWay under) {
        UserVariables held = connection.variables();
        if (held == session.variables() || held.isEmpty()) {
            return false;
        }
        for (String name : under.verb == Verb.SET ? under.variablesRead : under.variables) {
            if (held.has(name) && !session.variables().has(name)) {
                return true;
            }
        }
        return (under.large() || under.has(NAMES_UNKNOWN)) && held.after(session.variables()).anyCleared();
    }

    /** The restore in front of a statement has succeeded. */
    void restored(ServerConnection connection) {
        UserVariables held = connection.variables();
        if (held != session.variables()) {
            connection.variables(held.after(session.variables()));
        }
    }

    /** A statement is over, however it ended. */
    void after(ServerConnection connection, CommandUnderWay under) {
        if (!under.has(Trait.USER_VARIABLE_ASSIGNED.bit())) {
            return;
        }
        Map<String, UserVariable> known = under.literals;
        UserVariables before = session.variables();
        UserVariables now = known != null && !under.failed ? before.with(known) : before.assigned(assigned(connection, under));
        session.unpin(Pin.USER_VARIABLE);
        session.variables(now);
        connection.variables(connection.variables().after(now));
    }

    /** A SET that fails assigns nothing; but only of what nobody has set on this connection the server can tell. */
    private List<String> assigned(ServerConnection connection, CommandUnderWay under) {
        if (!under.failed || !under.single || under.verb != Verb.SET) {
            return under.variables;
        }
        return under.variables.stream().filter(name -> session.variables().has(name) || !connection.variables().has(name)).toList();
    }

    /**
     * Asks for what only this connection knows.
     *
     * @param then gets, when the answer has come, whether all of it can be given to another connection
     */
    void ask(ServerConnection connection, Consumer<Boolean> then) {
        UserVariables variables = session.variables();
        long most = MOST_BYTES;
        try {
            most = Math.min(most, Long.parseLong(session.value("max_allowed_packet")) / SHARE_OF_PACKET);
        } catch (NumberFormatException e) {
            // Then the server's default, which is larger.
        }
        VariableReading reading = new VariableReading(variables);
        counters.capture();
        connection.ask(Question.query(reading.sql(most - variables.length() / 2), answer -> {
            boolean portable = answer instanceof Answer.Rows rows && reading.take(rows.rows(), definitions(rows.columns()));
            session.variables(session.variables().existing());
            connection.variables(connection.variables().existing());
            then.accept(portable);
        }));
    }

    private static List<VariableReading.Column> definitions(List<Column> columns) {
        return columns.stream().map(column -> new VariableReading.Column(column.length(), column.type(), column.flags())).toList();
    }
}
