package dev.usher.admin;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code SHOW VERSION}. */
final class ShowVersion implements AdminStatement {
    private static final List<Column<Session>> COLUMNS = List.of(
            Column.text("usher", Session::usherVersion), Column.text("java", session -> Runtime.version().toString()));

    @Override
    public Pattern pattern() {
        return AdminStatement.words("SHOW VERSION");
    }

    @Override
    public String form() {
        return "SHOW VERSION";
    }

    @Override
    public String purpose() {
        return "versions of Usher and Java";
    }

    @Override
    public AdminResult answer(Matcher words, Session session) {
        return Column.rows(COLUMNS, List.of(session));
    }
}
