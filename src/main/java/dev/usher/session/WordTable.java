package dev.usher.session;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** One look-up per word of a statement: keyword, built-in function, or neither. Open addressing, nothing allocated. */
final class WordTable {
    private static final int SLOT_BITS = 12;
    private static final int SLOTS = 1 << SLOT_BITS;

    /** Words before a parenthesis that call nothing: neither server calls a function that has such a name without quotes. */
    private static final String BEFORE_PARENTHESIS =
            """
                    all analyze and any as before between both by case check collate column constraint day_second desc describe distinct
                    distinctrow div do else elseif except exists explain for foreign from group having high_priority ignore in
                    index inner intersect is join key kill leading like limit lines low_priority match not on or over partition
                    primary range recursive references regexp return rlike row rows select set some sql_big_result
                    sql_buffer_result sql_calc_found_rows sql_no_cache sql_small_result straight_join table then to trailing
                    union unique update using when where while with xor
                    bigint binary bit blob character datetime dec decimal double enum fixed float float4 float8 int int1 int2 int3
                    int4 int8 integer mediumint middleint nchar numeric nvarchar precision real smallint text tinyint varbinary
                    varchar varcharacter varying""";

    /** MySQL calls none by a name that is any of its keywords. */
    private static final String BEFORE_PARENTHESIS_IN_MYSQL = "columns cube escape lateral of rollup";

    private static final String BEFORE_PARENTHESIS_IN_MARIADB = "returning sql_cache";

    /** MySQL has no sequences: there they are names like any other. */
    private static final Set<Keyword> OF_SEQUENCES =
            EnumSet.of(Keyword.NEXTVAL, Keyword.LASTVAL, Keyword.CURRVAL, Keyword.NEXT, Keyword.PREVIOUS);

    /** "Function Name Parsing and Resolution" in the MySQL manual: the functions affected by IGNORE_SPACE. */
    private static final Set<String> ADJACENT = Set.of(
            "adddate", "bit_and", "bit_or", "bit_xor", "cast", "count", "curdate", "curtime", "date_add", "date_sub",
            "extract", "group_concat", "max", "mid", "min", "now", "position", "session_user", "std", "stddev",
            "stddev_pop", "stddev_samp", "subdate", "substr", "substring", "sum", "sysdate", "system_user", "trim",
            "variance", "var_pop", "var_samp");

    private static final WordTable MYSQL = new WordTable(Flavour.MYSQL);
    private static final WordTable MARIADB = new WordTable(Flavour.MARIADB);

    private final long[] hashes = new long[SLOTS];
    private final byte[][] names = new byte[SLOTS][];
    private final Word[] words = new Word[SLOTS];

    private WordTable(Flavour flavour) {
        Arrays.fill(words, Word.UNKNOWN);
        Map<String, Word> all = new HashMap<>();
        for (Keyword keyword : Keyword.values()) {
            if (keyword != Keyword.NONE && (flavour == Flavour.MARIADB || !OF_SEQUENCES.contains(keyword))) {
                all.put(keyword.name().toLowerCase(Locale.ROOT), new Word(keyword, false, false, false));
            }
        }
        for (String name : BuiltInFunctions.of(flavour)) {
            Word word = all.getOrDefault(name, Word.UNKNOWN);
            all.put(name, new Word(word.keyword(), true, false, ADJACENT.contains(name)));
        }
        beforeParenthesis(flavour).forEach(name -> reserve(all, name));
        all.forEach(this::put);
    }

    static WordTable of(Flavour flavour) {
        return switch (flavour) {
            case MYSQL -> MYSQL;
            case MARIADB -> MARIADB;
        };
    }

    /** Names in lower case. */
    static List<String> beforeParenthesis(Flavour flavour) {
        String own = flavour == Flavour.MYSQL ? BEFORE_PARENTHESIS_IN_MYSQL : BEFORE_PARENTHESIS_IN_MARIADB;
        return List.of((BEFORE_PARENTHESIS + ' ' + own).split("\\s"));
    }

    private static int slot(long hash) {
        return (int) ((hash * 0x9E3779B97F4A7C15L) >>> (64 - SLOT_BITS));
    }

    Word find(TokenText text) {
        int slot = slot(text.hash);
        while (names[slot] != null) {
            if (hashes[slot] == text.hash
                    && Arrays.equals(names[slot], 0, names[slot].length, text.bytes, 0, text.length)) {
                return words[slot];
            }
            slot = (slot + 1) & (SLOTS - 1);
        }
        return Word.UNKNOWN;
    }

    private static void reserve(Map<String, Word> all, String name) {
        Word word = all.getOrDefault(name, Word.UNKNOWN);
        all.put(name, new Word(word.keyword(), word.builtIn(), true, word.adjacent()));
    }

    private void put(String name, Word word) {
        TokenText text = new TokenText();
        text.clear();
        for (byte b : name.getBytes(StandardCharsets.US_ASCII)) {
            text.append(b);
        }
        int slot = slot(text.hash);
        while (names[slot] != null) {
            slot = (slot + 1) & (SLOTS - 1);
        }
        hashes[slot] = text.hash;
        names[slot] = Arrays.copyOf(text.bytes, text.length);
        words[slot] = word;
    }
}
