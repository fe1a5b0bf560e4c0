package dev.usher.admin;

import dev.usher.admin.PoolerView.KillOutcome;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code KILL [CONNECTION | QUERY] id}: ends a client connection, or the statement that it runs. */
final class Kill implements AdminStatement {
    @Override
    public Pattern pattern() {
        return AdminStatement.words("KILL(?: HARD| SOFT)?(?: (?<what>CONNECTION|QUERY))? (?<id>\\d{1,18})");
    }

    @Override
    public String form() {
        return "KILL [CONNECTION | QUERY] id";
    }

    @Override
    public String purpose() {
        return "end a client connection, or only its statement; the id is that of SHOW CLIENTS";
    }

    @Override
    public AdminResult answer(Matcher words, Session session) {
        return kill(session.pooler(), Long.parseLong(words.group("id")), "QUERY".equalsIgnoreCase(words.group("what")));
    }

    /** Also for the command COM_PROCESS_KILL. */
    static AdminResult kill(PoolerView pooler, long clientId, boolean queryOnly) {
        boolean admin = clientId >= AdminServer.FIRST_CONNECTION_ID;
        return switch (admin ? new KillOutcome.NoSuchConnection() : pooler.kill(clientId, queryOnly)) {
            case KillOutcome.Killed killed -> AdminResult.Done.SILENTLY;
            // As the server words it.
            case KillOutcome.NoSuchConnection none -> new AdminResult.Refused(1094, "HY000", "Unknown thread id: " + clientId);
            case KillOutcome.NotKilled not -> new AdminResult.Refused(not.code(), not.sqlState(), not.message());
        };
    }
}
