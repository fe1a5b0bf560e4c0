package dev.usher.proxy;

import dev.usher.pool.Question;
import dev.usher.pool.Question.Answer;
import dev.usher.pool.ServerConnection;
import dev.usher.pool.Worker;
import dev.usher.session.Leftovers;
import dev.usher.session.Pin;
import dev.usher.session.Session;
import dev.usher.session.SessionState;
import dev.usher.session.Trait;
import dev.usher.wire.OkPacket;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is still to be found out when a statement is over: state that no tracker reports, the status after an error, and, before the session leaves its
 * connection, what of the last statement can still be read. All of it is asked behind the statement, in front of whatever comes next on that connection.
 */
final class Aftermath {
    private static final long CONCERNS_OTHERS = Trait.bits(Trait.SET_GLOBAL, Trait.PRIVILEGE_CHANGE, Trait.SET_TRACKER);
    private static final long READS_LEFTOVERS =
            Trait.bits(Trait.READS_ROW_COUNT, Trait.READS_FOUND_ROWS, Trait.READS_DIAGNOSTICS, Trait.READS_CONNECTION_ID);

    private final Session session;
    private final Worker worker;
    private final FrontendCounters counters;
    /** Runs when an answer has come that the session may have been waiting for. */
    private final Consumer<ServerConnection> answered;

    private final Consumer<TrackerFilter> filterChosen;

    private final Leftovers leftovers = new Leftovers();
    /** Whether the server connection itself can still tell what the last statement left. */
    private boolean intact;

    private int capturing;

    Aftermath(Session session, Worker worker, FrontendCounters counters, Consumer<ServerConnection> answered,
            Consumer<TrackerFilter> filterChosen) {
        this.session = session;
        this.worker = worker;
        this.counters = counters;
        this.answered = answered;
        this.filterChosen = filterChosen;
    }

    /** The session has got another connection, or its own after somebody else had it. */
    void moved() {
        intact = false;
    }

    /** Usher is about to ask something that the session may have to go on after: what its last statement left is read first. */
    void beforeQuestion(ServerConnection connection) {
        if (intact) {
            capture(connection);
            intact = false;
        }
    }

    /** Part of a response. */
    void noted(long traits, OkPacket ok, long rows) {
        if ((traits & READS_LEFTOVERS) != 0) {
            return;
        }
        if (ok.header() == OkPacket.HEADER) {
            leftovers.affected(ok.affectedRows());
        } else {
            leftovers.selected(rows);
        }
    }

    /** What to run instead of a text that asks for what the session has left behind; null if it can run as it is. */
    @Nullable
    String instead(long traits, String text, long connectionId, boolean leased) {
        if ((traits & READS_LEFTOVERS) == 0) {
            return null;
        }
        Leftovers.Answer answer = leftovers.answer(text, connectionId, !leased || !intact);
        return answer == null ? null : answer.sql();
    }

    static boolean mayAsk(long traits) {
        return (traits & READS_LEFTOVERS) != 0;
    }

    /** The response is complete. */
    void of(ServerConnection connection, long traits, boolean failed) {
        intact = true;
        if (session.insertIdUnread()) {
            connection.lastInsertId(ServerConnection.INSERT_ID_UNKNOWN);
        }
        if ((traits & CONCERNS_OTHERS) != 0) {
            // Also after an error: of several statements the first may have succeeded.
            afterEffects(connection, traits);
        }
        if (failed) {
            afterError(connection);
        }
        readBack(connection);
    }

    private void afterEffects(ServerConnection connection, long traits) {
        if ((traits & Trait.SET_GLOBAL.bit()) != 0) {
            worker.server().globalsChanged();
        }
        if ((traits & Trait.PRIVILEGE_CHANGE.bit()) != 0) {
            worker.accounts().privilegesChanged();
        }
        if ((traits & Trait.SET_TRACKER.bit()) != 0) {
            trackersSet(connection);
        }
    }

    /** The session has chosen what it wants to be told. From now on the relay chooses for it, and the server goes on telling everything. */
    private void trackersSet(ServerConnection connection) {
        intact = false;
        connection.ask(Question.query("SELECT @@session_track_system_variables, @@session_track_schema", answer -> {
            String variables = answer instanceof Answer.Rows rows && !rows.rows().isEmpty() ? rows.rows().getFirst()[0] : null;
            String schema = answer instanceof Answer.Rows rows && !rows.rows().isEmpty() ? rows.rows().getFirst()[1] : null;
            filterChosen.accept(TrackerFilter.of(variables == null ? "" : variables, "1".equals(schema)));
        }));
        // What the same statement has set besides may not have been reported.
        capturing++;
        worker.readState(connection, state -> {
            capturing--;
            if (state == null) {
                session.pin(Pin.UNEXPLAINED);
            } else {
                connection.state(state);
                session.wasRead(state);
            }
        });
        connection.ask(Question.query(worker.trackers(connection), answer -> answered.accept(connection)));
    }

    private void afterError(ServerConnection connection) {
        leftovers.failed();
        session.failed();
        // SHOW WARNINGS is answered by an OK with the status flags, and leaves the diagnostics as they are.
        connection.ask(Question.query("SHOW WARNINGS", answer -> {
            if (answer instanceof Answer.Rows rows) {
                leftovers.diagnostics(diagnostics(rows));
                session.statusAfterError(rows.status());
            }
            answered.accept(connection);
        }));
    }

    private static List<Leftovers.Diagnostic> diagnostics(Answer.Rows rows) {
        return rows.rows().stream()
                .map(row -> new Leftovers.Diagnostic(String.valueOf(row[0]), String.valueOf(row[1]), String.valueOf(row[2])))
                .toList();
    }

    /** Reads what no tracker reports. */
    private void readBack(ServerConnection connection) {
        List<String> names = session.toRead();
        if (names.isEmpty()) {
            return;
        }
        boolean next = session.lexModeUnknown();
        if (next) {
            capturing++;
        }
        StringBuilder sql = new StringBuilder("SHOW SESSION VARIABLES WHERE Variable_name IN (");
        for (int i = 0; i < names.size(); i++) {
            sql.append(i == 0 ? "'" : ",'").append(names.get(i).replaceAll("[^A-Za-z0-9_$.]", "")).append('\'');
        }
        counters.capture();
        intact = false;
        connection.ask(Question.query(sql.append(')').toString(), answer -> {
            if (next) {
                capturing--;
            }
            if (answer instanceof Answer.Rows rows) {
                SessionState now = connection.state();
                for (@Nullable
                String[] row : rows.rows()) {
                    String name = row[0];
                    String value = row.length > 1 ? row[1] : null;
                    if (name != null) {
                        now = connection.baseline().apply(now, name.toLowerCase(Locale.ROOT), value == null ? "" : value);
                    }
                }
                connection.state(now);
                session.wasRead(now);
            } else {
                session.pin(Pin.UNEXPLAINED);
            }
            answered.accept(connection);
        }));
    }

    /** The session leaves the connection: reads what only that one knows. */
    void capture(ServerConnection connection) {
        if (session.warningsUnread()) {
            capture(connection, "SHOW WARNINGS", rows -> leftovers.diagnostics(diagnostics(rows)));
        }
        if (session.insertIdUnread()) {
            capture(connection, "SELECT @@last_insert_id", rows -> {
                String value = rows.rows().isEmpty() ? null : rows.rows().getFirst()[0];
                if (value != null && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    session.lastInsertId(Long.parseUnsignedLong(value));
                    if (connection.lastInsertId() == ServerConnection.INSERT_ID_UNKNOWN) {
                        // Otherwise the next session has meanwhile been given its own.
                        connection.lastInsertId(session.lastInsertId());
                    }
                }
            });
        }
    }

    private void capture(ServerConnection connection, String sql, Consumer<Answer.Rows> then) {
        capturing++;
        counters.capture();
        connection.ask(Question.query(sql, answer -> {
            capturing--;
            if (answer instanceof Answer.Rows rows) {
                then.accept(rows);
            }
            answered.accept(connection);
        }));
    }

    /** Whether answers are under way that the session's next statement may depend on. */
    boolean capturing() {
        return capturing > 0;
    }
}
