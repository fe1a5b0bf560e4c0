package dev.usher.session;

import static dev.usher.session.Trait.bits;

import dev.usher.wire.ServerStatus;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One client's session, independent of the server connection that it has at the moment: its portable state, its pins, and what of its last statement is still
 * readable. Pure bookkeeping: {@link #begin} before a statement, {@link #completed} for each OK, {@link #failed} for an ERR.
 */
public final class Session {
    /** Traits that say nothing about what stays behind: nearly every statement has no other. */
    private static final long LEAVES_SOMETHING = bits(
            Trait.UNSURE,
            Trait.COMPOUND,
            Trait.UNTOLD_VARIABLE,
            Trait.SET_ROLE,
            Trait.SET_ONE_SHOT,
            Trait.SQL_LOG_BIN,
            Trait.PROFILING,
            Trait.TEMPORARY_TABLE_CREATED,
            Trait.LOCK_TABLES,
            Trait.FLUSH_LOCK,
            Trait.INSTANCE_LOCK,
            Trait.BACKUP_STAGE,
            Trait.HANDLER,
            Trait.NAMED_LOCK,
            Trait.SQL_PREPARE,
            Trait.DYNAMIC_SQL,
            Trait.STORED_CODE,
            Trait.SAVEPOINT,
            Trait.XA,
            Trait.ADVANCES_SEQUENCE,
            Trait.BINLOG);

    /** SET DEFAULT ROLE is about later logins. */
    private static final long SET_DEFAULT_ROLE = bits(Trait.SET_ROLE, Trait.PRIVILEGE_CHANGE, Trait.SINGLE);

    /** With one of these, {@link #over} needs the text. */
    private static final long NEEDS_TEXT = bits(Trait.NAMED_LOCK, Trait.SET_ONE_SHOT, Trait.SQL_PREPARE, Trait.DYNAMIC_SQL);

    private static final long SETS_INSERT_ID =
            bits(Trait.READS_LAST_INSERT_ID, Trait.MAY_SET_LAST_INSERT_ID, Trait.STORED_CODE, Trait.SET_ONE_SHOT);

    /** Whether they have set LAST_INSERT_ID() is not in the OK. */
    private static final long MAY_SET_INSERT_ID = bits(Trait.READS_LAST_INSERT_ID, Trait.STORED_CODE, Trait.SET_ONE_SHOT, Trait.LOAD_DATA);
    /** With one of these a change of the session's state is no surprise. */
    private static final long CHANGES_STATE = LEAVES_SOMETHING
            | bits(Trait.TEMPORARY_TABLE_DROPPED, Trait.SET_NAMES, Trait.SET_SESSION, Trait.USER_VARIABLE);

    /** Character sets in which ASCII is not ASCII; none of them can be a client's. */
    public static final Set<String> WIDE = Set.of("ucs2", "utf16", "utf16le", "utf32");

    /** Digits of a sql_select_limit that leaves the answers to Usher's own questions whole. */
    private static final int LEAST_SELECT_LIMIT = 4;

    private final boolean trustStoredCode;
    private Baseline baseline;
    private SessionState state;
    private LexMode lexMode = LexMode.DEFAULT;
    private int pins;
    private int status;
    private long traits;
    private long lastInsertId;
    private boolean insertIdUnread;
    private boolean autoIsNull;
    /** The default schema that cannot be used at the moment; empty if there is none such. */
    private String goneSchema = "";

    private boolean oneShotTransaction;
    private List<String> toRead = List.of();
    private UserVariables variables = UserVariables.NONE;
    private final Sequences sequences = new Sequences();
    private final SqlStatements sqlStatements = new SqlStatements();
    private final HeldObjects held = new HeldObjects();
    private final NamedLocks namedLocks = new NamedLocks();
    private final OneShots oneShots = new OneShots();
    private boolean binlogEvents;

    /**
     * @param state as the login left it
     * @param trustStoredCode whether routines and triggers are taken to leave nothing behind
     */
    public Session(Baseline baseline, SessionState state, boolean trustStoredCode) {
        this.baseline = baseline;
        this.state = state;
        this.trustStoredCode = trustStoredCode;
        this.status = initialStatus(baseline);
        lexModeOf(state);
    }

    private static int initialStatus(Baseline baseline) {
        return "OFF".equals(baseline.value("autocommit")) ? 0 : ServerStatus.AUTOCOMMIT;
    }

    public SessionState state() {
        return state;
    }

    public Baseline baseline() {
        return baseline;
    }

    /** How the session's next text must be read. */
    public LexMode lexMode() {
        return lexMode;
    }

    /** Status flags of the last OK, as the client knows them. */
    public int status() {
        return status & ~(ServerStatus.SESSION_STATE_CHANGED | ServerStatus.MORE_RESULTS | ServerStatus.CURSOR_EXISTS
                | ServerStatus.LAST_ROW_SENT | ServerStatus.OF_ONE_STATEMENT);
    }

    /** A statement with these traits is about to run. */
    public void begin(long statementTraits, List<String> untoldVariables) {
        traits = statementTraits;
        if ((statementTraits & LEAVES_SOMETHING) != 0) {
            pinFor(statementTraits);
            untoldVariables.forEach(this::read);
            if (untoldVariables.isEmpty() && (statementTraits & Trait.UNTOLD_VARIABLE.bit()) != 0) {
                pins |= Pin.UNEXPLAINED.bit();
            }
        }
        if ((statementTraits & Trait.SET_NAMES.bit()) != 0) {
            read("collation_connection");
        }
    }

    /** A command that is no statement of its own, such as COM_STMT_PREPARE, is about to run: what the last statement left stays. */
    public void beginOther() {
        traits = Trait.SINGLE.bit();
    }

    private void pinFor(long t) {
        if ((t & SET_DEFAULT_ROLE) != SET_DEFAULT_ROLE) {
            pinIf(t, Trait.SET_ROLE, Pin.ROLE);
        }
        pinIf(t, Trait.SET_ONE_SHOT, Pin.ONE_SHOT);
        pinIf(t, Trait.SQL_LOG_BIN, Pin.BINARY_LOG);
        pinIf(t, Trait.BINLOG, Pin.BINARY_LOG);
        pinIf(t, Trait.PROFILING, Pin.PROFILING);
        pinIf(t, Trait.TEMPORARY_TABLE_CREATED, Pin.TEMPORARY_TABLE);
        pinIf(t, Trait.LOCK_TABLES, Pin.TABLE_LOCK);
        pinIf(t, Trait.FLUSH_LOCK, Pin.TABLE_LOCK);
        pinIf(t, Trait.INSTANCE_LOCK, Pin.INSTANCE_LOCK);
        pinIf(t, Trait.BACKUP_STAGE, Pin.BACKUP);
        pinIf(t, Trait.HANDLER, Pin.HANDLER);
        pinIf(t, Trait.NAMED_LOCK, Pin.NAMED_LOCK);
        pinIf(t, Trait.SQL_PREPARE, Pin.SQL_PREPARE);
        pinIf(t, Trait.DYNAMIC_SQL, Pin.STORED_CODE);
        pinIf(t, Trait.SAVEPOINT, Pin.SAVEPOINT);
        pinIf(t, Trait.XA, Pin.XA);
        pinIf(t, Trait.ADVANCES_SEQUENCE, Pin.SEQUENCE);
        pinIf(t, Trait.UNSURE, Pin.UNEXPLAINED);
        pinIf(t, Trait.COMPOUND, Pin.STORED_CODE);
        if (!trustStoredCode) {
            pinIf(t, Trait.STORED_CODE, Pin.STORED_CODE);
        }
    }

    private void pinIf(long t, Trait trait, Pin pin) {
        if ((t & trait.bit()) != 0) {
            pins |= pin.bit();
        }
    }

    /**
     * The server answered OK, or ended a result set.
     *
     * @param newStatus its status flags
     * @param insertId of the OK, 0 if none
     * @param newState of the server connection, trackers included
     * @param unexplained whether the server reported a change that no tracker and nothing in the text accounts for
     * @param pendingCharacteristics a SET TRANSACTION that waits for its transaction; empty if none, null if that is not told
     */
    public void completed(int newStatus, long insertId, SessionState newState, boolean unexplained,
            @Nullable String pendingCharacteristics) {
        status = newStatus;
        if (newState != state && !newState.equals(state)) {
            state = newState;
            lexModeOf(newState);
            if (!newState.schema().isEmpty()) {
                goneSchema = "";
            }
        }
        if (insertId != 0 || (traits & MAY_SET_INSERT_ID) != 0) {
            insertIdUnread = true;
        }
        if (unexplained && (traits & CHANGES_STATE) == 0) {
            pins |= Pin.UNEXPLAINED.bit();
        }
        boolean inTransaction = (newStatus & ServerStatus.IN_TRANS) != 0;
        boolean ended = !inTransaction && (pins & Pin.TRANSACTION.bit()) != 0;
        if (inTransaction) {
            pins |= Pin.TRANSACTION.bit();
        } else {
            pins &= ~(Pin.TRANSACTION.bit() | Pin.STATE_AFTER_ERROR.bit());
            if (ended || (newStatus & ServerStatus.AUTOCOMMIT) != 0 || (traits & Trait.TRANSACTION_END.bit()) != 0) {
                pins &= ~Pin.SAVEPOINT.bit();
            }
        }
        // Where it is not told, it lasts until a transaction that has been seen is over.
        boolean pending = pendingCharacteristics != null ? !pendingCharacteristics.isEmpty()
                : (traits & Trait.SET_TRANSACTION_ONE_SHOT.bit()) != 0 || oneShotTransaction && !ended;
        if (!inTransaction && pending) {
            pins |= Pin.ONE_SHOT.bit();
            oneShotTransaction = true;
        } else if (oneShotTransaction && !pending) {
            oneShotTransaction = false;
            pinWhile(oneShots.held(), Pin.ONE_SHOT);
        }
        if ((pins & Pin.BINARY_LOG.bit()) != 0 && !binlogEvents && !toRead.contains("sql_log_bin") && state.indexOf("sql_log_bin") < 0) {
            pins &= ~Pin.BINARY_LOG.bit();
        }
    }

    private void pinWhile(boolean held, Pin pin) {
        pins = held ? pins | pin.bit() : pins & ~pin.bit();
    }

    /** Whether the text of a statement with these traits has to be given to {@link #over}. */
    public boolean needsText(long statementTraits) {
        return HeldObjects.concern(statementTraits) || (statementTraits & NEEDS_TEXT) != 0 || (pins & Pin.TEMPORARY_TABLE.bit()) != 0;
    }

    /**
     * A statement is over, whether it has succeeded or not, and its OKs have been taken in.
     *
     * @param text empty if {@link #needsText} says that it is not needed, or if it is not at hand
     */
    public void over(long statementTraits, String text, boolean failed) {
        if (HeldObjects.concern(statementTraits) || !text.isEmpty()) {
            pins = pins & ~HeldObjects.PINS | held.after(statementTraits, text, failed, state.schema());
        }
        if ((pins & Pin.TABLE_LOCK.bit()) != 0 && !failed && (statementTraits & Trait.TRANSACTION_START.bit()) != 0) {
            pins = pins & ~HeldObjects.PINS | held.transactionStarted();
        }
        if ((statementTraits & Trait.NAMED_LOCK.bit()) != 0) {
            namedLocks.after((statementTraits & Trait.SINGLE.bit()) != 0 ? text : "", failed);
            pinWhile(namedLocks.held(), Pin.NAMED_LOCK);
        }
        if ((statementTraits & Trait.SET_ONE_SHOT.bit()) != 0) {
            if (!failed || (statementTraits & Trait.SINGLE.bit()) == 0) {
                oneShots.after(text);
            }
            pinWhile(oneShots.held() || oneShotTransaction, Pin.ONE_SHOT);
        }
        binlogEvents |= (statementTraits & Trait.BINLOG.bit()) != 0;
    }

    /** What to ask about the named locks: an expression that is true if the session has none; null if there is nothing to ask. */
    public @Nullable String namedLockCheck() {
        return (pins & Pin.NAMED_LOCK.bit()) == 0 ? null : namedLocks.expression();
    }

    public void noNamedLocks() {
        namedLocks.clear();
        pins &= ~Pin.NAMED_LOCK.bit();
    }

    /** Whether the server has to be asked if {@code insert_id} has been used. */
    public boolean checksInsertId() {
        return (pins & Pin.ONE_SHOT.bit()) != 0 && oneShots.asksInsertId();
    }

    public void insertIdUsed() {
        oneShots.insertIdUsed();
        pinWhile(oneShots.held() || oneShotTransaction, Pin.ONE_SHOT);
    }

    /**
     * The server answered ERR, which carries neither status nor trackers.
     *
     * @return whether the server must be asked for its status before the session can go anywhere
     */
    public boolean failed() {
        // Some of its rows may have got an id before it failed.
        insertIdUnread |= (traits & SETS_INSERT_ID) != 0;
        if (pins != 0 || (status & ServerStatus.AUTOCOMMIT) == 0 || (traits & Trait.SINGLE.bit()) == 0) {
            pins |= Pin.STATE_AFTER_ERROR.bit();
            return true;
        }
        return false;
    }

    /** The server's status after an error, as it has told when asked. */
    public void statusAfterError(int newStatus) {
        pins &= ~Pin.STATE_AFTER_ERROR.bit();
        status = newStatus;
        if ((newStatus & ServerStatus.IN_TRANS) != 0) {
            pins |= Pin.TRANSACTION.bit();
        } else {
            pins &= ~Pin.TRANSACTION.bit();
            if ((newStatus & ServerStatus.AUTOCOMMIT) != 0) {
                // Without autocommit a savepoint needs no transaction, and an error does not end it.
                pins &= ~Pin.SAVEPOINT.bit();
            }
        }
    }

    /** Whether it must keep its server connection. */
    public boolean pinned() {
        return pins != 0;
    }

    public boolean has(Pin pin) {
        return (pins & pin.bit()) != 0;
    }

    public void pin(Pin pin) {
        pins |= pin.bit();
    }

    /** {@link Pin#bit}s. */
    public int pinBits() {
        return pins;
    }

    /**
     * The statement that was begun has not run.
     *
     * @param pinned {@link Pin#bit}s that it brought
     * @param readBefore what was {@link #toRead} before it; null if nothing was added
     */
    public void takeBack(int pinned, @Nullable List<String> readBefore) {
        pins &= ~pinned;
        if (readBefore != null) {
            toRead = toRead.stream().filter(readBefore::contains).toList();
        }
    }

    public void unpin(Pin pin) {
        pins &= ~pin.bit();
    }

    public Set<Pin> pins() {
        Set<Pin> set = EnumSet.noneOf(Pin.class);
        for (Pin pin : Pin.values()) {
            if (has(pin)) {
                set.add(pin);
            }
        }
        return set;
    }

    /** Variables whose values no tracker reports: to be read from the server before the session moves. */
    public List<String> toRead() {
        return toRead;
    }

    /** Whether what is to be read decides how the session's next text must be read. */
    public boolean lexModeUnknown() {
        return toRead.contains("sql_mode") || toRead.contains("character_set_client");
    }

    /** Adds one. */
    public void read(String name) {
        if (name.equals("character_set_connection") || name.equals("collation_connection")) {
            // Each follows from the other.
            add("character_set_connection");
            add("collation_connection");
        } else if (name.equals("character_set_server") || name.equals("collation_server")) {
            add("character_set_server");
            add("collation_server");
        } else if (Baseline.LOG_BITS.contains(name)) {
            Baseline.LOG_BITS.forEach(this::add);
        } else {
            add(name);
        }
    }

    private void add(String name) {
        if (!toRead.contains(name)) {
            List<String> more = new ArrayList<>(toRead);
            more.add(name);
            toRead = more;
        }
    }

    /** They have been read: the state is now this. */
    public void wasRead(SessionState newState) {
        toRead = List.of();
        state = newState;
        lexModeOf(newState);
    }

    /** Its default schema has been dropped by somebody else, or the right to it revoked. It stays what it was, and until it is there again there is none. */
    public void schemaGone() {
        if (!state.schema().isEmpty()) {
            goneSchema = state.schema();
            state = state.withSchema("");
        }
    }

    /** The default schema that cannot be used at the moment, empty if there is none such. */
    public String goneSchema() {
        return goneSchema;
    }

    /** It can be used again. */
    public void schemaBack() {
        state = state.withSchema(goneSchema);
        goneSchema = "";
    }

    /** What it has prepared by name. */
    public SqlStatements sqlStatements() {
        return sqlStatements;
    }

    /** Its user variables. */
    public UserVariables variables() {
        return variables;
    }

    public void variables(UserVariables assigned) {
        variables = assigned;
        if (assigned.size() > UserVariables.MOST) {
            pins |= Pin.USER_VARIABLE.bit();
        }
    }

    /** The sequences that it has advanced. */
    public Sequences sequences() {
        return sequences;
    }

    /** Whether only its connection knows the values of some user variables or sequences. */
    public boolean anyUnread() {
        return variables.anyUnread() || sequences.anyUnread();
    }

    /** What LAST_INSERT_ID() must give on the session's next connection. */
    public long lastInsertId() {
        return lastInsertId;
    }

    /** Whether any statement may read LAST_INSERT_ID(). */
    public boolean autoIsNull() {
        return autoIsNull;
    }

    /** Whether LAST_INSERT_ID() has to be read from the connection before the session leaves it. */
    public boolean insertIdUnread() {
        return insertIdUnread;
    }

    /** LAST_INSERT_ID() may have been set by what no OK tells of. */
    public void insertIdSet() {
        insertIdUnread = true;
    }

    public void lastInsertId(long value) {
        lastInsertId = value;
        insertIdUnread = false;
    }

    /** The session moves to a connection whose login began with other values: what was as after login must stay as it was. */
    public void rebase(Baseline other) {
        state = state.rebased(baseline, other);
        baseline = other;
        lexModeOf(state);
    }

    /** COM_RESET_CONNECTION: everything is as after this login state, the schema stays. */
    public void reset(Baseline fresh, SessionState after) {
        baseline = fresh;
        state = after.withSchema(state.schema());
        pins = 0;
        status = initialStatus(fresh);
        lastInsertId = 0;
        insertIdUnread = false;
        oneShotTransaction = false;
        toRead = List.of();
        variables = UserVariables.NONE;
        sequences.clear();
        sqlStatements.clear();
        held.clear();
        namedLocks.clear();
        oneShots.clear();
        binlogEvents = false;
        lexModeOf(state);
    }

    /** One of the session's variables, "" if it is not known. */
    public String value(String name) {
        return toRead.contains(name) ? "" : value(state, name);
    }

    /** The session's {@code wait_timeout}; servers close a session that is idle for longer. */
    public long waitTimeoutNanos() {
        try {
            return Long.parseLong(value(state, "wait_timeout")) * 1_000_000_000L;
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private static boolean cutsAnswers(String selectLimit) {
        return !selectLimit.isEmpty() && selectLimit.length() < LEAST_SELECT_LIMIT;
    }

    private void lexModeOf(SessionState of) {
        pinWhile(cutsAnswers(value(of, "sql_select_limit")), Pin.SELECT_LIMIT);
        int errorCount = of.indexOf("max_error_count");
        // The server counts what it does not keep; there is nothing that could be put on another connection.
        pinWhile(errorCount >= 0 && of.value(errorCount).equals("0"), Pin.NO_CONDITIONS);
        // What Usher asks on such a session would be answered in a character set that is no superset of ASCII, or read in one.
        pinWhile(WIDE.contains(value(of, "character_set_results")) || WIDE.contains(value(of, "character_set_connection")),
                Pin.RESULTS_NOT_ASCII);
        // WHERE id IS NULL means the last insert id, once.
        autoIsNull = "ON".equals(value(of, "sql_auto_is_null"));
        pinWhile(autoIsNull, Pin.AUTO_IS_NULL);
        lexMode = LexMode.of(value(of, "sql_mode"), value(of, "character_set_client"));
    }

    private String value(SessionState of, String name) {
        int at = of.indexOf(name);
        if (at >= 0) {
            return of.value(at);
        }
        String initial = baseline.value(name);
        return initial == null ? "" : initial;
    }
}
