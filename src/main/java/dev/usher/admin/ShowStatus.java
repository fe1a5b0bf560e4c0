package dev.usher.admin;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code SHOW STATUS [LIKE 'pattern']}: Usher's counters, under the server's own column names so that tools find them. */
final class ShowStatus implements AdminStatement {
    private static final List<Column<Map.Entry<String, ?>>> COLUMNS = List.of(
            Column.text("Variable_name", Map.Entry::getKey), Column.text("Value", entry -> String.valueOf(entry.getValue())));

    @Override
    public Pattern pattern() {
        return AdminStatement.words("SHOW(?: GLOBAL| SESSION)? STATUS" + LikePattern.LITERAL);
    }

    @Override
    public String form() {
        return "SHOW STATUS [LIKE 'pattern']";
    }

    @Override
    public String purpose() {
        return "counters and gauges";
    }

    @Override
    public AdminResult answer(Matcher words, Session session) {
        Pattern wanted = LikePattern.of(words.group("like"));
        List<Map.Entry<String, ?>> matching = session.pooler().status().entrySet().stream().<Map.Entry<String, ?>>map(entry -> entry)
                .filter(entry -> wanted.matcher(entry.getKey()).matches())
                .toList();
        return Column.rows(COLUMNS, matching);
    }
}
