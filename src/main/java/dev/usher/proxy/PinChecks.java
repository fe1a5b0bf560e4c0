package dev.usher.proxy;

import dev.usher.pool.Question;
import dev.usher.pool.Question.Answer;
import dev.usher.pool.ServerConnection;
import dev.usher.session.Pin;
import dev.usher.session.Session;
import dev.usher.session.Trait;
import dev.usher.session.Verb;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks the server, behind a statement that may have ended a pin, whether what pinned is still there. One question, and none for statements that have nothing to do with it. */
final class PinChecks {
    private record Check(String expression, Runnable gone) {}

    private final Session session;
    private final Aftermath aftermath;
    private final Consumer<ServerConnection> answered;

    /** @param answered is told when an answer has come */
    PinChecks(Session session, Aftermath aftermath, Consumer<ServerConnection> answered) {
        this.session = session;
        this.aftermath = aftermath;
        this.answered = answered;
    }

    void after(ServerConnection connection, CommandUnderWay under) {
        if (!session.pinned()) {
            return;
        }
        List<Check> checks = checks(connection, under);
        if (checks.isEmpty()) {
            return;
        }
        aftermath.beforeQuestion(connection);
        StringBuilder sql = new StringBuilder("SELECT ");
        for (int i = 0; i < checks.size(); i++) {
            sql.append(i == 0 ? "" : ",").append(checks.get(i).expression);
        }
        connection.ask(Question.query(sql.toString(), answer -> {
            if (answer instanceof Answer.Rows rows && rows.rows().size() == 1) {
                @Nullable
                String[] row = rows.rows().getFirst();
                for (int i = 0; i < checks.size(); i++) {
                    if ("1".equals(row[i])) {
                        checks.get(i).gone.run();
                    }
                }
            }
            answered.accept(connection);
        }));
    }

    private List<Check> checks(ServerConnection connection, CommandUnderWay under) {
        List<Check> checks = new ArrayList<>(3);
        if (under.has(Trait.NAMED_LOCK.bit())) {
            String expression = session.namedLockCheck();
            if (expression != null) {
                checks.add(new Check(expression, session::noNamedLocks));
            }
        }
        if (under.has(Trait.SET_ROLE.bit()) && session.has(Pin.ROLE)) {
            boolean none = connection.role().isEmpty() || connection.role().equals("null");
            checks.add(new Check(none ? "CURRENT_ROLE() IS NULL" : "CURRENT_ROLE()=" + text(connection.role()),
                    () -> session.unpin(Pin.ROLE)));
        }
        if ((under.verb == Verb.INSERT || under.verb == Verb.REPLACE) && session.checksInsertId()) {
            checks.add(new Check("@@insert_id=0", session::insertIdUsed));
        }
        return checks;
    }

    private static String text(String value) {
        StringBuilder hex = new StringBuilder("CONVERT(X'");
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            hex.append(Character.forDigit(b >> 4 & 0xF, 16)).append(Character.forDigit(b & 0xF, 16));
        }
        return hex.append("' USING utf8mb4)").toString();
    }
}
