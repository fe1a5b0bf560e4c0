package dev.usher.session;

import dev.usher.session.TokenHistory.Kind;

/**
 * Turns the tokens of a text into its traits. Knows where statements begin and end, and what their first words
 * mean. Long, because two switches name every statement there is; what needs more than a line has its own reader.
 */
final class StatementReader {
    private static final long NOT_SINGLE = Trait.bits(Trait.UNSURE, Trait.COMPOUND);

    private enum Mode {
        /** The first word is not there yet. */
        FIRST,
        /** Queries, data changes and whatever needs only the checks that are made everywhere. */
        GENERIC,
        SET,
        SHOW,
        START,
        GET,
        /** Short statements: {@link CommandReader}. */
        COMMAND,
        /** CREATE, ALTER, DROP: {@link DefinitionReader}. */
        DEFINITION,
        LOAD,
        EXPLAIN,
        /** A routine's body: not run now. */
        BODY
    }

    private final StatementTraits traits;
    private final TokenHistory history = new TokenHistory();
    private final CallReader calls;
    private final RowsReader rows;
    private final SetReader set;
    private final CommandReader command;
    private final DefinitionReader definition;

    private Mode mode = Mode.FIRST;
    private int depth;
    private int words;
    private boolean tokens;
    private boolean intoList;
    /** User variables may be written by this statement wherever they stand in it: CALL's OUT parameters. */
    private boolean writesVariables;
    private boolean accounts;
    /** The last tokens are {@code @@session} or {@code @@session.}, not as the target of a SET. */
    private boolean scopeRead;

    /** The last token is a user variable; unless := follows, it is read. */
    private boolean variableUndecided;

    /** The statement begins with ANALYZE. */
    private boolean analyzes;

    private boolean anyTokens;
    private boolean afterSemicolon;
    private boolean several;

    StatementReader(Flavour flavour, StatementTraits traits) {
        this.traits = traits;
        calls = new CallReader(traits, history);
        rows = new RowsReader(history);
        set = new SetReader(traits, flavour);
        command = new CommandReader(traits);
        definition = new DefinitionReader(traits);
    }

    void start() {
        anyTokens = false;
        afterSemicolon = false;
        several = false;
        begin();
    }

    private void begin() {
        history.clear();
        calls.start();
        rows.start();
        mode = Mode.FIRST;
        depth = 0;
        words = 0;
        tokens = false;
        intoList = false;
        writesVariables = false;
        accounts = false;
        scopeRead = false;
        variableUndecided = false;
    }

    private void token() {
        if (variableUndecided) {
            variableUndecided = false;
            traits.userVariableRead();
        }
        tokens = true;
        anyTokens = true;
        several |= afterSemicolon;
        calls.token();
    }

    /** A comment: behind a semicolon the server takes it for one more (empty) statement. */
    void comment() {
        several |= afterSemicolon;
    }

    /** Nobody relies on what servers and drivers make of a NUL in a string. */
    void nulInString() {
        several = true;
    }

    /** An executable comment begins or ends: what stands before it may not be what the server sees there. */
    void boundary() {
        calls.boundary();
    }

    void word(TokenText text, Word word) {
        token();
        history.name(Kind.WORD, word);
        words++;
        Keyword keyword = history.qualified ? Keyword.NONE : word.keyword();
        if (mode == Mode.GENERIC && word == Word.UNKNOWN) {
            intoList = false;
            scopeRead = false;
            return;
        }
        if (scopeRead) {
            scopeRead = false;
            calls.systemVariable(keyword);
        } else if (mode != Mode.BODY) {
            byMode(keyword, text);
            everywhere(word);
            intoList = keyword == Keyword.INTO;
        }
    }

    private void byMode(Keyword keyword, TokenText text) {
        switch (mode) {
            case FIRST -> first(keyword);
            case GENERIC, BODY -> {}
            case SET -> {
                if (set.word(keyword, text, depth)) {
                    mode = Mode.FIRST;
                }
            }
            case SHOW -> show(keyword);
            case START -> {
                if (keyword == Keyword.TRANSACTION) {
                    traits.add(Trait.TRANSACTION_START);
                    traits.verb(Verb.BEGIN);
                } else {
                    traits.verb(Verb.OTHER);
                }
                mode = Mode.GENERIC;
            }
            case GET -> {
                if (keyword == Keyword.DIAGNOSTICS || keyword == Keyword.CURRENT || keyword == Keyword.STACKED) {
                    traits.add(Trait.READS_DIAGNOSTICS);
                }
                mode = Mode.GENERIC;
            }
            case COMMAND -> command.word(keyword);
            case DEFINITION -> definition(keyword);
            case LOAD -> {
                if (keyword == Keyword.LOCAL && words <= 4) {
                    traits.add(Trait.LOAD_DATA_LOCAL);
                } else if (keyword == Keyword.SET && !history.wasKeyword(Keyword.CHARACTER)) {
                    calls.enable();
                }
            }
            case EXPLAIN -> explain(keyword);
        }
    }

    private void first(Keyword keyword) {
        mode = Mode.GENERIC;
        switch (keyword) {
            case SELECT, TABLE, VALUES -> traits.verb(Verb.SELECT);
            case WITH -> simple(Verb.SELECT, Trait.MAY_FIRE_TRIGGERS);
            case INSERT -> data(Verb.INSERT);
            case REPLACE -> data(Verb.REPLACE);
            case UPDATE -> simple(Verb.UPDATE, Trait.MAY_FIRE_TRIGGERS);
            case DELETE -> simple(Verb.DELETE, Trait.MAY_FIRE_TRIGGERS);
            case SET -> {
                traits.verb(Verb.SET);
                set.start();
                mode = Mode.SET;
            }
            case SHOW -> {
                traits.verb(Verb.SHOW);
                accounts = true;
                mode = Mode.SHOW;
            }
            case BEGIN -> command(Verb.BEGIN);
            case START -> mode = Mode.START;
            case COMMIT -> command(Verb.COMMIT);
            case ROLLBACK -> command(Verb.ROLLBACK);
            case LOCK -> command(Verb.LOCK);
            case UNLOCK -> command(Verb.UNLOCK);
            case FLUSH -> command(Verb.FLUSH);
            case KILL -> {
                accounts = true;
                command(Verb.KILL);
            }
            case CREATE -> definition(Verb.CREATE);
            case ALTER -> definition(Verb.ALTER);
            case DROP -> definition(Verb.DROP);
            case EXPLAIN, DESCRIBE, DESC, ANALYZE -> {
                traits.verb(Verb.EXPLAIN);
                calls.disable();
                mode = Mode.EXPLAIN;
                analyzes = keyword == Keyword.ANALYZE;
            }
            default -> rareFirst(keyword);
        }
    }

    private void rareFirst(Keyword keyword) {
        writesVariables = true;
        switch (keyword) {
            case SAVEPOINT -> simple(Verb.SAVEPOINT, Trait.SAVEPOINT);
            case RELEASE -> simple(Verb.RELEASE, Trait.SAVEPOINT);
            case XA -> simple(Verb.XA, Trait.XA);
            case USE -> simple(Verb.USE, Trait.USE);
            case CALL -> simple(Verb.CALL, Trait.STORED_CODE);
            case DO -> traits.verb(Verb.DO);
            case HANDLER -> simple(Verb.HANDLER, Trait.HANDLER);
            case DEALLOCATE -> simple(Verb.DEALLOCATE, Trait.SQL_PREPARE);
            case PREPARE -> {
                traits.add(Trait.SQL_PREPARE);
                command(Verb.PREPARE);
            }
            case EXECUTE -> {
                // What runs was read, if at all, when it was prepared.
                traits.add(Trait.SQL_PREPARE);
                traits.add(Trait.DYNAMIC_SQL);
                command(Verb.EXECUTE);
            }
            case GRANT, REVOKE -> {
                simple(keyword == Keyword.GRANT ? Verb.GRANT : Verb.REVOKE, Trait.PRIVILEGE_CHANGE);
                accounts = true;
                calls.disable();
            }
            case RENAME -> {
                accounts = true;
                command(Verb.RENAME);
            }
            case LOAD -> {
                traits.verb(Verb.LOAD);
                traits.add(Trait.MAY_SET_LAST_INSERT_ID);
                traits.add(Trait.LOAD_DATA);
                calls.disable();
                mode = Mode.LOAD;
            }
            case TRUNCATE -> traits.verb(Verb.TRUNCATE);
            case BACKUP -> simple(Verb.OTHER, Trait.BACKUP_STAGE);
            case BINLOG -> simple(Verb.OTHER, Trait.BINLOG);
            case SHUTDOWN, RESTART -> simple(Verb.OTHER, Trait.SHUTDOWN);
            case RESIGNAL -> simple(Verb.OTHER, Trait.READS_DIAGNOSTICS);
            case GET -> {
                traits.verb(Verb.OTHER);
                mode = Mode.GET;
            }
            case IF, CASE, LOOP, REPEAT, WHILE, FOR, DECLARE, RETURN -> simple(Verb.OTHER, Trait.COMPOUND);
            default -> traits.verb(Verb.OTHER);
        }
    }

    private void simple(Verb verb, Trait trait) {
        traits.verb(verb);
        traits.add(trait);
    }

    private void data(Verb verb) {
        traits.verb(verb);
        traits.add(Trait.MAY_SET_LAST_INSERT_ID);
        calls.insertHead();
    }

    private void command(Verb verb) {
        traits.verb(verb);
        command.start(verb);
        mode = Mode.COMMAND;
    }

    private void definition(Verb verb) {
        traits.verb(verb);
        definition.start(verb);
        calls.disable();
        accounts = true;
        mode = Mode.DEFINITION;
    }

    private void definition(Keyword keyword) {
        definition.word(keyword);
        switch (definition.rest()) {
            case OPEN, PLAIN -> {}
            case TABLE -> {
                traits.add(Trait.MAY_SET_LAST_INSERT_ID);
                calls.enableAtQuery();
                mode = Mode.GENERIC;
            }
            case BODY -> {
                several = true;
                mode = Mode.BODY;
            }
        }
    }

    private void show(Keyword keyword) {
        switch (keyword) {
            case WARNINGS, ERRORS -> {
                if (words == 2 || history.kindBefore == Kind.SYMBOL) {
                    traits.add(Trait.READS_DIAGNOSTICS);
                }
            }
            case PROFILE, PROFILES -> {
                if (words == 2) {
                    traits.add(Trait.PROFILING);
                }
            }
            case EXPLAIN, ANALYZE -> {
                if (words == 2) {
                    traits.add(Trait.NAMES_PROCESSLIST);
                }
            }
            case CREATE -> {
                if (words == 2) {
                    traits.add(Trait.SHOWS_DEFINITION);
                }
            }
            default -> {}
        }
    }

    private void explain(Keyword keyword) {
        switch (keyword) {
            case SELECT, INSERT, REPLACE, UPDATE, DELETE, WITH, VALUES -> explained(keyword);
            case TABLE -> {
                // ANALYZE [LOCAL | NO_WRITE_TO_BINLOG] TABLE is no query; EXPLAIN ANALYZE TABLE is one.
                if (!analyzes) {
                    explained(keyword);
                }
            }
            case CONNECTION -> traits.add(Trait.NAMES_PROCESSLIST);
            default -> {}
        }
    }

    private void explained(Keyword keyword) {
        calls.enable();
        first(keyword);
    }

    /** What a word means wherever it stands, as a column's or table's name too. */
    private void everywhere(Word word) {
        switch (word.keyword()) {
            case PROCESSLIST, X$PROCESSLIST, PERFORMANCE_SCHEMA, INNODB_TRX, INNODB_LOCKS, INNODB_LOCK_WAITS,
                    INNODB_SESSION_TEMP_TABLESPACES, METADATA_LOCK_INFO, THREAD_POOL_QUEUES, GENERAL_LOG, SLOW_LOG, PS_THREAD_ID,
                    IS_USED_LOCK ->
                traits.add(Trait.NAMES_PROCESSLIST);
            case NEXTVAL -> {
                if (history.qualified) {
                    traits.add(Trait.ADVANCES_SEQUENCE);
                }
            }
            case CURRVAL -> {
                if (history.qualified) {
                    traits.add(Trait.READS_SEQUENCE);
                }
            }
            case VALUE -> {
                if (history.wasKeyword(Keyword.PREVIOUS)) {
                    traits.add(Trait.READS_SEQUENCE);
                } else if (history.wasKeyword(Keyword.NEXT)) {
                    traits.add(Trait.ADVANCES_SEQUENCE);
                }
            }
            case SQL_CALC_FOUND_ROWS -> traits.add(Trait.CALC_FOUND_ROWS);
            default -> {}
        }
        calls.word(word.keyword(), depth);
        rows.word(word.keyword(), words, depth);
    }

    void quotedName(TokenText text, Word word) {
        token();
        history.name(Kind.QUOTED_NAME, word);
        intoList = false;
        if (scopeRead) {
            scopeRead = false;
            calls.systemVariable(word.keyword());
            return;
        }
        switch (mode) {
            case FIRST -> firstIsNoWord();
            case SET -> set.quotedName(word.keyword(), text);
            case COMMAND -> command.operand();
            case BODY -> {
                return;
            }
            default -> {}
        }
        everywhere(word);
    }

    void string() {
        token();
        history.other(Kind.STRING);
        intoList = false;
        if (mode == Mode.COMMAND) {
            command.string();
        } else if (mode == Mode.FIRST) {
            firstIsNoWord();
        }
    }

    void number(TokenText text) {
        token();
        history.other(Kind.NUMBER);
        intoList = false;
        if (mode == Mode.COMMAND) {
            command.number(text);
        } else if (mode == Mode.FIRST) {
            firstIsNoWord();
        }
    }

    void userVariable(TokenText text, boolean gap) {
        boolean host = !gap
                && switch (history.kind) {
                    case STRING, QUOTED_NAME -> true;
                    case WORD -> accounts || (mode == Mode.SET && set.namesAccounts());
                    default -> false;
                };
        token();
        if (host) {
            history.other(Kind.STRING);
            return;
        }
        history.other(Kind.USER_VARIABLE);
        if (mode == Mode.BODY) {
            return;
        }
        traits.addUserVariable(text);
        variableUndecided = !intoList && !(mode == Mode.SET && set.atTarget());
        if (mode == Mode.SET) {
            set.userVariable();
        } else if (mode == Mode.COMMAND) {
            command.operand();
        } else if (mode == Mode.FIRST) {
            firstIsNoWord();
        }
        if (intoList || writesVariables) {
            traits.add(Trait.USER_VARIABLE_ASSIGNED);
        }
    }

    void systemVariable(TokenText text, Word word) {
        token();
        history.other(Kind.SYSTEM_VARIABLE);
        intoList = false;
        scopeRead = isScope(word.keyword());
        if (mode == Mode.SET && set.atTarget()) {
            set.systemVariable(word.keyword(), text);
            scopeRead = false;
            return;
        } else if (mode == Mode.COMMAND) {
            command.operand();
        } else if (mode == Mode.FIRST) {
            firstIsNoWord();
        }
        calls.systemVariable(word.keyword());
    }

    private static boolean isScope(Keyword keyword) {
        return keyword == Keyword.SESSION || keyword == Keyword.LOCAL || keyword == Keyword.GLOBAL;
    }

    void symbol(byte b, boolean gap) {
        boolean label = b == ':' && words == 1 && mode == Mode.GENERIC && history.kind == Kind.WORD;
        if (b == '(') {
            calls.parenthesis(gap, depth);
            depth++;
        } else if (b == ')') {
            depth--;
        } else if (b == ',') {
            calls.comma(depth);
        } else if (b == '.' && history.isName(Keyword.SYS) && mode != Mode.BODY) {
            traits.add(Trait.NAMES_PROCESSLIST); // some of its views and functions know threads by their ids
        } else if (b == SqlLexer.ASSIGN && history.kind == Kind.USER_VARIABLE && mode != Mode.BODY) {
            traits.add(Trait.USER_VARIABLE_ASSIGNED);
            variableUndecided = false;
        }
        rows.symbol(b, depth);
        token();
        scopeRead &= b == '.';
        history.symbol(b);
        intoList &= b == ',';
        if (mode == Mode.SET) {
            set.symbol(b, depth);
        } else if (mode == Mode.COMMAND) {
            command.operand();
        } else if (mode == Mode.FIRST && b != '(') {
            firstIsNoWord();
        }
        if (label) {
            traits.add(Trait.COMPOUND); // MariaDB: a label before a loop
        }
    }

    private void firstIsNoWord() {
        traits.verb(Verb.OTHER);
        traits.add(Trait.UNSURE);
        mode = Mode.GENERIC;
    }

    void semicolon() {
        if (!tokens) {
            several |= !afterSemicolon; // an empty statement in front
            return;
        }
        endStatement();
        afterSemicolon = true;
        begin();
    }

    private void endStatement() {
        if (variableUndecided) {
            traits.userVariableRead();
        }
        // Of several the last one's: only with SINGLE does it mean anything.
        traits.foundRows(traits.has(Trait.SET_STATEMENT) ? FoundRows.UNCLEAR : rows.after(traits.verb()));
        if (mode == Mode.COMMAND) {
            command.end();
        } else if (mode == Mode.START) {
            traits.verb(Verb.OTHER);
        } else if (mode == Mode.FIRST) {
            firstIsNoWord();
        }
    }

    /** The end of the text. */
    void end() {
        if (tokens) {
            endStatement();
        }
        if (!anyTokens) {
            traits.add(Trait.IS_EMPTY);
            traits.foundRows(FoundRows.KEPT);
        } else if (!several && !traits.hasAny(NOT_SINGLE)) {
            traits.add(Trait.SINGLE);
        }
    }
}
