package dev.usher.session;

import dev.usher.session.TokenHistory.Kind;

/**
 * Finds calls of functions: a name before a parenthesis, where a call can stand. When in doubt it is a call, and one of
 * stored code.
 */
final class CallReader {
    private final StatementTraits traits;
    private final TokenHistory history;
    private boolean enabled;
    private boolean enableAtQuery;
    /** In front of INSERT's list of columns: the name before the parenthesis is a table's. */
    private boolean insertHead;
    /** Between WITH and the statement proper: names before parentheses are those of the common table expressions. */
    private boolean withHeader;
    /** An executable comment began or ended since the last token. */
    private boolean boundary;

    CallReader(StatementTraits traits, TokenHistory history) {
        this.traits = traits;
        this.history = history;
    }

    void start() {
        enabled = true;
        enableAtQuery = false;
        insertHead = false;
        withHeader = false;
        boundary = false;
    }

    void enable() {
        enabled = true;
    }

    /** Nothing is evaluated: column types, key parts and options look like calls. */
    void disable() {
        enabled = false;
    }

    void enableAtQuery() {
        enableAtQuery = true;
    }

    void insertHead() {
        insertHead = true;
    }

    void withHeader() {
        withHeader = true;
    }

    void boundary() {
        boundary = true;
    }

    void token() {
        boundary = false;
    }

    void word(Keyword keyword, int depth) {
        switch (keyword) {
            case SELECT, SET, VALUES, VALUE, TABLE, WITH, UPDATE, DELETE -> {
                if (history.qualified || history.kind != Kind.WORD) {
                    return;
                }
                if (keyword == Keyword.SELECT && enableAtQuery) {
                    enabled = true;
                }
                if (depth == 0) {
                    insertHead = false;
                    withHeader &= keyword == Keyword.WITH;
                }
            }
            default -> {}
        }
    }

    void parenthesis(boolean gap, int depth) {
        if (enableAtQuery && (history.isKeyword(Keyword.VALUES) || isValuesRow())) {
            enabled = true;
        }
        if (boundary && enabled && isName()) {
            traits.add(Trait.UNSURE);
        }
        if (enabled && !insertHead && isName()) {
            call(gap, depth);
        }
        insertHead &= depth > 0;
    }

    private boolean isName() {
        return history.kind == Kind.WORD || history.kind == Kind.QUOTED_NAME;
    }

    private boolean isValuesRow() {
        return history.isKeyword(Keyword.ROW) && history.wasKeyword(Keyword.VALUES);
    }

    private void call(boolean gap, int depth) {
        Word word = history.word;
        if (history.qualified) {
            if (canBeCall(depth)) {
                traits.add(Trait.STORED_CODE);
            }
            return;
        }
        if (history.kind == Kind.WORD && word.beforeParenthesis()) {
            return;
        }
        special(word.keyword());
        boolean builtIn = word.builtIn() && history.kind == Kind.WORD && !(gap && word.adjacent());
        if (!builtIn && canBeCall(depth)) {
            traits.add(Trait.STORED_CODE);
        }
    }

    /** Judges by what stands before the name: a call cannot follow a value, an alias or a table's name can. */
    private boolean canBeCall(int depth) {
        return switch (history.kindBefore) {
            case START -> true;
            case STRING, NUMBER, QUOTED_NAME, USER_VARIABLE, SYSTEM_VARIABLE -> false;
            case SYMBOL -> history.symbolBefore != ')' && !(withHeader && depth == 0 && history.symbolBefore == ',');
            case WORD -> switch (history.wordBefore.keyword()) {
                case AS, INTO, TABLE -> false;
                case WITH, RECURSIVE -> !withHeader;
                default -> true;
            };
        };
    }

    private void special(Keyword keyword) {
        switch (keyword) {
            case LAST_INSERT_ID -> traits.add(Trait.READS_LAST_INSERT_ID);
            case ROW_COUNT -> traits.add(Trait.READS_ROW_COUNT);
            case FOUND_ROWS -> traits.add(Trait.READS_FOUND_ROWS);
            case CONNECTION_ID -> traits.add(Trait.READS_CONNECTION_ID);
            case GET_LOCK, RELEASE_LOCK, RELEASE_ALL_LOCKS, SERVICE_GET_READ_LOCKS, SERVICE_GET_WRITE_LOCKS,
                    SERVICE_RELEASE_LOCKS, VERSION_TOKENS_LOCK_SHARED, VERSION_TOKENS_LOCK_EXCLUSIVE,
                    VERSION_TOKENS_UNLOCK ->
                traits.add(Trait.NAMED_LOCK);
            case IS_FREE_LOCK, IS_USED_LOCK -> traits.add(Trait.READS_NAMED_LOCK);
            case LASTVAL -> traits.add(Trait.READS_SEQUENCE);
            case NEXTVAL -> traits.add(Trait.ADVANCES_SEQUENCE);
            default -> {}
        }
    }

    /** A system variable where it is read. */
    void systemVariable(Keyword keyword) {
        switch (keyword) {
            case LAST_INSERT_ID, IDENTITY -> traits.add(Trait.READS_LAST_INSERT_ID);
            case WARNING_COUNT, ERROR_COUNT -> traits.add(Trait.READS_CONDITION_COUNTS);
            case PSEUDO_THREAD_ID -> traits.add(Trait.READS_CONNECTION_ID);
            default -> {}
        }
    }
}
