package dev.usher.session;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The statements that prepare, run and drop prepared statements by name, as far as their text alone says what runs: {@code PREPARE n FROM 'literal'} or {@code @variable},
 * {@code EXECUTE n}, {@code DEALLOCATE PREPARE n}, {@code EXECUTE IMMEDIATE 'literal'} or {@code @variable}. ASCII only: servers do not agree on what else becomes of such a text.
 */
public sealed interface SqlPrepare {
    /** @param name in lower case; the servers do not tell cases apart */
    record Prepare(String name, String text) implements SqlPrepare {}

    /** @param variable the name of the user variable that has the text, in lower case */
    record PrepareFrom(String name, String variable) implements SqlPrepare {}

    record Execute(String name) implements SqlPrepare {}

    record Deallocate(String name) implements SqlPrepare {}

    /** @param using whether it has parameters */
    record Immediate(String text, boolean using) implements SqlPrepare {}

    /**
     * @param variable the name of the user variable that has the text, in lower case
     * @param start index of its {@code @} in the statement
     * @param end index behind its name
     */
    record ImmediateFrom(String variable, int start, int end) implements SqlPrepare {}

    /**
     * @param statement a single statement
     * @return null if it is none of these, or in a form that is not read here
     */
    static @Nullable SqlPrepare of(String statement, LexMode mode) {
        Scanner in = new Scanner(statement, mode);
        String first = in.word();
        SqlPrepare read =
                switch (first) {
                    case "PREPARE" -> prepare(in);
                    case "EXECUTE" -> execute(in);
                    case "DEALLOCATE", "DROP" -> in.word().equals("PREPARE") ? deallocate(in) : null;
                    default -> null;
                };
        return in.failed || read == null ? null : read;
    }

    private static @Nullable SqlPrepare prepare(Scanner in) {
        String name = in.name();
        if (!in.word().equals("FROM")) {
            return null;
        }
        if (in.skip('@')) {
            String variable = in.name();
            return in.atEnd() ? new PrepareFrom(name, variable) : null;
        }
        String text = in.literal();
        return in.atEnd() ? new Prepare(name, text) : null;
    }

    private static @Nullable SqlPrepare execute(Scanner in) {
        String name = in.name();
        if (name.equals("immediate")) {
            if (in.skip('@')) {
                int start = in.at - 1;
                String variable = in.name();
                int end = in.at;
                return in.atEnd() || in.word().equals("USING") ? new ImmediateFrom(variable, start, end) : null;
            }
            String text = in.literal();
            return in.atEnd() ? new Immediate(text, false) : in.word().equals("USING") ? new Immediate(text, true) : null;
        }
        return in.atEnd() || in.word().equals("USING") ? new Execute(name) : null;
    }

    private static @Nullable SqlPrepare deallocate(Scanner in) {
        String name = in.name();
        return in.atEnd() ? new Deallocate(name) : null;
    }

    /** Reads a text from its beginning; {@link #failed} once it is not what was expected. */
    final class Scanner {
        private final String text;
        private final LexMode mode;
        private int at;
        private boolean failed;

        private Scanner(String text, LexMode mode) {
            this.text = text;
            this.mode = mode;
        }

        private void blanks() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private boolean skip(char c) {
            blanks();
            boolean there = at < text.length() && text.charAt(at) == c;
            at += there ? 1 : 0;
            return there;
        }

        private boolean atEnd() {
            blanks();
            while (skip(';')) {
                blanks();
            }
            return at == text.length();
        }

        private String word() {
            blanks();
            int start = at;
            while (at < text.length() && isNamePart(text.charAt(at))) {
                at++;
            }
            return text.substring(start, at).toUpperCase(Locale.ROOT);
        }

        private static boolean isNamePart(char c) {
            return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c == '.';
        }

        private String name() {
            blanks();
            String name;
            if (at < text.length() && text.charAt(at) == '`') {
                int end = text.indexOf('`', at + 1);
                name = end < 0 ? "" : text.substring(at + 1, end);
                at = end < 0 ? at : end + 1;
            } else {
                name = word();
            }
            failed |= name.isEmpty() || !name.chars().allMatch(c -> isNamePart((char) c));
            return name.toLowerCase(Locale.ROOT);
        }

        private String literal() {
            blanks();
            char quote = at < text.length() ? text.charAt(at) : 0;
            if (quote != '\'' && (quote != '"' || mode.ansiQuotes())) {
                failed = true;
                return "";
            }
            StringBuilder value = new StringBuilder();
            for (at++; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == quote) {
                    if (at + 1 >= text.length() || text.charAt(at + 1) != quote) {
                        at++;
                        return value.toString();
                    }
                    at++;
                } else if (c == '\\' && !mode.noBackslashEscapes()) {
                    at++;
                    c = at < text.length() ? escaped(text.charAt(at)) : 0;
                }
                failed |= !isPlain(c);
                value.append(c);
            }
            failed = true;
            return "";
        }

        private char escaped(char c) {
            return switch (c) {
                case 'n' -> '\n';
                case 't' -> '\t';
                case 'r' -> '\r';
                case 'b', 'Z', '0', '%', '_' -> 0;
                default -> c;
            };
        }
    }

    /** Whether a character is read alike in every character set of a client. */
    static boolean isPlain(char c) {
        return c >= ' ' && c < 0x7F || c == '\n' || c == '\t' || c == '\r';
    }
}
