package dev.usher.session;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** The list of assignments of a SET statement: targets, and the words that are no targets (NAMES, ROLE, TRANSACTION). */
final class SetReader {
    private static final byte[] SESSION_TRACK = "session_track_".getBytes(StandardCharsets.US_ASCII);
    /** It is a setting like others, and moves with the session. */
    private static final byte[] SESSION_TRACK_GTIDS = "session_track_gtids".getBytes(StandardCharsets.US_ASCII);
    /**
     * Beginnings of the names of variables that MariaDB's tracker does not always tell of: those of plugins such as storage engines (not in 11.4.5), bits of one number, for
     * which it names another one, and what changes with another one.
     */
    private static final byte[][] NOT_ALWAYS_TOLD = names("innodb_", "myisam_", "aria_", "rocksdb_", "spider_", "connect_", "mroonga_",
            "columnstore_", "s3_", "oqgraph_", "log_slow_", "log_queries_not_using_indexes", "log_disabled_statements",
            "sql_buffer_result", "character_set_server", "collation_server");
    /** Beginnings of the names of variables that the statements behind them use up or read, or that change with something else. */
    private static final byte[][] ONE_SHOT = names("pseudo_", "character_set_database", "collation_database");

    private enum Stage {
        TARGET,
        /** Behind the name: = or := is next, or a dot. */
        NAMED,
        VALUE,
        /** No list (any more): SET TRANSACTION, SET PASSWORD, SET ROLE. */
        DONE
    }

    private enum Scope {
        NONE,
        SESSION,
        GLOBAL
    }

    private final StatementTraits traits;
    private final boolean mariaDb;
    private Stage stage = Stage.TARGET;
    private Scope scope = Scope.NONE;
    private boolean first;
    private boolean statement;
    /** The target began with {@code @@}. */
    private boolean atAt;

    SetReader(StatementTraits traits, Flavour flavour) {
        this.traits = traits;
        this.mariaDb = flavour == Flavour.MARIADB;
    }

    void start() {
        stage = Stage.TARGET;
        scope = Scope.NONE;
        first = true;
        statement = false;
        atAt = false;
    }

    /** SET PASSWORD FOR u@h, SET DEFAULT ROLE … TO u@h: what follows an unquoted name and an @ is a host. */
    boolean namesAccounts() {
        return stage == Stage.DONE;
    }

    boolean atTarget() {
        return stage == Stage.TARGET;
    }

    /** {@code true} if this is the FOR of SET STATEMENT, so that another statement begins behind it. */
    boolean word(Keyword keyword, TokenText text, int depth) {
        if (stage == Stage.VALUE) {
            return statement && depth == 0 && keyword == Keyword.FOR;
        }
        if (stage == Stage.TARGET) {
            if (scope == Scope.NONE && !atAt) {
                unscopedTarget(keyword, text);
            } else if (keyword == Keyword.TRANSACTION && !atAt) {
                scopedTransaction();
            } else {
                variable(keyword, text);
            }
            first = false;
        }
        return false;
    }

    private void unscopedTarget(Keyword keyword, TokenText text) {
        switch (keyword) {
            case GLOBAL, PERSIST, PERSIST_ONLY -> {
                traits.add(Trait.SET_GLOBAL);
                scope = Scope.GLOBAL;
            }
            case SESSION, LOCAL -> scope = Scope.SESSION;
            case NAMES, CHARSET, CHARACTER, CHAR -> {
                traits.add(Trait.SET_NAMES);
                stage = Stage.VALUE;
            }
            default -> {
                if (first) {
                    firstWord(keyword, text);
                } else {
                    variable(keyword, text);
                }
            }
        }
    }

    private void firstWord(Keyword keyword, TokenText text) {
        switch (keyword) {
            case STATEMENT -> {
                traits.add(Trait.SET_STATEMENT);
                statement = true;
            }
            case TRANSACTION -> done(Trait.SET_TRANSACTION_ONE_SHOT);
            case ROLE, DEFAULT -> {
                done(Trait.SET_ROLE);
                if (keyword == Keyword.DEFAULT) {
                    traits.add(Trait.PRIVILEGE_CHANGE);
                }
            }
            case PASSWORD -> {
                done(Trait.SET_PASSWORD);
                traits.add(Trait.PRIVILEGE_CHANGE);
            }
            case RESOURCE -> done(Trait.UNSURE); // SET RESOURCE GROUP moves the session's thread
            default -> variable(keyword, text);
        }
    }

    private void done(Trait trait) {
        traits.add(trait);
        stage = Stage.DONE;
    }

    private void scopedTransaction() {
        if (scope == Scope.SESSION) {
            traits.add(Trait.SET_SESSION);
        }
        stage = Stage.DONE;
    }

    void systemVariable(Keyword keyword, TokenText text) {
        if (stage != Stage.TARGET) {
            return;
        }
        first = false;
        atAt = true;
        switch (keyword) {
            case GLOBAL, PERSIST, PERSIST_ONLY -> {
                traits.add(Trait.SET_GLOBAL);
                scope = Scope.GLOBAL;
            }
            case SESSION, LOCAL -> scope = Scope.SESSION;
            default -> variable(keyword, text);
        }
    }

    void quotedName(Keyword keyword, TokenText text) {
        if (stage == Stage.TARGET) {
            first = false;
            variable(keyword, text);
        }
    }

    void userVariable() {
        if (stage == Stage.TARGET) {
            traits.add(Trait.USER_VARIABLE_ASSIGNED);
            first = false;
            stage = Stage.NAMED;
        }
    }

    void symbol(byte b, int depth) {
        if (stage == Stage.NAMED && (b == '=' || b == SqlLexer.ASSIGN)) {
            stage = Stage.VALUE;
        } else if (stage == Stage.VALUE && b == ',' && depth == 0) {
            stage = Stage.TARGET;
            scope = Scope.NONE;
            atAt = false;
        }
    }

    private void variable(Keyword keyword, TokenText text) {
        stage = Stage.NAMED;
        if (scope == Scope.GLOBAL || statement) {
            return;
        }
        traits.add(Trait.SET_SESSION);
        boolean unscoped = atAt && scope == Scope.NONE;
        if (unscoped || mariaDb && beginsAs(NOT_ALWAYS_TOLD, text)) {
            traits.addUntoldVariable(text);
        }
        switch (keyword) {
            case INSERT_ID, LAST_INSERT_ID, IDENTITY, TIMESTAMP, RAND_SEED1, RAND_SEED2, GTID_NEXT, GTID_SEQ_NO,
                    GTID_DOMAIN_ID, SERVER_ID, SKIP_REPLICATION, ORIGINAL_COMMIT_TIMESTAMP, ORIGINAL_SERVER_VERSION,
                    IMMEDIATE_SERVER_VERSION ->
                traits.add(Trait.SET_ONE_SHOT);
            case SQL_LOG_BIN -> traits.add(Trait.SQL_LOG_BIN);
            case PROFILING, OPTIMIZER_TRACE -> traits.add(Trait.PROFILING);
            case TRANSACTION_ISOLATION, TX_ISOLATION, TRANSACTION_READ_ONLY, TX_READ_ONLY -> {
                if (unscoped) {
                    traits.add(Trait.SET_TRANSACTION_ONE_SHOT);
                }
            }
            default -> byPrefix(text);
        }
    }

    private void byPrefix(TokenText text) {
        if (text.startsWith(SESSION_TRACK) && !text.startsWith(SESSION_TRACK_GTIDS)) {
            traits.add(Trait.SET_TRACKER);
        } else if (beginsAs(ONE_SHOT, text)) {
            traits.add(Trait.SET_ONE_SHOT);
        }
    }

    private static boolean beginsAs(byte[][] names, TokenText text) {
        for (byte[] name : names) {
            if (text.startsWith(name)) {
                return true;
            }
        }
        return false;
    }

    private static byte[][] names(String... names) {
        return Stream.of(names).map(name -> name.getBytes(StandardCharsets.US_ASCII)).toArray(byte[][]::new);
    }
}
