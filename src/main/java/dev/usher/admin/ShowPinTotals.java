package dev.usher.admin;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code SHOW PIN TOTALS}: what pins have cost since the start, by statement. */
final class ShowPinTotals implements AdminStatement {
    private static final List<Column<PinTotalRow>> COLUMNS = List.of(
            Column.text("statement", PinTotalRow::statement),
            Column.text("reason", PinTotalRow::reason),
            Column.number("pins", PinTotalRow::pins),
            Column.millis("held", PinTotalRow::held),
            Column.millis("waited", PinTotalRow::waited));

    @Override
    public Pattern pattern() {
        return AdminStatement.words("SHOW PIN TOTALS");
    }

    @Override
    public String form() {
        return "SHOW PIN TOTALS";
    }

    @Override
    public String purpose() {
        return "statements whose pins have ended, how long they held and what they cost others";
    }

    @Override
    public AdminResult answer(Matcher words, Session session) {
        return Column.rows(COLUMNS, session.pooler().pinTotals());
    }
}
