package dev.usher.session;

/**
 * A statement's text without its literals: for ledgers and logs, where values have no business. Every string, number and hexadecimal literal is a question mark, comments
 * are gone, blanks are single, and lists of question marks are short.
 */
public final class StatementDigest {
    /** In characters. */
    private static final int LONGEST = 240;

    private final String text;
    private final LexMode mode;
    private final StringBuilder out = new StringBuilder(64);
    private int at;

    private StatementDigest(String text, LexMode mode) {
        this.text = text;
        this.mode = mode;
    }

    /** @param text may be the beginning of a longer one */
    public static String of(String text, LexMode mode) {
        return new StatementDigest(text, mode).read();
    }

    private String read() {
        while (at < text.length() && out.length() < LONGEST) {
            char c = text.charAt(at);
            if (c == '\'' || c == '"' && !mode.ansiQuotes()) {
                quoted(c);
                literal();
            } else if (c == '`' || c == '"') {
                name(c);
            } else if (c > 0x7F && mode.unsafeCharset()) {
                break; // from here on a quote may be part of a character
            } else if (c <= ' ') {
                at++;
                blank();
            } else if (c == '#' || c == '-' && text.startsWith("--", at) && at + 2 < text.length() && text.charAt(at + 2) <= ' ') {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end + 1;
                blank();
            } else if (text.startsWith("/*", at)) {
                int end = text.indexOf("*/", at + 2);
                at = end < 0 ? text.length() : end + 2;
                blank();
            } else if (c >= '0' && c <= '9' && !afterName()) {
                number();
                literal();
            } else {
                out.append(c);
                at++;
            }
        }
        String digest = out.toString().strip();
        return at < text.length() ? digest + " …" : digest;
    }

    private void blank() {
        if (!out.isEmpty() && out.charAt(out.length() - 1) != ' ') {
            out.append(' ');
        }
    }

    private boolean afterName() {
        if (out.isEmpty()) {
            return false;
        }
        char before = out.charAt(out.length() - 1);
        return Character.isLetterOrDigit(before) || before == '_' || before == '$' || before == '@' || before == '`'
                || before > 0x7F && before != '…';
    }

    private void quoted(char quote) {
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\' && !mode.noBackslashEscapes()) {
                at++;
            } else if (c == quote) {
                if (at + 1 < text.length() && text.charAt(at + 1) == quote) {
                    at++;
                } else {
                    break;
                }
            }
        }
        at = Math.min(text.length(), at + 1);
    }

    private void name(char quote) {
        int end = text.indexOf(quote, at + 1);
        int to = end < 0 ? text.length() : end + 1;
        out.append(text, at, Math.min(to, at + LONGEST));
        at = to;
    }

    private void number() {
        while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '.')) {
            at++;
        }
    }

    /** X'…' and _utf8'…' lose their introducer with their value only where it is a single letter: a name in front of a literal tells nothing. */
    private void literal() {
        String soFar = out.toString();
        if (soFar.endsWith("?, ?, ") || soFar.endsWith("?,?,")) {
            out.setLength(soFar.length() - (soFar.endsWith("?,?,") ? 2 : 3));
            out.append('…');
        } else if (!soFar.endsWith("…, ") && !soFar.endsWith("…,")) {
            out.append('?');
        } else {
            out.setLength(soFar.lastIndexOf('…') + 1);
        }
    }
}
