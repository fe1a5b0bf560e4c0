package dev.usher.proxy;

import dev.usher.pool.ServerConnection;
import dev.usher.session.Conditions;
import dev.usher.session.ConditionsRequest;
import dev.usher.session.DrawnHere;
import dev.usher.session.Flavour;
import dev.usher.session.Leftovers;
import dev.usher.session.LexMode;
import dev.usher.session.PreparedStatement;
import dev.usher.session.Session;
import dev.usher.session.SessionState;
import dev.usher.session.SqlStatement;
import dev.usher.session.StatementRewriter;
import dev.usher.session.StatementRewriter.LastValues;
import dev.usher.session.StatementRewriter.Values;
import dev.usher.session.Trait;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Changes the texts of statements that ask for what only the session's own server connection would know: its id, and what the last statement left there. */
final class Rewriting {
    private static final long CONDITIONS = Trait.READS_DIAGNOSTICS.bit();
    private static final long LEFTOVERS =
            CONDITIONS | Trait.bits(Trait.READS_ROW_COUNT, Trait.READS_FOUND_ROWS, Trait.READS_CONDITION_COUNTS);
    private static final long DYNAMIC = Trait.bits(Trait.SQL_PREPARE, Trait.DYNAMIC_SQL);
    private static final long SEQUENCES = Trait.bits(Trait.READS_SEQUENCE, Trait.ADVANCES_SEQUENCE);
    private static final long CONCERNED = LEFTOVERS | DYNAMIC | SEQUENCES | Trait.READS_CONNECTION_ID.bit();
    private static final Pattern NAMES_SCHEMA = Pattern.compile("\\b(?:DATABASE|SCHEMA)\\b", Pattern.CASE_INSENSITIVE);
    private static final byte[] NO_ROWS = "SHOW WARNINGS LIMIT 0".getBytes(StandardCharsets.US_ASCII);

    private final Session session;
    private final Leftovers leftovers;
    private final Flavour flavour;
    private final long connectionId;

    Rewriting(Session session, Leftovers leftovers, Flavour flavour, ClientConnectionId id) {
        this.session = session;
        this.leftovers = leftovers;
        this.flavour = flavour;
        this.connectionId = id.value();
    }

    /** False for nearly every statement. */
    static boolean mayConcern(long traits) {
        return (traits & CONCERNED) != 0;
    }

    static boolean readsConditions(long traits) {
        return (traits & (CONDITIONS | Trait.READS_CONDITION_COUNTS.bit())) != 0;
    }

    static boolean readsLeftovers(long traits) {
        return (traits & LEFTOVERS) != 0;
    }

    /** Whether it reads conditions that the server connection does not have. */
    boolean answersConditions(long traits) {
        return sure(traits) && (traits & CONDITIONS) != 0 && leftovers.conditionsHere();
    }

    /** Whether what it reads can only be told when the server has been asked whether the session's conditions are still there. */
    boolean mustAsk(long traits) {
        return (traits & CONDITIONS) != 0 && leftovers.mustAsk();
    }

    /**
     * What to run instead of a text; null if it can run as it is.
     *
     * @param has the session's connection, null if it has none
     */
    byte @Nullable [] statement(CommandUnderWay under, byte[] text, @Nullable ServerConnection has) {
        return instead(under, text, session.lexMode(), lastValues(under, has, session.state()), namesItself(under.traits));
    }

    /** What to prepare instead of a text: what its executions will read is not known yet. */
    byte @Nullable [] preparing(long traits, Supplier<byte[]> written) {
        boolean withId = namesItself(traits);
        boolean withoutSchema = session.state().schema().isEmpty();
        if (!sure(traits) || !withId && !withoutSchema) {
            return null;
        }
        byte[] text = written.get();
        if (!withId && !NAMES_SCHEMA.matcher(new String(text, StandardCharsets.ISO_8859_1)).find()) {
            return null;
        }
        Values values = withId ? Values.connection(connectionId) : Values.NONE;
        return StatementRewriter.rewrite(text, session.lexMode(), flavour, withoutSchema ? values.withoutSchema() : values);
    }

    /** What to execute instead of a prepared statement. */
    byte @Nullable [] execution(CommandUnderWay under, PreparedStatement of, @Nullable ServerConnection has) {
        return instead(under, of.text(), session.lexMode(), lastValues(under, has, of.preparedIn()), false);
    }

    /** What to execute instead of a statement prepared by name; null if it can run as it is. */
    @Nullable
    SqlStatement execution(CommandUnderWay under, SqlStatement of, @Nullable ServerConnection has) {
        byte[] text = of.text().getBytes(StandardCharsets.US_ASCII);
        byte[] instead = instead(under, text, of.mode(), lastValues(under, has, of.preparedIn()), false);
        return instead == null ? null : of.withText(new String(instead, StandardCharsets.US_ASCII));
    }

    private @Nullable LastValues lastValues(CommandUnderWay under, @Nullable ServerConnection has, SessionState namedIn) {
        if (!under.has(Trait.bits(Trait.READS_SEQUENCE, Trait.DYNAMIC_SQL)) || flavour != Flavour.MARIADB) {
            return null;
        }
        DrawnHere drawn = has == null ? null : has.drawn();
        return new LastValues(namedIn.schema(),
                (expression, name) -> session.sequences().inPlaceOf(expression, name, drawn, PortableSequences.draws(under, name)));
    }

    private byte @Nullable [] instead(CommandUnderWay under, byte[] text, LexMode mode, @Nullable LastValues lastValues, boolean withId) {
        long traits = under.traits;
        if (!sure(traits)) {
            return null;
        }
        boolean single = (traits & Trait.SINGLE.bit()) != 0;
        ConditionsRequest request = (traits & CONDITIONS) == 0 ? null : ConditionsRequest.of(text, mode, flavour);
        if (single && (traits & CONDITIONS) != 0 || request != null && request.kind() != ConditionsRequest.Kind.GET) {
            under.reads = request == null ? null : request.kind();
            return request != null && leftovers.conditionsHere() ? reading(under, request) : null;
        }
        boolean dynamic = (traits & Trait.DYNAMIC_SQL.bit()) != 0;
        Values id = withId ? Values.connection(connectionId) : Values.NONE;
        byte[] answered = single ? null : firstAnswered(under, text, mode);
        byte[] instead = answered == null ? text : answered;
        byte[] rewritten = dynamic || leftovers.concerns(traits)
                ? StatementRewriter.rewrite(instead, mode, flavour, leftovers.values(traits, id).with(lastValues))
                : withId || lastValues != null ? StatementRewriter.rewrite(instead, mode, flavour, id.with(lastValues)) : null;
        return rewritten == null ? answered : rewritten;
    }

    /** Of several statements the first, if it reads conditions that are not on the server connection, answered from here; null if it does not. The others see what it leaves. */
    private byte @Nullable [] firstAnswered(CommandUnderWay under, byte[] text, LexMode mode) {
        if (!under.has(CONDITIONS) || !leftovers.conditionsHere() || leftovers.conditions().isEmpty()) {
            return null;
        }
        int end = StatementRewriter.endOfFirst(text, mode, flavour);
        ConditionsRequest request = ConditionsRequest.of(Arrays.copyOf(text, end), mode, flavour);
        byte[] answer = request == null ? null : reading(under, request);
        under.emulated = false;
        under.countedInOk = -1;
        if (answer == null) {
            return null;
        }
        byte[] whole = Arrays.copyOf(answer, answer.length + text.length - end);
        System.arraycopy(text, end, whole, answer.length, text.length - end);
        return whole;
    }

    private byte @Nullable [] reading(CommandUnderWay under, ConditionsRequest request) {
        Conditions conditions = leftovers.conditions();
        under.emulated = true;
        return switch (request) {
            case ConditionsRequest.Show show -> {
                List<@Nullable String[]> rows = conditions.shown(show.errorsOnly(), show.skip(), show.take(), flavour == Flavour.MARIADB);
                under.rows = rows.isEmpty() ? null : rows;
                yield NO_ROWS;
            }
            case ConditionsRequest.Count count -> leftovers.counting(count.errorsOnly()).getBytes(StandardCharsets.US_ASCII);
            case ConditionsRequest.Get get -> {
                String set = get.answer(conditions, leftovers.rowCount());
                if (set == null) {
                    under.emulated = get.beyond(conditions);
                    yield under.emulated ? get.none() : null;
                }
                under.countedInOk = 0;
                yield set.getBytes(StandardCharsets.ISO_8859_1);
            }
        };
    }

    /** A text that could be read in two ways is left alone. */
    private static boolean sure(long traits) {
        return (traits & Trait.UNSURE.bit()) == 0;
    }

    private static boolean namesItself(long traits) {
        return (traits & (Trait.READS_CONNECTION_ID.bit() | DYNAMIC)) != 0 && (traits & Trait.NAMES_PROCESSLIST.bit()) == 0;
    }
}
