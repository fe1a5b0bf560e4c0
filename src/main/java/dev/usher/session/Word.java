package dev.usher.session;

/**
 * What is known of a word.
 *
 * @param keyword what it means to the reader
 * @param builtIn a function of that name is built in
 * @param beforeParenthesis a word which can stand before a parenthesis without calling anything: IN, OVER, DATETIME
 * @param adjacent built in only when the parenthesis follows at once, unless sql_mode has IGNORE_SPACE
 */
record Word(Keyword keyword, boolean builtIn, boolean beforeParenthesis, boolean adjacent) {
    static final Word UNKNOWN = new Word(Keyword.NONE, false, false, false);
}
