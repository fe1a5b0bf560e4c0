package dev.usher.session;

import dev.usher.session.SqlToken.Kind;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Puts values in place of the functions and variables whose values only the session's own server connection would give. A column that is named after the expression
 * in its text keeps that name, by an alias.
 */
public final class StatementRewriter {
    /** Behind FOR of SET STATEMENT, or in a block, a statement begins like behind a semicolon. */
    private static final Set<String> BEFORE_STATEMENT = Set.of("for", "atomic", "begin", "then", "else", "do", "loop", "repeat");

    /** The longest alias of both servers. */
    private static final int LONGEST_NAME = 256;

    /** What to put in; null leaves it. */
    public record Values(
            @Nullable String rowCount, @Nullable String foundRows, @Nullable String warningCount, @Nullable String errorCount,
            @Nullable String connectionId, @Nullable String pseudoThreadId, @Nullable String schema, @Nullable LastValues lastValues) {
        public static final Values NONE = new Values(null, null, null, null, null, null, null, null);

        /** Of a session without a default schema; a server connection may have one. */
        private static final String NO_SCHEMA = "IF(0,DATABASE(),NULL)";

        /** Only the two names of the connection's id, in every statement of the text. */
        public static Values connection(long id) {
            return new Values(null, null, null, null, "IF(0,CONNECTION_ID(),CAST(" + id + " AS UNSIGNED))",
                    "IF(0,@@pseudo_thread_id,CAST(" + id + " AS UNSIGNED))", null, null);
        }

        /** These, for what is prepared without a default schema. */
        public Values withoutSchema() {
            return new Values(rowCount, foundRows, warningCount, errorCount, connectionId, pseudoThreadId, NO_SCHEMA, lastValues);
        }

        /** These, and what sequences were last advanced to. */
        public Values with(@Nullable LastValues ofSequences) {
            return new Values(rowCount, foundRows, warningCount, errorCount, connectionId, pseudoThreadId, schema, ofSequences);
        }

        private Values behindTheFirst() {
            return new Values(null, null, null, null, connectionId, pseudoThreadId, schema, lastValues);
        }

        private Values withoutIds() {
            return new Values(rowCount, foundRows, warningCount, errorCount, null, null, null, lastValues);
        }

        private Values ofWhatIsPrepared() {
            return behindTheFirst().with(null);
        }

        private @Nullable String function(String name) {
            return switch (name) {
                case "row_count" -> rowCount;
                case "found_rows" -> foundRows;
                case "connection_id" -> connectionId;
                case "database", "schema" -> schema;
                default -> null;
            };
        }

        private @Nullable String variable(String name) {
            return switch (name) {
                case "warning_count" -> warningCount;
                case "error_count" -> errorCount;
                case "pseudo_thread_id" -> pseudoThreadId;
                default -> null;
            };
        }
    }

    /**
     * What to put in where a text reads the last value of a sequence.
     *
     * @param schema in which names without one are looked up
     * @param inPlaceOf an expression that reads a sequence, and its name: what to put in; null leaves it
     */
    public record LastValues(String schema, BiFunction<String, String, @Nullable String> inPlaceOf) {}

    /** Parentheses, or the text itself. */
    private static final class Level {
        /** In a list of columns of a result. */
        boolean list;
        int itemStart;
        /** In this column. */
        boolean replaced;
        /** Anywhere in these parentheses. */
        boolean any;
        boolean as;
        /** The last token of what was replaced last. */
        int replacedTo = -1;

        void beginItem(int token) {
            itemStart = token;
            replaced = false;
            as = false;
        }
    }

    private final byte[] text;
    private final LexMode mode;
    private final Flavour flavour;
    private final List<SqlToken> tokens;
    private final ByteArrayOutputStream out;
    private final Deque<Level> levels = new ArrayDeque<>();
    private final SequenceUses sequences;
    private Values values;
    /** In a CREATE or ALTER, and not in the query of a CREATE TABLE: what is asked for here is asked later, by others. */
    private boolean defining;
    private int copied;
    private boolean changed;

    private StatementRewriter(byte[] text, LexMode mode, Flavour flavour, Values values) {
        this.text = text;
        this.mode = mode;
        this.flavour = flavour;
        this.values = values;
        this.tokens = SqlTokens.of(text, mode, flavour);
        this.out = new ByteArrayOutputStream(text.length + 128);
        LastValues last = values.lastValues;
        this.sequences = new SequenceUses(text, tokens, mode, last == null ? "" : last.schema);
    }

    /**
     * The text with the values in it.
     *
     * @param text one that {@link SqlLexer} was sure of, in the session's character set
     * @return null if there was nothing to put in
     */
    public static byte @Nullable [] rewrite(byte[] text, LexMode mode, Flavour flavour, Values values) {
        StatementRewriter rewriter = new StatementRewriter(text, mode, flavour, values);
        rewriter.run();
        return rewriter.changed ? rewriter.out.toByteArray() : null;
    }

    /** Where the first statement of a text ends: its semicolon, or the end of the text. */
    public static int endOfFirst(byte[] text, LexMode mode, Flavour flavour) {
        return SqlTokens.of(text, mode, flavour).stream().filter(token -> token.isSymbol(';')).mapToInt(SqlToken::start).findFirst()
                .orElse(text.length);
    }

    private void run() {
        Level level = new Level();
        boolean dynamic = isDynamic(0);
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (beginsDefinition(i)) {
                if (definesCode(i)) {
                    // It asks when it runs, and whoever runs it. Where it ends cannot be told from its semicolons.
                    copyTo(text.length);
                    return;
                }
                defining = true;
                // What there is of sequences may be other ones from here on.
                values = values.with(null);
            }
            SequenceUses.Use use = flavour == Flavour.MARIADB ? sequences.at(i) : null;
            if (use != null) {
                sequence(use, i, level);
                i = use.last();
                continue;
            }
            switch (token.kind()) {
                case WORD -> {
                    String put = isCall(i) && !defining ? values.function(token.lower()) : null;
                    if (put != null) {
                        i = next(next(i));
                        replace(token.start(), tokens.get(i).end(), put, level);
                    } else if (!qualified(i)) {
                        word(token, i, level);
                    }
                }
                case SYSTEM_VARIABLE -> {
                    String put = defining || isSet(i) ? null : values.variable(token.lower());
                    if (put != null) {
                        replace(token.start(), token.end(), put, level);
                    }
                }
                case STRING -> {
                    if (dynamic) {
                        dynamicText(token);
                    }
                }
                case SYMBOL -> {
                    switch (token.lower().charAt(0)) {
                        case '(' -> {
                            defining &= !opensRow(i);
                            levels.push(level);
                            level = new Level();
                        }
                        case ')' -> {
                            endItem(level, i);
                            boolean inside = level.any;
                            Level around = levels.poll();
                            level = around == null ? new Level() : around;
                            level.replaced |= inside;
                            level.any |= inside;
                        }
                        case ',' -> {
                            if (level.list) {
                                endItem(level, i);
                                level.beginItem(i + 1);
                            }
                        }
                        case ';' -> {
                            endItem(level, i);
                            level = new Level();
                            levels.clear();
                            values = values.behindTheFirst();
                            defining = false;
                            dynamic = isDynamic(i + 1);
                        }
                        default -> {}
                    }
                }
                case QUOTED_NAME, NUMBER, USER_VARIABLE, COMMENT_MARK -> {}
            }
        }
        endItem(level, tokens.size());
        copyTo(text.length);
    }

    private void sequence(SequenceUses.Use use, int first, Level level) {
        String name = use.name();
        LastValues last = values.lastValues;
        String put = name == null || last == null || use.advances() ? null : last.inPlaceOf.apply("LASTVAL(" + name + ")", name);
        if (put != null) {
            replace(tokens.get(first).start(), tokens.get(use.last()).end(), put, level);
            level.replacedTo = use.last();
        }
    }

    private void word(SqlToken token, int i, Level level) {
        switch (token.lower()) {
            case "select", "returning" -> {
                defining &= !token.lower().equals("select");
                level.list = true;
                level.beginItem(i + 1);
            }
            case "all", "distinct", "distinctrow", "high_priority", "straight_join", "sql_small_result", "sql_big_result",
                    "sql_buffer_result", "sql_no_cache", "sql_cache", "sql_calc_found_rows" -> {
                if (level.list && first(level) == i) {
                    level.itemStart = i + 1;
                }
            }
            case "as" -> level.as = true;
            case "use" -> {
                if (i == 0 || tokens.get(i - 1).isSymbol(';')) {
                    // Names without a schema are other ones from here on.
                    values = values.with(null);
                }
            }
            case "from", "into", "where", "union", "except", "intersect", "limit", "order", "group", "having", "for", "lock", "procedure",
                    "window", "on", "fetch" -> {
                endItem(level, i);
                level.list = false;
            }
            case "minus" -> {
                if (mode.oracle()) {
                    endItem(level, i);
                    level.list = false;
                }
            }
            default -> {}
        }
    }

    private int first(Level level) {
        int at = level.itemStart;
        while (at < tokens.size() && tokens.get(at).kind() == Kind.COMMENT_MARK) {
            at++;
        }
        return at;
    }

    private void endItem(Level level, int end) {
        if (!level.list || !level.replaced) {
            return;
        }
        int first = first(level);
        int last = end - 1;
        while (last > first && tokens.get(last).kind() == Kind.COMMENT_MARK) {
            last--;
        }
        if (!level.as && (last == level.replacedTo || !Aliases.endsInOne(tokens, first, last))) {
            byte[] name = name(first, last);
            if (name.length <= LONGEST_NAME) {
                copyTo(tokens.get(last).end());
                out.writeBytes(" AS `".getBytes(StandardCharsets.US_ASCII));
                for (byte b : name) {
                    out.write(b);
                    if (b == '`') {
                        out.write(b);
                    }
                }
                out.write('`');
            }
        }
        level.beginItem(end + 1);
    }

    /** The text of an expression as the servers name a column after it: comments belong to it, the marks of executable ones do not. */
    private byte[] name(int first, int last) {
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        int from = tokens.get(first).start();
        for (int i = first; i <= last; i++) {
            SqlToken token = tokens.get(i);
            if (token.kind() == Kind.COMMENT_MARK) {
                name.write(text, from, token.start() - from);
                from = token.end();
            }
        }
        name.write(text, from, tokens.get(last).end() - from);
        return name.toByteArray();
    }

    private void replace(int start, int end, String put, Level level) {
        copyTo(start);
        out.writeBytes(put.getBytes(StandardCharsets.US_ASCII));
        copied = end;
        level.replaced = true;
        level.any = true;
        changed = true;
    }

    private void copyTo(int end) {
        if (end > copied) {
            out.write(text, copied, end - copied);
            copied = end;
        }
    }

    /** The text of a PREPARE, or of MariaDB's EXECUTE IMMEDIATE, where it stands there as one plain string. */
    private void dynamicText(SqlToken token) {
        byte quote = text[token.start()];
        byte[] inside = Arrays.copyOfRange(text, token.start() + 1, token.end() - 1);
        byte[] put = has(inside, quote) || has(inside, (byte) '\\') ? null : prepared(inside);
        if (put != null && !has(put, quote)) {
            copyTo(token.start() + 1);
            out.writeBytes(put);
            copied = token.end() - 1;
            changed = true;
        }
    }

    private byte @Nullable [] prepared(byte[] inside) {
        StatementTraits traits = new SqlLexer(flavour).read(Unpooled.wrappedBuffer(inside), 0, inside.length, mode);
        return traits.has(Trait.UNSURE) ? null
                : rewrite(inside, mode, flavour, traits.has(Trait.NAMES_PROCESSLIST) ? values.withoutIds() : values);
    }

    private static boolean has(byte[] bytes, byte wanted) {
        for (byte b : bytes) {
            if (b == wanted) {
                return true;
            }
        }
        return false;
    }

    private boolean isDynamic(int i) {
        if (i + 1 >= tokens.size()) {
            return false;
        }
        if (tokens.get(i).isWord("prepare")) {
            // It reads nothing now; what it will read when it is executed is not known yet.
            values = values.ofWhatIsPrepared();
            return true;
        }
        return tokens.get(i).isWord("execute") && tokens.get(i + 1).isWord("immediate");
    }

    /** Whether a CREATE or ALTER begins here: both words are reserved, but SHOW CREATE and GRANT ALTER name it too. */
    private boolean beginsDefinition(int i) {
        if (!tokens.get(i).isWord("create") && !tokens.get(i).isWord("alter") || qualified(i)) {
            return false;
        }
        int before = i - 1;
        while (before >= 0 && tokens.get(before).kind() == Kind.COMMENT_MARK) {
            before--;
        }
        return before < 0 || tokens.get(before).isSymbol(';')
                || tokens.get(before).kind() == Kind.WORD && BEFORE_STATEMENT.contains(tokens.get(before).lower());
    }

    /** Whether the CREATE or ALTER that begins here is one of a routine, trigger, event or view. */
    private boolean definesCode(int i) {
        for (int at = next(i); at < tokens.size() && !tokens.get(at).isSymbol(';'); at = next(at)) {
            if (tokens.get(at).kind() == Kind.WORD) {
                switch (tokens.get(at).lower()) {
                    case "procedure", "function", "trigger", "event", "package", "library", "view" -> {
                        return true;
                    }
                    case "table" -> {
                        return false;
                    }
                    default -> {}
                }
            }
        }
        return false;
    }

    /** VALUES (…) or VALUES ROW (…). */
    private boolean opensRow(int i) {
        return i > 0 && (tokens.get(i - 1).isWord("values")
                || i > 1 && tokens.get(i - 1).isWord("row") && tokens.get(i - 2).isWord("values"));
    }

    private boolean isCall(int i) {
        int open = next(i);
        int close = next(open);
        return close < tokens.size() && tokens.get(open).isSymbol('(') && tokens.get(close).isSymbol(')') && !qualified(i);
    }

    private boolean qualified(int i) {
        return i > 0 && tokens.get(i - 1).isSymbol('.');
    }

    private int next(int i) {
        int next = i + 1;
        while (next < tokens.size() && tokens.get(next).kind() == Kind.COMMENT_MARK) {
            next++;
        }
        return next;
    }

    /** The target of an assignment in a SET. */
    private boolean isSet(int i) {
        int behind = next(i);
        boolean assigned = behind < tokens.size() && (tokens.get(behind).isSymbol('=') || tokens.get(behind).isSymbol(':'));
        return assigned && i > 0 && tokens.getFirst().isWord("set") && (tokens.get(i - 1).isWord("set") || tokens.get(i - 1).isSymbol(','));
    }
}
