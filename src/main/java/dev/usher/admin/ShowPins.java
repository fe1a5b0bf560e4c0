package dev.usher.admin;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code SHOW PINS}: client connections that keep their server connection, the costliest first. */
final class ShowPins implements AdminStatement {
    private static final List<Column<PinRow>> COLUMNS = List.of(
            Column.number("id", PinRow::clientId),
            Column.text("account", PinRow::account),
            Column.text("program", PinRow::program),
            Column.numberOrNull("server_thread", PinRow::serverThreadId),
            Column.text("reason", PinRow::reason),
            Column.text("statement", PinRow::statement),
            Column.millis("age", PinRow::age),
            Column.millis("idle", PinRow::idle),
            Column.millis("waited", PinRow::waited));

    @Override
    public Pattern pattern() {
        return AdminStatement.words("SHOW PINS");
    }

    @Override
    public String form() {
        return "SHOW PINS";
    }

    @Override
    public String purpose() {
        return "clients that keep their server connection, why, and what it costs others";
    }

    @Override
    public AdminResult answer(Matcher words, Session session) {
        return Column.rows(COLUMNS, session.pooler().pins());
    }
}
