package dev.usher.session;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names of locks that a session may have taken with GET_LOCK(). Whether it has them, and how often, is the server's to say: {@link #expression} asks. A name that
 * is no literal can not be asked for; such a lock counts as held until RELEASE_ALL_LOCKS() or a reset.
 */
final class NamedLocks {
    private static final Pattern GET_OR_OTHER =
            Pattern.compile("\\b(?<function>GET_LOCK|RELEASE_LOCK|RELEASE_ALL_LOCKS|[A-Z_]*LOCKS?\\w*)\\s*\\(",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern LITERAL = Pattern.compile("\\G\\s*'(?<name>[^'\\\\`\"]{1,64})'\\s*,");
    private static final Pattern RELEASE_ALL =
            Pattern.compile("\\s*(?:SELECT|DO)\\s+RELEASE_ALL_LOCKS\\s*\\(\\s*\\)(?:\\s+(?:AS\\s+)?\\w+)?\\s*;?\\s*",
                    Pattern.CASE_INSENSITIVE);

    private static final int MOST = 64;

    /** None until there is one: nearly no session has any. */
    private Set<String> names = Set.of();
    private boolean others;

    /** A statement that takes or releases locks is over, however it ended. */
    void after(String text, boolean failed) {
        if (!failed && RELEASE_ALL.matcher(text).matches()) {
            clear();
            return;
        }
        if (text.isEmpty()) {
            others = true;
            return;
        }
        Matcher call = GET_OR_OTHER.matcher(text);
        while (call.find()) {
            switch (call.group("function").toUpperCase(Locale.ROOT)) {
                case "GET_LOCK" -> {
                    Matcher literal = LITERAL.matcher(text).region(call.end(), text.length());
                    if (literal.find() && names.size() < MOST && literal.group("name").chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
                        if (names.isEmpty()) {
                            names = new LinkedHashSet<>();
                        }
                        names.add(literal.group("name"));
                    } else {
                        others = true;
                    }
                }
                case "RELEASE_LOCK", "RELEASE_ALL_LOCKS", "IS_FREE_LOCK", "IS_USED_LOCK" -> {
                    // What is left says the answer.
                }
                default -> others = true;
            }
        }
    }

    /** An expression that is true if none of the named locks is held by the connection; null if that is certain without asking, or can't be asked. */
    @Nullable
    String expression() {
        if (others || names.isEmpty()) {
            return null;
        }
        List<String> each = new ArrayList<>();
        names.forEach(name -> each.add("IS_USED_LOCK(" + RestorePlan.text(name) + ")<=>CONNECTION_ID()"));
        return "NOT (" + String.join(" OR ", each) + ")";
    }

    boolean held() {
        return others || !names.isEmpty();
    }

    void clear() {
        names = Set.of();
        others = false;
    }
}
