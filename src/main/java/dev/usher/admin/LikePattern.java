package dev.usher.admin;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** SQL's LIKE: {@code %} is any text, {@code _} one character, a backslash makes the next character itself. */
final class LikePattern {
    /**
     * The literal after LIKE, for the pattern of a statement; {@link #of} takes the group. Possessive, because only that
     * keeps Java from recursing once per character.
     */
    static final String LITERAL = "(?: LIKE (?<like>'(?:[^'\\\\]|\\\\.|'')*+'|\"[^\"]*\"))?";

    private LikePattern() {}

    /** @param quoted with its quotes; null matches everything */
    static Pattern of(@Nullable String quoted) {
        if (quoted == null) {
            return Pattern.compile(".*");
        }
        String text = quoted.substring(1, quoted.length() - 1);
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                regex.append(".*");
            } else if (c == '_') {
                regex.append('.');
            } else {
                i += c == '\\' && i + 1 < text.length() ? 1 : 0;
                regex.append(Pattern.quote(text.substring(i, i + 1)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }
}
