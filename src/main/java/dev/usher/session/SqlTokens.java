package dev.usher.session;

import dev.usher.session.SqlToken.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Cuts a whole text into tokens with their places, for the few statements that are rewritten. {@link SqlLexer}, which reads every statement, keeps no places; what
 * it could not be sure of does not come here.
 */
final class SqlTokens {
    private final byte[] text;
    private final LexMode mode;
    private final Flavour flavour;
    private final List<SqlToken> tokens = new ArrayList<>();
    private boolean inComment;
    private int at;

    private SqlTokens(byte[] text, LexMode mode, Flavour flavour) {
        this.text = text;
        this.mode = mode;
        this.flavour = flavour;
    }

    static List<SqlToken> of(byte[] text, LexMode mode, Flavour flavour) {
        SqlTokens reading = new SqlTokens(text, mode, flavour);
        while (reading.at < text.length) {
            reading.next();
        }
        return reading.tokens;
    }

    private int peek(int ahead) {
        return at + ahead < text.length ? text[at + ahead] : -1;
    }

    private void next() {
        byte b = text[at];
        switch (ByteClass.of(b)) {
            case ByteClass.BLANK, ByteClass.CONTROL -> at++;
            case ByteClass.NAME -> name(Kind.WORD, at, at);
            case ByteClass.QUOTE -> {
                boolean name = b == '`' || b == '"' && mode.ansiQuotes();
                quoted(name ? Kind.QUOTED_NAME : Kind.STRING, at, at);
            }
            case ByteClass.LEADS -> lead(b);
            default -> symbol(1);
        }
    }

    private void lead(byte b) {
        if (b == '#' || b == '-' && peek(1) == '-' && (peek(2) < 0 || peek(2) <= ' ')) {
            while (at < text.length && text[at] != '\n') {
                at++;
            }
        } else if (b == '/' && peek(1) == '*') {
            comment();
        } else if (b == '*' && peek(1) == '/' && inComment) {
            inComment = false;
            mark(2);
        } else if (b == '@' && peek(1) == '@') {
            variable();
        } else if (b == '@' && peek(1) >= 0) {
            int start = at++;
            if (ByteClass.of(text[at]) == ByteClass.QUOTE) {
                quoted(Kind.USER_VARIABLE, start, at);
            } else {
                name(Kind.USER_VARIABLE, start, at);
            }
        } else {
            symbol(b == ':' && peek(1) == '=' ? 2 : 1);
        }
    }

    private void comment() {
        int versionAt = peek(2) == '!' ? 3 : peek(2) == 'M' && peek(3) == '!' && flavour == Flavour.MARIADB ? 4 : 0;
        if (versionAt > 0) {
            int digits = 0;
            while (digits < 6 && peek(versionAt + digits) >= '0' && peek(versionAt + digits) <= '9') {
                digits++;
            }
            inComment = true;
            mark(versionAt + (digits >= 5 ? digits : 0));
            return;
        }
        at += 2;
        while (at < text.length && !(text[at] == '*' && peek(1) == '/')) {
            at++;
        }
        at = Math.min(text.length, at + 2);
    }

    private void mark(int length) {
        tokens.add(new SqlToken(Kind.COMMENT_MARK, at, at + length, ""));
        at += length;
    }

    private void symbol(int length) {
        tokens.add(new SqlToken(Kind.SYMBOL, at, at + length, String.valueOf((char) (text[at] & 0xFF))));
        at += length;
    }

    private void name(Kind kind, int start, int from) {
        at = from;
        while (at < text.length && (ByteClass.of(text[at]) == ByteClass.NAME || kind == Kind.USER_VARIABLE && text[at] == '.')) {
            at += text[at] < 0 && mode.unsafeCharset() && at + 1 < text.length ? 2 : 1;
        }
        String lower = new String(text, from, at - from, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        boolean number = kind == Kind.WORD && lower.charAt(0) >= '0' && lower.charAt(0) <= '9';
        tokens.add(new SqlToken(number ? Kind.NUMBER : kind, start, at, number ? "" : lower));
        if (at == from) {
            at++;
        }
    }

    /** {@code @@name}, {@code @@session.name}, each part with or without backticks. */
    private void variable() {
        int start = at;
        at += 2;
        String lower = part();
        if ((lower.equals("session") || lower.equals("local") || lower.equals("global")) && peek(0) == '.') {
            at++;
            String name = part();
            lower = lower.equals("global") ? "global." + name : name;
        }
        tokens.add(new SqlToken(Kind.SYSTEM_VARIABLE, start, at, lower));
    }

    private String part() {
        int from = at;
        boolean quoted = peek(0) == '`';
        if (quoted) {
            from = ++at;
            while (at < text.length && text[at] != '`') {
                at++;
            }
        } else {
            while (at < text.length && ByteClass.of(text[at]) == ByteClass.NAME) {
                at++;
            }
        }
        String name = new String(text, from, at - from, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        at = Math.min(text.length, quoted ? at + 1 : at);
        return name;
    }

    private void quoted(Kind kind, int start, int from) {
        byte quote = text[from];
        boolean escapes = !mode.noBackslashEscapes() && quote != '`' && !(quote == '"' && mode.ansiQuotes());
        at = from + 1;
        while (at < text.length) {
            byte b = text[at];
            if (b == quote) {
                if (peek(1) != quote) {
                    break;
                }
                at++;
            } else if (b == '\\' && escapes || b < 0 && mode.unsafeCharset()) {
                at++;
            }
            at++;
        }
        at = Math.min(text.length, at + 1);
        tokens.add(new SqlToken(kind, start, at, ""));
    }
}
