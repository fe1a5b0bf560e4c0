package dev.usher.admin;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code SHOW SERVERS}: one row for each server connection. */
final class ShowServers implements AdminStatement {
    private static final List<Column<ServerRow>> COLUMNS = List.of(
            Column.number("thread", ServerRow::threadId),
            Column.text("account", ServerRow::account),
            Column.state("state", ServerRow::state),
            Column.numberOrNull("client", ServerRow::clientId),
            Column.text("database", ServerRow::database),
            Column.millis("age", ServerRow::age),
            Column.millis("in_state", ServerRow::inState),
            Column.number("leases", ServerRow::leases),
            Column.text("fingerprint", ServerRow::fingerprint),
            Column.number("prepared", ServerRow::prepared),
            Column.text("tls", ServerRow::tls));

    @Override
    public Pattern pattern() {
        return AdminStatement.words("SHOW SERVERS");
    }

    @Override
    public String form() {
        return "SHOW SERVERS";
    }

    @Override
    public String purpose() {
        return "server connections and who has them on lease";
    }

    @Override
    public AdminResult answer(Matcher words, Session session) {
        return Column.rows(COLUMNS, session.pooler().servers());
    }
}
