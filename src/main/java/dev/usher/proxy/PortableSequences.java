package dev.usher.proxy;

import dev.usher.pool.Question;
import dev.usher.pool.Question.Answer;
import dev.usher.pool.ServerConnection;
import dev.usher.session.SequenceUses;
import dev.usher.session.Sequences;
import dev.usher.session.Session;
import dev.usher.session.SessionState;
import dev.usher.session.Trait;
import dev.usher.session.Verb;
import dev.usher.wire.ServerStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The sequences of MariaDB that a session advances, on its way from one server connection to the next: which a statement names, and the question for their last values. */
final class PortableSequences {
    /** May draw from any sequence, by the default of a column or in stored code. */
    private static final long DRAWS_UNNAMED = Trait.bits(Trait.ADVANCES_SEQUENCE, Trait.MAY_SET_LAST_INSERT_ID, Trait.MAY_FIRE_TRIGGERS,
            Trait.LOAD_DATA, Trait.STORED_CODE, Trait.DYNAMIC_SQL, Trait.COMPOUND);
    private static final long CALLS = Trait.bits(Trait.ADVANCES_SEQUENCE, Trait.STORED_CODE, Trait.COMPOUND);

    /** There is no such schema, table or sequence, or no right to it. */
    private static final Set<Integer> UNREADABLE = Set.of(1044, 1049, 1142, 1146, 4089, 4091);

    private final Session session;
    private final Sequences sequences;
    private final FrontendCounters counters;
    private final boolean mariaDb;

    PortableSequences(Session session, FrontendCounters counters, boolean mariaDb) {
        this.session = session;
        this.sequences = session.sequences();
        this.counters = counters;
        this.mariaDb = mariaDb;
    }

    /** A text that advances sequences is about to run. If it is a single statement and says which, it does not pin. */
    void named(CommandUnderWay under, byte[] text, String schema) {
        SequenceUses.Draw draw = SequenceUses.draw(text, session.lexMode(), schema);
        if (draw != null && sequences.roomFor(draw.sequences())) {
            under.sequences = draw.sequences();
            under.surelyDraws = draw.surely();
            under.traits &= ~Trait.ADVANCES_SEQUENCE.bit();
        }
    }

    /** Whether a text may draw from a sequence before it reads it. */
    static boolean draws(CommandUnderWay under, String sequence) {
        return under.sequences.contains(sequence) || drawsUnnamed(under);
    }

    private static boolean drawsUnnamed(CommandUnderWay under) {
        return under.has(CALLS) || !under.has(Trait.SINGLE.bit()) && under.has(DRAWS_UNNAMED);
    }

    /** Whether the command may read what other sessions have drawn on a connection that its session has just got: one that reads what it may draw itself. */
    boolean seesOthers(ServerConnection connection, CommandUnderWay under) {
        return under.has(Trait.READS_SEQUENCE.bit()) && !connection.drawn().isEmpty()
                && (!under.sequences.isEmpty() || drawsUnnamed(under));
    }

    /** Whether a statement's text is needed when it is over. */
    boolean needsText(CommandUnderWay under) {
        return sequences.hasAny() && (under.verb == Verb.CREATE || under.verb == Verb.DROP);
    }

    /** A statement is over, however it ended. */
    void after(ServerConnection connection, CommandUnderWay under) {
        if (!mariaDb) {
            return;
        }
        sequences.advanced(under.sequences);
        if (under.surelyDraws && !under.failed) {
            sequences.surelyAdvanced(under.sequences, connection.drawn());
        }
        if (under.has(DRAWS_UNNAMED)) {
            sequences.mayHaveMore();
        }
        if (!under.failed && needsText(under)) {
            sequences.redefined(SequenceUses.redefined(under.text.getBytes(StandardCharsets.ISO_8859_1), session.lexMode(),
                    session.state().schema()), connection.drawn());
        }
    }

    /**
     * Asks for what only this connection knows.
     *
     * @param then gets, when the answer has come, whether the session can leave the connection
     */
    void ask(ServerConnection connection, Consumer<Boolean> then) {
        ask(connection, sequences.unread(), then);
    }

    private void ask(ServerConnection connection, List<String> names, Consumer<Boolean> then) {
        SessionState before = connection.state();
        counters.capture();
        connection.ask(Question.query(Sequences.question(names), answer -> {
            // The tracker tells what SET STATEMENT has set, and not that it is over.
            connection.state(before);
            boolean unreadable = answer instanceof Answer.Refused refused && UNREADABLE.contains(refused.error().code());
            if (answer instanceof Answer.Rows rows && rows.rows().size() == 1) {
                sequences.read(names, rows.rows().getFirst(), connection.drawn());
                then.accept(true);
            } else if (unreadable && names.size() > 1) {
                int half = names.size() / 2;
                ask(connection, names.subList(0, half),
                        one -> ask(connection, names.subList(half, names.size()), other -> then.accept(one && other)));
            } else {
                if (unreadable) {
                    sequences.settled(names);
                }
                then.accept(unreadable);
            }
        }));
        if ((connection.status() & (ServerStatus.AUTOCOMMIT | ServerStatus.IN_TRANS)) == 0) {
            // Without autocommit the question begins a transaction.
            Aftermath.commit(connection);
        }
    }
}
