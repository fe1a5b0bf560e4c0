package dev.usher.session;

/**
 * The last token, and where that is a name or the end of a chain of names ({@code db.t}), also what stood before the
 * chain: all the context that reading without a parser needs.
 */
final class TokenHistory {
    /** Kinds of tokens. */
    enum Kind {
        START,
        WORD,
        QUOTED_NAME,
        STRING,
        NUMBER,
        USER_VARIABLE,
        SYSTEM_VARIABLE,
        SYMBOL
    }

    Kind kind = Kind.START;
    Word word = Word.UNKNOWN;
    byte symbol;

    Kind kindBefore = Kind.START;
    Word wordBefore = Word.UNKNOWN;
    byte symbolBefore;

    /** The last token is a name after a dot: a column, a table, a routine, never a keyword. */
    boolean qualified;

    private boolean dotAfterName;

    void clear() {
        kind = Kind.START;
        word = Word.UNKNOWN;
        qualified = false;
        dotAfterName = false;
    }

    void name(Kind nameKind, Word name) {
        if (isSymbol('.') && dotAfterName) {
            qualified = true;
        } else {
            qualified = false;
            kindBefore = kind;
            wordBefore = word;
            symbolBefore = symbol;
        }
        kind = nameKind;
        word = name;
    }

    void symbol(byte b) {
        dotAfterName = b == '.' && (kind == Kind.WORD || kind == Kind.QUOTED_NAME);
        kind = Kind.SYMBOL;
        symbol = b;
    }

    void other(Kind otherKind) {
        kind = otherKind;
    }

    boolean isSymbol(char wanted) {
        return kind == Kind.SYMBOL && symbol == wanted;
    }

    boolean isKeyword(Keyword wanted) {
        return kind == Kind.WORD && !qualified && word.keyword() == wanted;
    }

    /** Quoted or not. */
    boolean isName(Keyword wanted) {
        return (kind == Kind.WORD || kind == Kind.QUOTED_NAME) && !qualified && word.keyword() == wanted;
    }

    boolean wasKeyword(Keyword wanted) {
        return kindBefore == Kind.WORD && wordBefore.keyword() == wanted;
    }
}
