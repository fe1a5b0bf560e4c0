package dev.usher.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Bytes to tokens: a state machine that can stop behind any byte. It follows the servers' lexers: where a text could be
 * read in two ways, by another character set, version or server, it reports {@link Trait#UNSURE}. Long, because its states
 * are one machine over the same few fields, and the loops of the hot path belong beside them.
 */
final class TokenScanner {
    // States. CODE, NAME, QUOTED and the two comments have loops of their own; the others see one byte and move on.
    private static final int CODE = 0;
    private static final int NAME = 1;
    private static final int QUOTED = 2;
    private static final int BLOCK_COMMENT = 3;
    private static final int LINE_COMMENT = 4;
    private static final int ESCAPED = 5;
    private static final int QUOTE_SEEN = 6;
    private static final int SLASH = 7;
    private static final int DASH = 8;
    private static final int DASHES = 9;
    private static final int AT = 10;
    private static final int AT_AT = 11;
    private static final int COLON = 12;
    private static final int COMMENT_OPEN = 13;
    private static final int COMMENT_M = 14;
    private static final int COMMENT_STAR = 15;
    private static final int VERSION = 16;
    private static final int STAR = 17;

    // What the name or quoted text being read is.
    private static final int PLAIN = 0;
    private static final int USER_VARIABLE = 1;
    private static final int SYSTEM_VARIABLE = 2;
    private static final int STRING = 3;

    private static final byte NO_QUOTE = 0;

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** In each byte a one, to be multiplied with what is looked for. */
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGHEST_BITS = ONES << 7;
    /** Bytes of a string looked at together: enough for a loop that the JVM compiles to vector instructions. */
    private static final int BLOCK = 512;
    /** Bytes behind which a string may be a long one: a block takes as long as they do. */
    private static final int SHORT = 128;

    private final Flavour flavour;
    private final WordTable words;
    private final StatementTraits traits;
    private final StatementReader reader;
    private final TokenText text = new TokenText();

    private LexMode mode = LexMode.DEFAULT;
    private int state = CODE;
    private int role = PLAIN;
    private byte quote;
    private boolean backslashEscapes;
    /** Blanks or a comment since the last token. */
    private boolean gap;
    /** In an optimizer hint, the quote that is open in it: the server's hint lexer honours quotes. */
    private boolean hint;
    private byte hintQuote;
    private int versionDigits;
    /** The byte that ended a one-byte state belongs to what comes next. */
    private boolean again;
    private final ExecutableComments comments = new ExecutableComments();

    TokenScanner(Flavour flavour, StatementTraits traits, StatementReader reader) {
        this.flavour = flavour;
        this.words = WordTable.of(flavour);
        this.traits = traits;
        this.reader = reader;
    }

    void start(LexMode lexMode) {
        mode = lexMode;
        state = CODE;
        role = PLAIN;
        gap = false;
        hint = false;
        comments.start();
        reader.start();
    }

    void scan(byte[] a, int from, int to) {
        if (mode.unsafeCharset()) {
            distrustCharacters(a, from, to);
        }
        int i = from;
        while (i < to) {
            i = switch (state) {
                case CODE -> code(a, i, to);
                case NAME -> name(a, i, to);
                case QUOTED -> quoted(a, i, to);
                case BLOCK_COMMENT -> blockComment(a, i, to);
                case LINE_COMMENT -> lineComment(a, i, to);
                default -> step(a[i]) ? i + 1 : i;
            };
        }
    }

    void finish() {
        switch (state) {
            case CODE, LINE_COMMENT -> {}
            case DASHES -> reader.comment();
            case NAME -> endName();
            case QUOTE_SEEN -> endQuoted();
            case SLASH -> symbol((byte) '/');
            case DASH -> symbol((byte) '-');
            case COLON -> symbol((byte) ':');
            case STAR -> symbol((byte) '*');
            default -> unsure(); // in a quote, a comment, or behind an @
        }
        if (comments.open()) {
            unsure();
        }
        if (comments.undecided(traits.verb())) {
            unsure();
        }
        reader.end();
        if (mode.oracle()) {
            traits.remove(Trait.SINGLE);
        }
    }

    private void distrustCharacters(byte[] a, int from, int to) {
        for (int i = from; i < to; i++) {
            if (a[i] < 0) {
                unsure(); // from here on a quote may be part of a character
                return;
            }
        }
    }

    private void unsure() {
        traits.add(Trait.UNSURE);
    }

    private int code(byte[] a, int start, int to) {
        int i = start;
        while (i < to) {
            byte b = a[i];
            switch (ByteClass.of(b)) {
                case ByteClass.BLANK -> gap = true;
                case ByteClass.NAME -> {
                    if (b == '$') {
                        unsure(); // MySQL 9: may be $$…$$, a string
                    }
                    startName(PLAIN);
                    return i;
                }
                case ByteClass.QUOTE -> {
                    if (b == '`' || (b == '"' && mode.ansiQuotes())) {
                        startQuoted(b, PLAIN);
                    } else {
                        startQuoted(b, STRING);
                    }
                    return i + 1;
                }
                case ByteClass.LEADS -> {
                    if (b == ';') {
                        semicolon();
                    } else if (lead(b)) {
                        return i + 1;
                    }
                }
                case ByteClass.CONTROL -> {
                    unsure();
                    gap = true;
                }
                default -> symbol(b);
            }
            i++;
        }
        return i;
    }

    /** A byte that may begin something longer; {@code true} if the state changed. */
    private boolean lead(byte b) {
        switch (b) {
            case '/' -> state = SLASH;
            case '-' -> state = DASH;
            case '@' -> state = AT;
            case ':' -> state = COLON;
            case '#' -> startLineComment();
            default -> {
                if (!comments.open()) {
                    symbol(b); // an asterisk
                    return false;
                }
                state = STAR;
            }
        }
        return true;
    }

    /** The states of one byte; {@code false} if the byte is to be seen again in the new state. */
    private boolean step(byte b) {
        again = false;
        state = switch (state) {
            case ESCAPED -> {
                appendQuoted(b);
                yield QUOTED;
            }
            case QUOTE_SEEN -> quoteSeen(b);
            case SLASH -> b == '*' ? COMMENT_OPEN : lone('/');
            case DASH -> b == '-' ? DASHES : lone('-');
            case DASHES -> dashes(b);
            case AT -> at(b);
            case AT_AT -> atAt(b);
            case COLON -> colon(b);
            case COMMENT_OPEN -> commentOpen(b);
            case COMMENT_M -> b == '!' ? openExecutable() : plainComment();
            case COMMENT_STAR -> commentStar(b);
            case VERSION -> version(b);
            case STAR -> b == '/' ? closeExecutable() : lone('*');
            default -> throw new IllegalStateException("state " + state);
        };
        return !again;
    }

    /** What could have begun something longer was a symbol alone. */
    private int lone(char c) {
        symbol((byte) c);
        return seeAgain(CODE);
    }

    private int seeAgain(int next) {
        again = true;
        return next;
    }

    private int quoteSeen(byte b) {
        if (b == quote) {
            appendQuoted(b);
            return QUOTED;
        }
        endQuoted();
        return seeAgain(CODE);
    }

    /** Behind {@code --}: a comment only if a blank or a control character follows. */
    private int dashes(byte b) {
        if (ByteClass.of(b) == ByteClass.BLANK || ByteClass.of(b) == ByteClass.CONTROL) {
            startLineComment();
            return seeAgain(LINE_COMMENT);
        }
        if (b < 0) {
            unsure(); // a blank in some character sets
        }
        symbol((byte) '-');
        if (b == '-') {
            return DASHES; // three dashes: the second may begin the comment
        }
        return lone('-');
    }

    private int at(byte b) {
        if (b == '@') {
            return AT_AT;
        }
        if (ByteClass.of(b) == ByteClass.QUOTE) {
            startQuoted(b, USER_VARIABLE);
            return QUOTED;
        }
        if (ByteClass.of(b) == ByteClass.NAME || b == '.') {
            startName(USER_VARIABLE);
            return seeAgain(NAME);
        }
        unsure();
        return seeAgain(CODE);
    }

    private int atAt(byte b) {
        if (b == '`' || (b == '"' && mode.ansiQuotes())) {
            startQuoted(b, SYSTEM_VARIABLE);
            return QUOTED;
        }
        if (ByteClass.of(b) == ByteClass.NAME) {
            startName(SYSTEM_VARIABLE);
            return seeAgain(NAME);
        }
        unsure();
        return seeAgain(CODE);
    }

    private int colon(byte b) {
        if (b == '=') {
            symbol(SqlLexer.ASSIGN);
            return CODE;
        }
        return lone(':');
    }

    private int commentOpen(byte b) {
        hint = b == '+';
        hintQuote = NO_QUOTE;
        if (b == '!') {
            return openExecutable();
        }
        if (b == 'M' && flavour == Flavour.MARIADB) {
            return COMMENT_M;
        }
        return plainComment();
    }

    private int plainComment() {
        reader.comment();
        return seeAgain(BLOCK_COMMENT);
    }

    private int commentStar(byte b) {
        if (b == '*') {
            return COMMENT_STAR;
        }
        if (b != '/') {
            return seeAgain(BLOCK_COMMENT);
        }
        if (hintQuote != NO_QUOTE) {
            unsure(); // the end of the hint, or part of a quoted name in it
        }
        gap = true;
        return CODE;
    }

    private int openExecutable() {
        if (comments.open()) {
            unsure(); // nested: whether the first or the second end closes it depends on what runs
        }
        traits.add(Trait.EXECUTABLE_COMMENT);
        comments.begin();
        reader.comment();
        reader.boundary();
        gap = true;
        versionDigits = 0;
        return VERSION;
    }

    /** A version is five or six digits; fewer are part of the code. */
    private int version(byte b) {
        boolean digit = b >= '0' && b <= '9';
        if (digit && versionDigits < 6) {
            versionDigits++;
            return VERSION;
        }
        if (versionDigits > 0 && versionDigits < 5) {
            unsure();
        }
        return seeAgain(CODE);
    }

    private int closeExecutable() {
        comments.end();
        reader.boundary();
        gap = true;
        return CODE;
    }

    private int blockComment(byte[] a, int start, int to) {
        for (int i = start; i < to; i++) {
            byte b = a[i];
            if (b == '*') {
                state = COMMENT_STAR;
                return i + 1;
            }
            if (b == 0) {
                unsure();
            }
            if (hint && ByteClass.of(b) == ByteClass.QUOTE) {
                if (hintQuote == NO_QUOTE) {
                    hintQuote = b;
                } else if (hintQuote == b) {
                    hintQuote = NO_QUOTE;
                }
            }
        }
        return to;
    }

    private void startLineComment() {
        if (comments.open()) {
            unsure(); // if skipped, the comment around it may end on this line
        }
        reader.comment();
        gap = true;
        state = LINE_COMMENT;
    }

    private int lineComment(byte[] a, int start, int to) {
        for (int i = start; i < to; i++) {
            if (a[i] == '\n') {
                state = CODE;
                return i + 1;
            }
            if (a[i] == 0) {
                unsure(); // ends the comment in some servers
            }
        }
        return to;
    }

    private void startName(int newRole) {
        text.clear();
        role = newRole;
        state = NAME;
    }

    private int name(byte[] a, int start, int to) {
        for (int i = text.appendName(a, start, to); i < to; i++) {
            byte b = a[i];
            if (ByteClass.of(b) != ByteClass.NAME && !(b == '.' && role == USER_VARIABLE)) {
                endName();
                return i;
            }
            if (b < 0 && !ByteClass.continuesCharacter(text, b)) {
                unsure(); // a blank in some character sets
            }
            text.append(ByteClass.lower(b));
        }
        return to;
    }

    private void endName() {
        state = CODE;
        int ended = role;
        role = PLAIN;
        comments.token();
        switch (ended) {
            case USER_VARIABLE -> reader.userVariable(text, gap);
            case SYSTEM_VARIABLE -> reader.systemVariable(text, words.find(text));
            default -> {
                if (isNumber()) {
                    reader.number(text);
                } else if (text.cut) {
                    unsure();
                    reader.word(text, Word.UNKNOWN);
                } else {
                    reader.word(text, words.find(text));
                }
            }
        }
        gap = false;
    }

    /** Digits alone, or a hexadecimal or binary literal, which may be of any length. */
    private boolean isNumber() {
        byte first = text.bytes[0];
        if (first < '0' || first > '9') {
            return false;
        }
        if (first == '0' && text.length > 1 && (text.bytes[1] == 'x' || text.bytes[1] == 'b')) {
            return true;
        }
        for (int i = 1; i < text.length; i++) {
            if (text.bytes[i] < '0' || text.bytes[i] > '9') {
                return false;
            }
        }
        return true;
    }

    private void startQuoted(byte newQuote, int newRole) {
        text.clear();
        quote = newQuote;
        role = newRole;
        backslashEscapes = !mode.noBackslashEscapes() && newQuote != '`' && !(newQuote == '"' && mode.ansiQuotes());
        state = QUOTED;
    }

    private int quoted(byte[] a, int start, int to) {
        if (role == STRING && !comments.open()) {
            return string(a, start, to);
        }
        for (int i = start; i < to; i++) {
            byte b = a[i];
            if (b == quote) {
                state = QUOTE_SEEN;
                return i + 1;
            }
            if (b == '\\' && backslashEscapes) {
                text.opaque = true;
                state = ESCAPED;
                return i + 1;
            }
            if (b == '*' && comments.open()) {
                unsure(); // if skipped, the comment may end inside this quote
            }
            appendQuoted(b);
        }
        return to;
    }

    /** Most of the bytes of most large statements: a block at once, and eight at once where a block has one that is not just text. */
    private int string(byte[] a, int start, int to) {
        byte end = quote;
        byte escape = backslashEscapes ? (byte) '\\' : end;
        long ends = ONES * end;
        long escapes = ONES * escape;
        int i = start;
        int nextBlock = start + SHORT;
        while (i < to) {
            if (i >= nextBlock) {
                i = behindJustText(a, i, to, ends, escapes);
                nextBlock = i + BLOCK;
                continue;
            }
            if (i + Long.BYTES <= to) {
                long eight = (long) EIGHT.get(a, i);
                long found = HIGHEST_BITS & (zero(eight) | zero(eight ^ ends) | zero(eight ^ escapes));
                if (found == 0) {
                    i += Long.BYTES;
                    continue;
                }
                i += Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
            byte b = a[i++];
            if (b == end) {
                state = QUOTE_SEEN;
                return i;
            }
            if (b == escape) {
                if (i == to) {
                    state = ESCAPED;
                    return i;
                }
                b = a[i++];
            }
            if (b == 0) {
                reader.nulInString();
            }
        }
        return to;
    }

    /** Passes whole blocks that have no byte that ends a string, escapes the next one or is 0. */
    private static int behindJustText(byte[] a, int start, int to, long ends, long escapes) {
        int from = start;
        while (from + BLOCK <= to) {
            long found = 0;
            for (int i = 0; i < BLOCK; i += Long.BYTES) {
                long eight = (long) EIGHT.get(a, from + i);
                found |= zero(eight) | zero(eight ^ ends) | zero(eight ^ escapes);
            }
            if ((found & HIGHEST_BITS) != 0) { // within the loop it would keep the JVM from vectors
                break;
            }
            from += BLOCK;
        }
        return from;
    }

    /** Of the {@link #HIGHEST_BITS}, the lowest one that is set stands in the first of the eight bytes that is 0. */
    private static long zero(long eight) {
        return eight - ONES & ~eight;
    }

    private void appendQuoted(byte b) {
        if (role == STRING) {
            if (b == 0) {
                reader.nulInString();
            }
            return;
        }
        if (b == 0) {
            unsure();
        }
        text.append(ByteClass.lower(b));
    }

    private void endQuoted() {
        int ended = role;
        role = PLAIN;
        state = CODE;
        comments.token();
        if (ended != STRING && text.cut) {
            unsure();
        }
        switch (ended) {
            case USER_VARIABLE -> reader.userVariable(text, gap);
            case SYSTEM_VARIABLE -> reader.systemVariable(text, words.find(text));
            case STRING -> reader.string();
            default -> reader.quotedName(text, text.cut ? Word.UNKNOWN : words.find(text));
        }
        gap = false;
    }

    private void symbol(byte b) {
        comments.symbol(b);
        reader.symbol(b, gap);
        gap = false;
    }

    private void semicolon() {
        comments.symbol((byte) ';');
        reader.semicolon();
        gap = false;
    }
}
