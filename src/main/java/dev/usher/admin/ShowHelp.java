package dev.usher.admin;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code SHOW HELP}: every statement that a person would type. */
final class ShowHelp implements AdminStatement {
    private static final List<Column<AdminStatement>> COLUMNS =
            List.of(Column.text("statement", AdminStatement::form), Column.text("purpose", AdminStatement::purpose));

    @Override
    public Pattern pattern() {
        return AdminStatement.words("(?:SHOW )?HELP");
    }

    @Override
    public String form() {
        return "SHOW HELP";
    }

    @Override
    public String purpose() {
        return "this list";
    }

    @Override
    public AdminResult answer(Matcher words, Session session) {
        return Column.rows(COLUMNS, AdminStatements.ALL.stream().filter(statement -> !statement.form().isEmpty()).toList());
    }
}
