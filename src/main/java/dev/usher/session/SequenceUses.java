package dev.usher.session;

import dev.usher.session.SqlToken.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a text advances sequences of MariaDB, or reads what the session last drew from them: {@code NEXTVAL(s)}, {@code NEXT VALUE FOR s}, {@code LASTVAL(s)},
 * {@code PREVIOUS VALUE FOR s}, and under {@code sql_mode=ORACLE} {@code s.nextval} and {@code s.currval}.
 */
public final class SequenceUses {
    /** @param name as {@code `schema`.`sequence`}; null if it cannot be made out */
    record Use(boolean advances, @Nullable String name, int last) {}

    /**
     * What a text draws.
     *
     * @param sequences each as {@code `schema`.`sequence`}
     * @param surely whether it has drawn from all of them if it succeeds
     */
    public record Draw(List<String> sequences, boolean surely) {}

    /** With one of these a statement may succeed without having run all of itself. */
    private static final Set<String> CONDITIONAL = Set.of("select", "case", "and", "or", "with");

    private record Name(String text, int last) {}

    private final byte[] text;
    private final List<SqlToken> tokens;
    private final boolean oracle;
    private final String schema;

    /** @param schema in which names without one are looked up */
    SequenceUses(byte[] text, List<SqlToken> tokens, LexMode mode, String schema) {
        this.text = text;
        this.tokens = tokens;
        this.oracle = mode.oracle();
        this.schema = schema;
    }

    /** What a text may draw; null if not all of it can be made out, or if one of several statements draws. */
    public static @Nullable Draw draw(byte[] text, LexMode mode, String schema) {
        List<SqlToken> tokens = SqlTokens.of(text, mode, Flavour.MARIADB);
        SequenceUses uses = new SequenceUses(text, tokens, mode, schema);
        List<String> names = new ArrayList<>();
        boolean insert = uses.word(0, "insert") || uses.word(0, "replace");
        boolean surely = insert || uses.word(0, "select");
        boolean several = false;
        int depth = 0;
        for (int i = 0; i < tokens.size(); i++) {
            Use use = uses.at(i);
            if (use != null && use.advances) {
                if (use.name == null) {
                    return null;
                }
                names.add(use.name);
                // SELECT NEXTVAL(s) and nothing more, or one of the values of a row.
                surely &= insert ? depth == 1 : i == 1 && use.last == tokens.size() - 1;
                i = use.last;
            } else {
                SqlToken token = tokens.get(i);
                several |= token.isSymbol(';') && i < tokens.size() - 1;
                depth += token.isSymbol('(') ? 1 : token.isSymbol(')') ? -1 : 0;
                surely &= i == 0 || !CONDITIONAL.contains(token.lower()) && !token.isSymbol('&') && !token.isSymbol('|');
            }
        }
        return several && !names.isEmpty() ? null : new Draw(names, surely);
    }

    /** The sequences that a text drops or makes anew: nobody has a last value of them any more. */
    public static List<String> redefined(byte[] text, LexMode mode, String schema) {
        List<SqlToken> tokens = SqlTokens.of(text, mode, Flavour.MARIADB);
        SequenceUses uses = new SequenceUses(text, tokens, mode, schema);
        int at = 0;
        while (at < tokens.size() && !uses.word(at, "sequence")) {
            at++;
        }
        at++;
        while (uses.word(at, "if") || uses.word(at, "exists")) {
            at++;
        }
        List<String> names = new ArrayList<>();
        Name name = uses.name(at);
        while (name != null) {
            names.add(name.text);
            name = uses.symbol(name.last + 1, ',') ? uses.name(name.last + 2) : null;
        }
        return names;
    }

    /** The use that begins with a token, if one does. */
    @Nullable
    Use at(int i) {
        SqlToken token = tokens.get(i);
        if (i > 0 && symbol(i - 1, '.')) {
            return null;
        }
        if (token.isWord("nextval") || token.isWord("lastval")) {
            if (symbol(i + 1, '(')) {
                Name name = name(i + 2);
                return use(token.isWord("nextval"), name != null && symbol(name.last + 1, ')') ? name : null, i, 1);
            }
        } else if ((token.isWord("next") || token.isWord("previous")) && word(i + 1, "value")) {
            return use(token.isWord("next"), word(i + 2, "for") ? name(i + 3) : null, i, 0);
        }
        return oracle ? property(i) : null;
    }

    private static Use use(boolean advances, @Nullable Name name, int first, int behind) {
        return name == null ? new Use(advances, null, first) : new Use(advances, name.text, name.last + behind);
    }

    private @Nullable Use property(int i) {
        int last = i;
        while (symbol(last + 1, '.') && last + 2 < tokens.size()) {
            last += 2;
        }
        boolean advances = word(last, "nextval");
        if (last == i || !advances && !word(last, "currval")) {
            return null;
        }
        Name name = name(i, last - 2);
        return new Use(advances, name == null ? null : name.text, last);
    }

    private @Nullable Name name(int from) {
        return name(from, symbol(from + 1, '.') ? from + 2 : from);
    }

    private @Nullable Name name(int from, int last) {
        String in = last == from ? schema : last == from + 2 ? part(from) : null;
        String sequence = part(last);
        return in == null || sequence == null || !isPlain(in) ? null : new Name('`' + in + "`.`" + sequence + '`', last);
    }

    private @Nullable String part(int i) {
        if (i < 0 || i >= tokens.size()) {
            return null;
        }
        SqlToken token = tokens.get(i);
        int quote = token.kind() == Kind.QUOTED_NAME ? 1 : 0;
        if (quote == 0 && token.kind() != Kind.WORD) {
            return null;
        }
        String part = new String(text, token.start() + quote, token.end() - token.start() - 2 * quote, StandardCharsets.ISO_8859_1);
        return isPlain(part) ? part : null;
    }

    private static boolean isPlain(String name) {
        return !name.isEmpty() && name.chars().allMatch(c -> c >= ' ' && c < 0x7F && c != '`' && c != '"');
    }

    private boolean word(int i, String word) {
        return i < tokens.size() && tokens.get(i).isWord(word);
    }

    private boolean symbol(int i, char symbol) {
        return i >= 0 && i < tokens.size() && tokens.get(i).isSymbol(symbol);
    }
}
