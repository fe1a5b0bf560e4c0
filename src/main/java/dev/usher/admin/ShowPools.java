package dev.usher.admin;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code SHOW POOLS}: one row for each account. */
final class ShowPools implements AdminStatement {
    private static final List<Column<PoolRow>> COLUMNS = List.of(
            Column.text("account", PoolRow::account),
            Column.number("clients_active", PoolRow::clientsActive),
            Column.number("clients_waiting", PoolRow::clientsWaiting),
            Column.number("clients_idle", PoolRow::clientsIdle),
            Column.number("servers_leased", PoolRow::serversLeased),
            Column.number("servers_idle", PoolRow::serversIdle),
            Column.number("servers_opening", PoolRow::serversOpening),
            Column.number("servers_login", PoolRow::serversLogin),
            Column.number("budget", PoolRow::budget),
            Column.millis("oldest_wait", PoolRow::oldestWait),
            Column.number("pins", PoolRow::pins));

    @Override
    public Pattern pattern() {
        return AdminStatement.words("SHOW POOLS");
    }

    @Override
    public String form() {
        return "SHOW POOLS";
    }

    @Override
    public String purpose() {
        return "accounts, their clients and server connections";
    }

    @Override
    public AdminResult answer(Matcher words, Session session) {
        return Column.rows(COLUMNS, session.pooler().pools());
    }
}
