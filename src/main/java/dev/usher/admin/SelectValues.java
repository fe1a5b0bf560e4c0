package dev.usher.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code SELECT} of literals, system variables and session functions: what drivers, pools and monitors ask for by themselves. */
final class SelectValues implements AdminStatement {
    private static final Pattern ITEM = Pattern.compile(
            "\\s*(?<what>(?<number>\\d{1,18})|'(?<text>[^']*)'"
                    + "|@@(?:(?:session|global|local)\\s*\\.\\s*)?`?(?<variable>\\w+)`?"
                    + "|(?<function>\\w+)\\s*\\(\\s*\\))"
                    + "(?:\\s+(?:as\\s+)?[`'\"]?(?<alias>\\w+)[`'\"]?)?\\s*",
            Pattern.CASE_INSENSITIVE);

    private static final Set<String> FUNCTIONS = Set.of(
            "version", "connection_id", "user", "current_user", "session_user", "system_user", "database", "schema");

    @Override
    public Pattern pattern() {
        return AdminStatement.words("SELECT (?<items>.+?)(?: FROM DUAL)?(?: LIMIT \\d+)?");
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
        List<AdminResult.Header> headers = new ArrayList<>();
        List<@Nullable Object> row = new ArrayList<>();
        String items = words.group("items");
        Matcher item = ITEM.matcher(items);
        for (int at = 0; at <= items.length(); at = item.end() + 1) {
            item.region(at, items.length());
            if (!item.lookingAt() || !knownFunction(item) || item.end() < items.length() && items.charAt(item.end()) != ',') {
                return new AdminResult.Refused(1064, "42000", "Not an admin statement of Usher; SHOW HELP lists them");
            }
            if (item.group("variable") != null && !Variables.of(session).containsKey(lower(item.group("variable")))) {
                // As the server words it; drivers that try a variable of another version expect exactly this.
                return new AdminResult.Refused(1193, "HY000", "Unknown system variable '" + item.group("variable") + "'");
            }
            String name = item.group("alias") != null ? item.group("alias") : item.group("what");
            Object value = value(item, session);
            headers.add(new AdminResult.Header(name, value instanceof Long));
            row.add(value);
        }
        return new AdminResult.Rows(headers, List.of(row));
    }

    private static boolean knownFunction(Matcher item) {
        return item.group("function") == null || FUNCTIONS.contains(lower(item.group("function")));
    }

    private static @Nullable Object value(Matcher item, Session session) {
        if (item.group("number") != null) {
            return Long.valueOf(item.group("number"));
        }
        if (item.group("text") != null) {
            return item.group("text");
        }
        if (item.group("variable") != null) {
            String value = Variables.of(session).get(lower(item.group("variable")));
            return value != null && value.matches("\\d+") ? (Object) Long.valueOf(value) : value;
        }
        return switch (lower(item.group("function"))) {
            case "version" -> AdminServer.PROTOCOL_VERSION;
            case "connection_id" -> session.connectionId();
            case "user", "current_user", "session_user", "system_user" -> session.user();
            default -> null; // No default schema here.
        };
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
