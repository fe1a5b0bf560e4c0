package dev.usher.session;

/**
 * A piece of a statement's text.
 *
 * @param start index of its first byte
 * @param end index behind its last byte
 * @param lower a word, or the name of a system variable without {@code @@}, in lower case; otherwise empty
 */
record SqlToken(Kind kind, int start, int end, String lower) {
    /** What it is. */
    enum Kind {
        WORD,
        /** In backticks, or in double quotes under ANSI_QUOTES. */
        QUOTED_NAME,
        STRING,
        NUMBER,
        USER_VARIABLE,
        SYSTEM_VARIABLE,
        SYMBOL,
        /** The beginning or the end of an executable comment: what is in between is code. */
        COMMENT_MARK
    }

    boolean isWord(String word) {
        return kind == Kind.WORD && lower.equals(word);
    }

    boolean isSymbol(char symbol) {
        return kind == Kind.SYMBOL && lower.charAt(0) == symbol;
    }
}
