package dev.usher.proxy;

import dev.usher.pool.Question;
import dev.usher.pool.Question.Answer;
import dev.usher.pool.ServerConnection;
import dev.usher.session.SequenceUses;
import dev.usher.session.Sequences;
import dev.usher.session.Session;
import dev.usher.session.Trait;
import dev.usher.session.Verb;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The sequences of MariaDB that a session advances, on its way from one server connection to the next: which a statement names, and the question for their last values. */
final class PortableSequences {
    private static final long ADVANCES_OTHERS = Trait.bits(Trait.ADVANCES_SEQUENCE, Trait.MAY_SET_LAST_INSERT_ID, Trait.MAY_FIRE_TRIGGERS,
            Trait.LOAD_DATA, Trait.STORED_CODE, Trait.DYNAMIC_SQL, Trait.COMPOUND);

    /** There is no such sequence, or no right to it. */
    private static final Set<Integer> UNREADABLE = Set.of(1142, 1146, 4091);

    private final Session session;
    private final Sequences sequences;
    private final FrontendCounters counters;

    PortableSequences(Session session, FrontendCounters counters) {
        this.session = session;
        this.sequences = session.sequences();
        this.counters = counters;
    }

    /** A text that advances sequences is about to run. If it says which, it does not pin. */
    void named(CommandUnderWay under, byte[] text, String schema) {
        List<String> names = SequenceUses.advanced(text, session.lexMode(), schema);
        if (names != null && sequences.roomFor(names)) {
            under.sequences = names;
            under.surelyAdvances =
                    names.size() == 1 && under.has(Trait.SINGLE.bit()) && SequenceUses.surelyAdvances(text, session.lexMode());
            under.traits &= ~Trait.ADVANCES_SEQUENCE.bit();
        }
    }

    /** Whether a statement's text is needed when it is over. */
    boolean needsText(CommandUnderWay under) {
        return sequences.hasAny() && (under.verb == Verb.CREATE || under.verb == Verb.DROP);
    }

    /**
     * A statement is over, however it ended.
     *
     * @param rows of its last result set
     */
    void after(ServerConnection connection, CommandUnderWay under, long rows) {
        sequences.advanced(under.sequences);
        if (under.surelyAdvances && !under.failed && rows > 0) {
            // Even if it reads as before: the sequence may have begun anew.
            under.sequences.forEach(connection.lastValues()::remove);
        }
        if (under.has(ADVANCES_OTHERS)) {
            sequences.mayHaveMore();
        }
        if (!under.failed && needsText(under)) {
            sequences.redefined(SequenceUses.redefined(under.text.getBytes(StandardCharsets.ISO_8859_1), session.lexMode(),
                    session.state().schema()));
        }
    }

    /**
     * Asks for what only this connection knows.
     *
     * @param then gets, when the answer has come, whether the session can leave the connection
     */
    void ask(ServerConnection connection, Consumer<Boolean> then) {
        List<String> names = sequences.unread();
        counters.capture();
        connection.ask(Question.query(Sequences.question(names), answer -> {
            // The tracker tells what SET STATEMENT has set, and not that it is over.
            connection.state(session.state());
            if (answer instanceof Answer.Rows rows && rows.rows().size() == 1) {
                sequences.read(names, rows.rows().getFirst(), connection.lastValues());
                then.accept(true);
            } else if (answer instanceof Answer.Refused refused && names.size() == 1 && UNREADABLE.contains(refused.error().code())) {
                sequences.settled(names);
                then.accept(true);
            } else {
                then.accept(false);
            }
        }));
    }
}
