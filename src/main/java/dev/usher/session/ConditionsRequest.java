package dev.usher.session;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement that reads the conditions of the one before it. */
public sealed interface ConditionsRequest {
    /** Which of them. */
    enum Kind {
        SHOW,
        COUNT,
        GET
    }

    Kind kind();

    /** SHOW WARNINGS, SHOW ERRORS. */
    record Show(boolean errorsOnly, long skip, long take) implements ConditionsRequest {
        @Override
        public Kind kind() {
            return Kind.SHOW;
        }
    }

    /** SHOW COUNT(*) WARNINGS, SHOW COUNT(*) ERRORS. */
    record Count(boolean errorsOnly) implements ConditionsRequest {
        @Override
        public Kind kind() {
            return Kind.COUNT;
        }
    }

    /** GET DIAGNOSTICS. */
    record Get(byte[] text, List<SqlToken> tokens) implements ConditionsRequest {
        /** A SET of the same values, in ISO-8859-1; null if the server itself has to say what is wrong with it. */
        public @Nullable String answer(Conditions conditions, long rowCount) {
            return DiagnosticsAnswer.sql(text, tokens, conditions, rowCount);
        }

        /** Whether it names a condition that there is not. */
        public boolean beyond(Conditions conditions) {
            int at = tokens.get(1).isWord("current") ? 3 : 2;
            return at + 1 < tokens.size() && tokens.get(at).isWord("condition") && number(text, tokens.get(at + 1)) > conditions.size();
        }

        /** This statement for a condition that no server has. */
        public byte[] none() {
            SqlToken number = tokens.get(tokens.get(1).isWord("current") ? 4 : 3);
            String before = new String(text, 0, number.start(), StandardCharsets.ISO_8859_1);
            String behind = new String(text, number.end(), text.length - number.end(), StandardCharsets.ISO_8859_1);
            return (before + Integer.MAX_VALUE + behind).getBytes(StandardCharsets.ISO_8859_1);
        }

        @Override
        public Kind kind() {
            return Kind.GET;
        }
    }

    /** @return null for what is none of these, or not a correct one: the server says so itself */
    static @Nullable ConditionsRequest of(byte[] text, LexMode mode, Flavour flavour) {
        List<SqlToken> tokens =
                SqlTokens.of(text, mode, flavour).stream().filter(each -> each.kind() != SqlToken.Kind.COMMENT_MARK).toList();
        while (!tokens.isEmpty() && tokens.getLast().isSymbol(';')) {
            tokens = tokens.subList(0, tokens.size() - 1);
        }
        if (tokens.size() < 2) {
            return null;
        }
        if (tokens.get(0).isWord("get")) {
            return new Get(text, tokens);
        }
        if (!tokens.get(0).isWord("show")) {
            return null;
        }
        SqlToken last = tokens.getLast();
        if (tokens.get(1).isWord("count")) {
            return tokens.size() == 6 && what(last) ? new Count(last.isWord("errors")) : null;
        }
        if (!what(tokens.get(1))) {
            return null;
        }
        boolean errorsOnly = tokens.get(1).isWord("errors");
        if (tokens.size() == 2) {
            return new Show(errorsOnly, 0, Long.MAX_VALUE);
        }
        if (!tokens.get(2).isWord("limit") || tokens.size() > 6) {
            return null;
        }
        long first = tokens.size() > 3 ? number(text, tokens.get(3)) : -1;
        long second = tokens.size() == 6 ? number(text, last) : 0;
        if (first < 0 || second < 0 || tokens.size() == 5) {
            return null;
        }
        if (tokens.size() == 4) {
            return new Show(errorsOnly, 0, first);
        }
        return tokens.get(4).isWord("offset") ? new Show(errorsOnly, second, first)
                : tokens.get(4).isSymbol(',') ? new Show(errorsOnly, first, second) : null;
    }

    private static boolean what(SqlToken token) {
        return token.isWord("warnings") || token.isWord("errors");
    }

    /** Its value, or -1. */
    static long number(byte[] text, SqlToken token) {
        int length = token.end() - token.start();
        if (token.kind() != SqlToken.Kind.NUMBER || length > 18) {
            return -1;
        }
        String digits = new String(text, token.start(), length, StandardCharsets.US_ASCII);
        return digits.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.parseLong(digits) : -1;
    }
}
