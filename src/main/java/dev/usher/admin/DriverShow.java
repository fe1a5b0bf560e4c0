package dev.usher.admin;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** SHOW statements that drivers and command line clients send by themselves. */
final class DriverShow implements AdminStatement {
    private static final List<Column<Map.Entry<String, String>>> VARIABLES =
            List.of(Column.text("Variable_name", Map.Entry::getKey), Column.text("Value", Map.Entry::getValue));
    private static final List<Column<String>> WARNINGS = List.of(
            Column.text("Level", row -> row), Column.number("Code", row -> 0), Column.text("Message", row -> row));
    private static final List<Column<String>> NAMES = List.of(Column.text("Name", row -> row));

    @Override
    public Pattern pattern() {
        return AdminStatement.words("SHOW (?:(?:GLOBAL |SESSION )?(?<variables>VARIABLES)" + LikePattern.LITERAL
                + "|(?<warnings>WARNINGS|ERRORS)|DATABASES|SCHEMAS|TABLES)");
    }

    @Override
    public String form() {
        return "";
    }

    @Override
    public String purpose() {
        return "";
    }

    @Override
    public AdminResult answer(Matcher words, Session session) {
        if (words.group("variables") != null) {
            Pattern wanted = LikePattern.of(words.group("like"));
            return Column.rows(VARIABLES, Variables.of(session).entrySet().stream()
                    .filter(variable -> wanted.matcher(variable.getKey()).matches())
                    .toList());
        }
        return Column.rows(words.group("warnings") != null ? WARNINGS : NAMES, List.of());
    }
}
