package dev.usher.session;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** One look-up per word of a statement: keyword, built-in function, or neither. Open addressing, nothing allocated. */
final class WordTable {
    private static final int SLOT_BITS = 12;
    private static final int SLOTS = 1 << SLOT_BITS;

    /**
     * Words before a parenthesis that call nothing. All are reserved in both servers, or special in both grammars (ANY,
     * SOME, ROW), so no function can have the name unquoted.
     */
    private static final String BEFORE_PARENTHESIS =
            """
                    all and any as between binary by case check collate column constraint decimal dec describe distinct
                    distinctrow div double else elseif except exists explain fixed float for foreign from group having in index
                    inner int integer intersect is join key kill like limit lines match not numeric on or over partition primary
                    range real recursive references regexp return rlike row rows select set smallint some sql_calc_found_rows
                    straight_join table then tinyint bigint mediumint union unique update using varbinary varchar varcharacter
                    when where while with xor""";

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
            if (keyword != Keyword.NONE) {
                all.put(keyword.name().toLowerCase(Locale.ROOT), new Word(keyword, false, false, false));
            }
        }
        for (String name : BuiltInFunctions.of(flavour)) {
            Word word = all.getOrDefault(name, Word.UNKNOWN);
            all.put(name, new Word(word.keyword(), true, false, ADJACENT.contains(name)));
        }
        for (String name : BEFORE_PARENTHESIS.split("\\s")) {
            reserve(all, name);
        }
        reserve(all, flavour == Flavour.MYSQL ? "lateral" : "returning");
        all.forEach(this::put);
    }

    static WordTable of(Flavour flavour) {
        return switch (flavour) {
            case MYSQL -> MYSQL;
            case MARIADB -> MARIADB;
        };
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
