package dev.usher.session;

import dev.usher.session.SqlToken.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** GET DIAGNOSTICS as a SET of the same values, for a session whose conditions are not on its server connection any more. */
final class DiagnosticsAnswer {
    private final byte[] text;
    private final List<SqlToken> tokens;
    private final Conditions conditions;
    private final long rowCount;

    private DiagnosticsAnswer(byte[] text, List<SqlToken> tokens, Conditions conditions, long rowCount) {
        this.text = text;
        this.tokens = tokens;
        this.conditions = conditions;
        this.rowCount = rowCount;
    }

    /**
     * In ISO-8859-1, which keeps the bytes of the variables' names as they are.
     *
     * @return null for a statement that no server would run, and for a condition that there is not: the server says so itself
     */
    static @Nullable String sql(byte[] text, List<SqlToken> tokens, Conditions conditions, long rowCount) {
        return new DiagnosticsAnswer(text, tokens, conditions, rowCount).sql();
    }

    private @Nullable String sql() {
        int at = tokens.get(1).isWord("current") ? 2 : 1;
        if (at + 3 >= tokens.size() || !tokens.get(at++).isWord("diagnostics")) {
            return null;
        }
        SqlToken which = null;
        if (tokens.get(at).isWord("condition")) {
            which = tokens.get(at + 1);
            at += 2;
        }
        StringBuilder sql = new StringBuilder("SET ");
        for (; at + 2 < tokens.size(); at += 4) {
            String value = value(tokens.get(at + 2), which);
            boolean more = at + 3 < tokens.size();
            if (value == null || tokens.get(at).kind() != Kind.USER_VARIABLE || !tokens.get(at + 1).isSymbol('=')
                    || more && !tokens.get(at + 3).isSymbol(',')) {
                return null;
            }
            sql.append(source(tokens.get(at))).append('=').append(value).append(more ? "," : "");
        }
        return at == tokens.size() + 1 ? sql.toString() : null;
    }

    private String source(SqlToken token) {
        return new String(text, token.start(), token.end() - token.start(), StandardCharsets.ISO_8859_1);
    }

    private @Nullable String value(SqlToken item, @Nullable SqlToken which) {
        if (which == null) {
            return item.isWord("number") ? unsigned(conditions.size())
                    : item.isWord("row_count") ? "CAST(" + rowCount + " AS SIGNED)" : null;
        }
        if (which.kind() == Kind.NUMBER) {
            long number = ConditionsRequest.number(text, which);
            return number >= 1 && number <= conditions.size() ? value(item, (int) number - 1) : null;
        }
        if (which.kind() != Kind.USER_VARIABLE || conditions.isEmpty()) {
            return null;
        }
        StringBuilder choice = new StringBuilder("CASE ").append(source(which));
        for (int i = 0; i < conditions.size(); i++) {
            String value = value(item, i);
            if (value == null) {
                return null;
            }
            choice.append(" WHEN ").append(i + 1).append(" THEN ").append(value);
        }
        return choice.append(" END").toString();
    }

    private @Nullable String value(SqlToken item, int condition) {
        if (item.isWord("mysql_errno")) {
            return "CAST(" + conditions.code(condition) + " AS UNSIGNED)";
        }
        String hex = conditions.item(condition, item.lower());
        return hex == null ? null : "_utf8mb3 X'" + hex + "' COLLATE utf8mb3_general_ci";
    }

    private static String unsigned(long value) {
        return "CAST(" + value + " AS UNSIGNED)";
    }
}
