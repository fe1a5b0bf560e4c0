package dev.usher.session;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** SET statements that assign nothing but literals to user variables: what they leave is known from their text, and nobody need ask the server. */
public final class LiteralAssignments {
    private static final String LITERAL = "(?:(?<integer>-?\\d{1,18})|(?<decimal>-?\\d{1,20}\\.\\d{1,20})|'(?<string>[^'\\\\\"]*)')";

    private static final Pattern ASSIGNMENT =
            Pattern.compile("\\G\\s*@(?<name>[A-Za-z0-9_$.]+)\\s*:?=\\s*" + LITERAL + "\\s*(?<end>,|;?\\s*$)");

    /** Collations of character sets in which ASCII is ASCII. */
    private static final Pattern ASCII = Pattern.compile("(?:utf8|utf8mb3|utf8mb4|latin1|latin2|ascii)_\\w*|binary");

    private static final Pattern SET = Pattern.compile("\\s*SET\\s+", Pattern.CASE_INSENSITIVE);

    /** Longer texts are not worth the trouble. */
    public static final int LONGEST = 4096;

    private LiteralAssignments() {}

    static boolean isAscii(String collation) {
        return ASCII.matcher(collation).matches();
    }

    /**
     * @param text one that the lexer has found to be a single SET of user variables
     * @param collation {@code collation_connection}, which is what a string literal has
     * @return null if any value is not a literal, or one that means other things under other settings
     */
    public static @Nullable Map<String, UserVariable> of(String text, String collation) {
        Matcher set = SET.matcher(text);
        if (!set.lookingAt()) {
            return null;
        }
        Map<String, UserVariable> assigned = new HashMap<>();
        Matcher next = ASSIGNMENT.matcher(text).region(set.end(), text.length());
        while (next.find()) {
            UserVariable value = value(next, collation);
            if (value == null) {
                return null;
            }
            assigned.put(next.group("name").toLowerCase(Locale.ROOT), value);
            if (!next.group("end").equals(",")) {
                return assigned;
            }
        }
        return null;
    }

    private static @Nullable UserVariable value(Matcher literal, String collation) {
        if (literal.group("integer") != null) {
            return UserVariable.of(literal.group("integer"));
        }
        if (literal.group("decimal") != null) {
            return UserVariable.of(literal.group("decimal"));
        }
        String string = literal.group("string");
        // An empty one may be NULL in MariaDB's sql_mode EMPTY_STRING_IS_NULL.
        if (string.isEmpty() || !isAscii(collation) || !string.chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
            return null;
        }
        StringBuilder hex = new StringBuilder(string.length() * 2);
        for (int i = 0; i < string.length(); i++) {
            hex.append(Integer.toHexString(string.charAt(i) | 0x100), 1, 3);
        }
        return UserVariable.of(VariableReading.string(hex.toString(), collation));
    }
}
