package dev.usher.session;

import dev.usher.session.SqlToken.Kind;
import java.util.List;
import java.util.Set;

/** Tells whether a column of a result is given a name without AS: two operands stand side by side at its end. */
final class Aliases {
    /** Words behind which an operand follows. */
    private static final Set<String> OPERATORS = Set.of(
            "and", "or", "xor", "not", "div", "mod", "like", "in", "is", "between", "regexp", "rlike", "collate", "binary", "interval",
            "then",
            "else", "case", "when", "escape", "over", "distinct", "of", "date", "time", "timestamp", "all", "any", "some", "exists");

    private static final Set<String> UNITS = Set.of(
            "microsecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year", "second_microsecond",
            "minute_microsecond",
            "minute_second", "hour_microsecond", "hour_second", "hour_minute", "day_microsecond", "day_second", "day_minute", "day_hour",
            "year_month");

    private Aliases() {}

    /** @param last index of the column's last token that is not a comment's mark */
    static boolean endsInOne(List<SqlToken> tokens, int first, int last) {
        SqlToken name = tokens.get(last);
        int before = last - 1;
        while (before > first && tokens.get(before).kind() == Kind.COMMENT_MARK) {
            before--;
        }
        if (before < first) {
            return false;
        }
        SqlToken previous = tokens.get(before);
        boolean operand =
                switch (previous.kind()) {
                    case SYMBOL -> previous.isSymbol(')');
                    case WORD -> !OPERATORS.contains(previous.lower());
                    case QUOTED_NAME, STRING, NUMBER, USER_VARIABLE, SYSTEM_VARIABLE -> true;
                    case COMMENT_MARK -> false;
                };
        return operand
                && switch (name.kind()) {
                    case WORD -> !name.lower().equals("end") && !isUnit(tokens, first, name, previous);
                    case QUOTED_NAME -> true;
                    case STRING -> previous.kind() != Kind.STRING && !(previous.kind() == Kind.WORD && previous.lower().startsWith("_"));
                    case NUMBER, USER_VARIABLE, SYSTEM_VARIABLE, SYMBOL, COMMENT_MARK -> false;
                };
    }

    private static boolean isUnit(List<SqlToken> tokens, int first, SqlToken last, SqlToken previous) {
        return UNITS.contains(last.lower())
                && !UNITS.contains(previous.lower())
                && tokens.subList(first, tokens.size()).stream().anyMatch(token -> token.isWord("interval"));
    }
}
