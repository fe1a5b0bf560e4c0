package dev.usher.admin;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code SHOW PROCESSLIST}: the client connections in the server's own columns, for tools that know those. */
final class ShowProcesslist implements AdminStatement {
    private static final List<Column<ClientRow>> COLUMNS = List.of(
            Column.number("Id", ClientRow::id),
            Column.text("User", row -> user(row.account())),
            Column.text("Host", ClientRow::address),
            Column.text("db", ClientRow::database),
            Column.text("Command", ShowProcesslist::command),
            Column.number("Time", row -> row.inState().toSeconds()),
            Column.text("State", ShowProcesslist::state),
            // The text of a statement is not kept: it may hold secrets.
            Column.text("Info", row -> null));

    @Override
    public Pattern pattern() {
        return AdminStatement.words("SHOW(?: FULL)? PROCESSLIST");
    }

    @Override
    public String form() {
        return "SHOW PROCESSLIST";
    }

    @Override
    public String purpose() {
        return "client connections, in the server's columns";
    }

    @Override
    public AdminResult answer(Matcher words, Session session) {
        return Column.rows(COLUMNS, session.pooler().clients());
    }

    private static String user(String account) {
        int at = account.lastIndexOf('@');
        return at < 0 ? account : account.substring(0, at);
    }

    private static String command(ClientRow row) {
        return switch (row.state()) {
            case LOGIN -> "Connect";
            case WAITING, ACTIVE -> "Query";
            case IDLE, IN_TRANSACTION -> "Sleep";
            case CLOSING -> "Killed";
        };
    }

    private static String state(ClientRow row) {
        return switch (row.state()) {
            case LOGIN -> "login";
            case WAITING -> "waiting for a server connection";
            case ACTIVE -> "running on server thread " + row.serverThreadId();
            case IN_TRANSACTION -> "transaction open";
            case IDLE -> row.pinReason() == null ? "" : "pinned: " + row.pinReason();
            case CLOSING -> "closing";
        };
    }
}
