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
    /** By depth: the parentheses opened there last are those of AS (…), the query of a common table expression. */
    private long queriesOfNames;
    /** The last comma stands behind such a query: what follows is the name of the next one. */
    private boolean nextName;
    /** Behind MATCH, whose AGAINST calls nothing. */
    private boolean match;
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
        queriesOfNames = 0;
        nextName = false;
        match = false;
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
                insertHead &= depth > 0;
            }
            case MATCH -> match = history.kind == Kind.WORD && !history.qualified;
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
            call(gap);
        }
        insertHead &= depth > 0;
        long opened = 1L << depth;
        queriesOfNames = history.isKeyword(Keyword.AS) && depth < Long.SIZE ? queriesOfNames | opened : queriesOfNames & ~opened;
    }

    /** @param depth of parentheses in which it stands */
    void comma(int depth) {
        boolean behindQuery = history.isSymbol(')') && depth < Long.SIZE && (queriesOfNames >>> depth & 1) != 0;
        nextName = behindQuery || history.isKeyword(Keyword.RESTRICT);
    }

    private boolean isName() {
        return history.kind == Kind.WORD || history.kind == Kind.QUOTED_NAME;
    }

    private boolean isValuesRow() {
        return history.isKeyword(Keyword.ROW) && history.wasKeyword(Keyword.VALUES);
    }

    private void call(boolean gap) {
        Word word = history.word;
        if (history.qualified) {
            if (canBeCall()) {
                traits.add(Trait.STORED_CODE);
            }
            return;
        }
        if (history.kind == Kind.WORD && word.beforeParenthesis()) {
            return;
        }
        if (match && history.isKeyword(Keyword.AGAINST)) {
            match = false;
            return;
        }
        special(word.keyword());
        boolean builtIn = word.builtIn() && history.kind == Kind.WORD && !(gap && word.adjacent());
        if (!builtIn && canBeCall()) {
            traits.add(Trait.STORED_CODE);
        }
    }

    /** Judges by what stands before the name: a call cannot follow a value, an alias or a table's name can. */
    private boolean canBeCall() {
        return switch (history.kindBefore) {
            case START -> true;
            case STRING, NUMBER, QUOTED_NAME, USER_VARIABLE, SYSTEM_VARIABLE -> false;
            case SYMBOL -> history.symbolBefore != ')' && !(nextName && history.symbolBefore == ',');
            case WORD -> switch (history.wordBefore.keyword()) {
                case AS, INTO, TABLE, WITH, RECURSIVE, PROCEDURE -> false;
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
