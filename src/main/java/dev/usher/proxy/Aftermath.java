package dev.usher.proxy;

import dev.usher.error.Refusal;
import dev.usher.pool.Question;
import dev.usher.pool.Question.Answer;
import dev.usher.pool.ServerConnection;
import dev.usher.pool.Worker;
import dev.usher.session.Conditions;
import dev.usher.session.ConditionsRequest;
import dev.usher.session.FoundRows;
import dev.usher.session.Leftovers;
import dev.usher.session.Pin;
import dev.usher.session.Session;
import dev.usher.session.SessionState;
import dev.usher.session.Trait;
import dev.usher.session.Verb;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.OkPacket;
import dev.usher.wire.ServerStatus;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is still to be found out when a statement is over: state that no tracker reports, the status after an error, and, before the session leaves its
 * connection, what of the last statement can still be read. All of it is asked behind the statement, in front of whatever comes next on that connection.
 */
final class Aftermath {
    private static final long CONCERNS_OTHERS = Trait.bits(Trait.SET_GLOBAL, Trait.PRIVILEGE_CHANGE, Trait.SET_TRACKER);

    /** ER_SUBQUERY_NO_1_ROW, ER_LOCK_WAIT_TIMEOUT, ER_RECORD_FILE_FULL, ER_GET_ERRNO. */
    private static final Set<Integer> RUNNING = Set.of(1242, 1205, 1114, 1030);

    private final Session session;
    private final Worker worker;
    private final FrontendCounters counters;
    /** Runs when an answer has come that the session may have been waiting for. */
    private final Consumer<ServerConnection> answered;

    private final Consumer<TrackerFilter> filterChosen;

    private final Leftovers leftovers;

    /** The traits of statements that would read what was lost with a server connection; the next one is told. */
    private long lost;

    private int capturing;
    /** What is being captured will not be on the server connection any more when that is done. */
    private boolean disturbed;

    Aftermath(Session session, Worker worker, FrontendCounters counters, Consumer<ServerConnection> answered,
            Consumer<TrackerFilter> filterChosen) {
        this.session = session;
        this.worker = worker;
        this.counters = counters;
        this.answered = answered;
        this.filterChosen = filterChosen;
        this.leftovers = new Leftovers(worker.server().mariaDb());
    }

    Leftovers leftovers() {
        return leftovers;
    }

    /** COM_RESET_CONNECTION. */
    void reset() {
        leftovers.reset();
        lost = 0;
    }

    /** The connection that alone knew what the session's last statement left is gone. It goes on as a session that has just begun, and the first that asks is told. */
    void lost() {
        if (session.insertIdUnread()) {
            session.lastInsertId(0);
            lost |= Trait.READS_LAST_INSERT_ID.bit();
        }
        if (leftovers.lost()) {
            lost |= Trait.READS_FOUND_ROWS.bit();
        }
    }

    /** What to answer a statement that would read what is lost, null if it does not. */
    @Nullable
    ErrPacket asksForLost(CommandUnderWay under) {
        if (!under.has(lost) || !under.isStatement() || under.large()) {
            return null;
        }
        lost = 0;
        return new ErrPacket(Refusal.STATE_LOST.code(), Refusal.STATE_LOST.sqlState(),
                "Usher could not restore the session's state: the server connection that knew LAST_INSERT_ID() or FOUND_ROWS() is lost; from now on they begin at 0");
    }

    /** The session has got another connection, or its own after somebody else had it. */
    void moved() {
        leftovers.moved();
    }

    /** Usher is about to ask something that the session may have to go on after: what its last statement left is read first. */
    void beforeQuestion(ServerConnection connection) {
        captureHere(connection);
    }

    /** Part of a response. */
    void noted(CommandUnderWay under, OkPacket ok, long rows) {
        boolean resultSet = ok.header() != OkPacket.HEADER;
        if (resultSet && under.has(Trait.MAY_SET_LAST_INSERT_ID.bit())) {
            // INSERT … RETURNING names no id.
            session.insertIdSet();
        }
        if (lost != 0) {
            lost &= ~(ok.insertId() != 0 ? Trait.READS_LAST_INSERT_ID.bit() : 0);
            lost &= ~(under.isStatement() && under.foundRows != FoundRows.KEPT ? Trait.READS_FOUND_ROWS.bit() : 0);
        }
        if (!under.isStatement()) {
            if (under.command() == Command.STMT_FETCH) {
                leftovers.completed(true, rows, -1, ok.warnings(), FoundRows.COUNTED);
            } else {
                leftovers.commandAnswered(resultSet ? -1 : ok.affectedRows(), true);
            }
        } else if (under.has(Trait.READS_DIAGNOSTICS.bit()) && !under.has(Trait.SINGLE.bit())) {
            leftovers.completedOneOf(resultSet, resultSet ? rows : ok.affectedRows(), ok.warnings());
        } else if (under.has(Trait.READS_DIAGNOSTICS.bit())) {
            conditionsRead(under, resultSet, ok.warnings());
        } else {
            FoundRows after = (ok.status() & ServerStatus.CURSOR_EXISTS) != 0 ? FoundRows.COUNTED : under.foundRows;
            leftovers.completed(
                    resultSet, resultSet ? rows : ok.affectedRows(), after == FoundRows.MATCHED ? matched(ok.message()) : -1, ok.warnings(),
                    after);
        }
    }

    private void conditionsRead(CommandUnderWay under, boolean resultSet, int warnings) {
        ConditionsRequest.Kind kind = under.reads;
        if (!under.emulated || kind == null) {
            leftovers.readByServer(kind, resultSet, warnings);
            return;
        }
        switch (kind) {
            case SHOW -> leftovers.shown();
            case COUNT -> leftovers.counted();
            case GET -> {
                if (under.countedInOk == 0) {
                    leftovers.diagnosed();
                } else {
                    leftovers.diagnosedNone();
                }
            }
        }
    }

    /** MySQL's message behind an UPDATE: {@code Rows matched: 5  Changed: 3  Warnings: 0}. */
    private static long matched(ByteBuf message) {
        long number = -1;
        for (int i = message.readerIndex(); i < message.writerIndex(); i++) {
            int digit = message.getByte(i) - '0';
            if (digit >= 0 && digit <= 9) {
                number = Math.max(0, number) * 10 + digit;
            } else if (number >= 0) {
                return number;
            }
        }
        return number;
    }

    /** Whose first part may have taken effect before it failed; an ERR does not tell. */
    private static final long MAY_HAVE_SET =
            Trait.bits(Trait.SET_SESSION, Trait.SET_NAMES, Trait.UNSCOPED_SYSTEM_VARIABLE, Trait.STORED_CODE, Trait.DYNAMIC_SQL);

    /** The response is complete. */
    void of(ServerConnection connection, CommandUnderWay under) {
        if (session.insertIdUnread()) {
            connection.insertIdUnknown();
        }
        if (under.failed) {
            afterError(connection);
        }
        if (under.has(CONCERNS_OTHERS) || !session.toRead().isEmpty()) {
            captureHere(connection);
        }
        if (under.has(Trait.SET_STATEMENT.bit()) || under.failed && (under.has(MAY_HAVE_SET) || !under.single)) {
            captureHere(connection);
            readEverything(connection);
            connection.ask(Question.query("DO 0", answer -> answered.accept(connection)));
            return;
        }
        if (under.has(CONCERNS_OTHERS)) {
            // Also after an error: of several statements the first may have succeeded.
            afterEffects(connection, under.traits);
        }
        readBack(connection);
    }

    /** An ERR. */
    void failed(CommandUnderWay under, ErrPacket error) {
        leftovers.failed(under.isStatement() ? under.foundRows : FoundRows.KEPT, hadBegun(error));
    }

    /** Whether a query that ended in this error was being run, and not only prepared to be: data, subqueries, limits and locks. */
    private static boolean hadBegun(ErrPacket error) {
        String state = error.sqlState();
        return state.startsWith("22") || state.startsWith("40") || state.startsWith("70") || RUNNING.contains(error.code());
    }

    private void afterEffects(ServerConnection connection, long traits) {
        if ((traits & Trait.SET_GLOBAL.bit()) != 0) {
            worker.server().globalsChanged();
        }
        if ((traits & Trait.PRIVILEGE_CHANGE.bit()) != 0) {
            worker.accounts().privilegesChanged();
            worker.server().schemasChanged();
        }
        if ((traits & Trait.SET_TRACKER.bit()) != 0) {
            trackersSet(connection);
        }
    }

    /** The session has chosen what it wants to be told. From now on the relay chooses for it, and the server goes on telling everything. */
    private void trackersSet(ServerConnection connection) {
        connection.ask(Question.query("SELECT @@session_track_system_variables, @@session_track_schema", answer -> {
            String variables = answer instanceof Answer.Rows rows && !rows.rows().isEmpty() ? rows.rows().getFirst()[0] : null;
            String schema = answer instanceof Answer.Rows rows && !rows.rows().isEmpty() ? rows.rows().getFirst()[1] : null;
            filterChosen.accept(TrackerFilter.of(variables == null ? "" : variables, "1".equals(schema)));
        }));
        // What the same statement has set besides may not have been reported.
        readEverything(connection);
        connection.ask(Question.query(worker.trackers(connection), answer -> answered.accept(connection)));
    }

    private void readEverything(ServerConnection connection) {
        capturing++;
        worker.readState(connection, state -> {
            captured();
            if (state == null) {
                session.pin(Pin.UNEXPLAINED);
            } else {
                connection.state(state);
                session.wasRead(state);
            }
        });
    }

    private void afterError(ServerConnection connection) {
        session.failed();
        // SHOW WARNINGS is answered by an OK with the status flags, and leaves the diagnostics as they are.
        connection.ask(Question.query("SHOW WARNINGS", answer -> {
            if (answer instanceof Answer.Rows rows) {
                leftovers.expect(rows.rows().size());
                session.statusAfterError(rows.status());
            }
            answered.accept(connection);
        }));
    }

    /** Reads what no tracker reports. */
    private void readBack(ServerConnection connection) {
        List<String> names = session.toRead();
        if (names.isEmpty()) {
            return;
        }
        // The next command has to wait: what is planned for it, and noted behind it, would be out of a state that is not known yet.
        capturing++;
        StringBuilder sql = new StringBuilder("SHOW SESSION VARIABLES WHERE Variable_name IN (");
        for (int i = 0; i < names.size(); i++) {
            sql.append(i == 0 ? "'" : ",'").append(names.get(i).replaceAll("[^A-Za-z0-9_$.]", "")).append('\'');
        }
        counters.capture();
        connection.ask(Question.query(sql.append(')').toString(), answer -> {
            captured();
            if (answer instanceof Answer.Rows rows) {
                SessionState now = connection.state();
                int found = 0;
                for (@Nullable
                String[] row : rows.rows()) {
                    String name = row[0];
                    String value = row.length > 1 ? row[1] : null;
                    if (name != null) {
                        found += names.contains(name.toLowerCase(Locale.ROOT)) ? 1 : 0;
                        now = connection.baseline().apply(now, name.toLowerCase(Locale.ROOT), value == null ? "" : value);
                    }
                }
                connection.state(now);
                session.wasRead(now);
                if (session.has(Pin.SELECT_LIMIT) && found < names.size() || found < rows.rows().size()) {
                    // Cut, or in a character set in which the names are others.
                    session.pin(Pin.UNEXPLAINED);
                }
            } else {
                session.pin(Pin.UNEXPLAINED);
            }
            answered.accept(connection);
        }));
    }

    /** The session leaves the connection for another one. */
    void leave(ServerConnection connection, CommandUnderWay last) {
        capture(connection);
        session.sequences().leave(connection.drawn());
        freeTables(connection, last);
    }

    /**
     * Without autocommit a server keeps the metadata locks of a statement's tables until COMMIT or ROLLBACK, also where there is no transaction, and no flag that says so: behind a
     * statement that failed, or on tables without transactions. The session's own COMMIT would be sent to another connection. For nothing but these locks is this COMMIT.
     */
    void freeTables(ServerConnection connection, CommandUnderWay last) {
        boolean free = last.single && !last.failed && (last.verb == Verb.COMMIT || last.verb == Verb.ROLLBACK);
        if ((connection.status() & ServerStatus.AUTOCOMMIT) == 0 && !free) {
            commit(connection);
        }
    }

    /** For metadata locks without a transaction. */
    static void commit(ServerConnection connection) {
        connection.ask(Question.query("COMMIT AND NO CHAIN NO RELEASE", answer -> {
            if (answer instanceof Answer.Refused) {
                // By a KILL, or a limit of the account. Whoever has the connection by now is not to pay for that; the locks last no longer than it does.
                connection.retire();
            }
        }));
    }

    /** Reads what only the connection knows. */
    private void capture(ServerConnection connection) {
        boolean conditions = leftovers.conditionsUnread();
        boolean otherBlocks = worker.server().mariaDb() && session.lexMode().oracle();
        if (conditions) {
            capture(connection, otherBlocks ? "SHOW WARNINGS" : conditionsOn(connection), rows -> {
                leftovers.conditions(Conditions.read(rows.rows()));
                if (!otherBlocks) {
                    counted(connection, rows.rows().stream().filter(row -> row.length == 2).findFirst());
                }
            });
        }
        if ((session.insertIdUnread() || leftovers.foundRowsUnread()) && (!conditions || otherBlocks)) {
            capture(connection, Conditions.COUNTS, rows -> counted(connection, rows.rows().stream().findFirst()));
        }
    }

    /** @param answer nothing where sql_select_limit is 0: what is not read then is not asked for again and again */
    private void counted(ServerConnection connection, Optional<@Nullable String[]> answer) {
        if (answer.isEmpty()) {
            if (session.insertIdUnread() || leftovers.foundRowsUnread()) {
                lost();
            }
            return;
        }
        @Nullable
        String[] row = answer.get();
        String insertId = row[0];
        if (isNumber(insertId) && session.insertIdUnread()) {
            session.lastInsertId(Long.parseUnsignedLong(insertId));
            if (!connection.insertIdKnown()) {
                // Otherwise the next session has meanwhile been given its own.
                connection.lastInsertId(session.lastInsertId());
            }
        }
        if (leftovers.foundRowsUnread()) {
            leftovers.foundRows(Math.max(0, number(row[1])));
        }
    }

    private String conditionsOn(ServerConnection connection) {
        if (worker.server().mariaDb()) {
            return Conditions.askMariaDb();
        }
        Restoring.multiStatements(connection, true);
        // Asked for one that it has not kept, the server would end the whole text.
        return Conditions.askMySql((int) Math.min(leftovers.expected(), Math.max(0, number(session.value("max_error_count")))));
    }

    private static long number(@Nullable String value) {
        return isNumber(value) ? Long.parseUnsignedLong(value) : -1;
    }

    private static boolean isNumber(@Nullable String value) {
        return value != null && !value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Reads the same although the session stays: something of Usher's is to run there that changes it. */
    void captureHere(ServerConnection connection) {
        int before = capturing;
        capture(connection);
        if (capturing == before) {
            leftovers.moved();
        } else {
            disturbed = true;
        }
    }

    private void capture(ServerConnection connection, String sql, Consumer<Answer.Rows> then) {
        capturing++;
        counters.capture();
        connection.ask(Question.bytes(sql, answer -> {
            if (answer instanceof Answer.Rows rows) {
                then.accept(rows);
            } else {
                lost();
            }
            captured();
            answered.accept(connection);
        }));
    }

    private void captured() {
        capturing--;
        if (disturbed && capturing == 0) {
            disturbed = false;
            leftovers.moved();
        }
    }

    /** Whether answers are under way that the session's next statement may depend on. */
    boolean capturing() {
        return capturing > 0;
    }
}
