package dev.usher.admin;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code SHOW CLIENTS}: one row for each client connection. */
final class ShowClients implements AdminStatement {
    private static final List<Column<ClientRow>> COLUMNS = List.of(
            Column.number("id", ClientRow::id),
            Column.text("account", ClientRow::account),
            Column.text("address", ClientRow::address),
            Column.text("database", ClientRow::database),
            Column.state("state", ClientRow::state),
            Column.numberOrNull("server_thread", ClientRow::serverThreadId),
            Column.text("pin", ClientRow::pinReason),
            Column.millis("age", ClientRow::age),
            Column.millis("in_state", ClientRow::inState),
            Column.number("statements", ClientRow::statements),
            Column.text("tls", ClientRow::tls),
            Column.text("compression", ClientRow::compression),
            Column.text("program", ClientRow::program));

    @Override
    public Pattern pattern() {
        return AdminStatement.words("SHOW CLIENTS");
    }

    @Override
    public String form() {
        return "SHOW CLIENTS";
    }

    @Override
    public String purpose() {
        return "client connections, what they do and why they are pinned";
    }

    @Override
    public AdminResult answer(Matcher words, Session session) {
        return Column.rows(COLUMNS, session.pooler().clients());
    }
}
