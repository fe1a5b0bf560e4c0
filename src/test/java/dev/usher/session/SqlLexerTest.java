package dev.usher.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.session.KillTarget.Force;
import dev.usher.session.KillTarget.Scope;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlLexerTest {
    private static final LexMode ANSI = new LexMode(true, false, false, false);
    private static final LexMode NO_ESCAPES = new LexMode(false, true, false, false);
    private static final LexMode UNSAFE = new LexMode(false, false, true, false);
    private static final LexMode ORACLE = new LexMode(true, false, false, true);

    private final SqlLexer lexer = new SqlLexer(Flavour.MARIADB);

    static List<StatementTable.Row> rows() {
        return StatementTable.rows();
    }

    /** The table leaves out what every INSERT has. */
    private static Set<Trait> withoutInsertIds(StatementTraits traits) {
        Set<Trait> rest = set(traits);
        rest.removeAll(Set.of(Trait.MAY_SET_LAST_INSERT_ID, Trait.MAY_FIRE_TRIGGERS, Trait.LOAD_DATA));
        return rest;
    }

    static Set<Trait> set(StatementTraits traits) {
        Set<Trait> set = EnumSet.noneOf(Trait.class);
        for (Trait trait : Trait.values()) {
            if (traits.has(trait)) {
                set.add(trait);
            }
        }
        return set;
    }

    private StatementTraits read(String sql) {
        return read(sql, LexMode.DEFAULT);
    }

    private StatementTraits read(String sql, LexMode mode) {
        return read(sql, mode, StandardCharsets.UTF_8);
    }

    private StatementTraits read(String sql, LexMode mode, Charset charset) {
        byte[] bytes = sql.getBytes(charset);
        return lexer.read(Unpooled.wrappedBuffer(bytes), 0, bytes.length, mode);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void findsExactlyTheTraitsOfTheTable(StatementTable.Row row) {
        byte[] bytes = row.sql().getBytes(StandardCharsets.UTF_8);
        StatementTraits traits =
                new SqlLexer(row.flavour()).read(Unpooled.wrappedBuffer(bytes), 0, bytes.length, LexMode.DEFAULT);
        assertThat(withoutInsertIds(traits)).isEqualTo(row.traits());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void readsADirectBufferAtAnOffsetLikeAnArray(StatementTable.Row row) {
        byte[] bytes = row.sql().getBytes(StandardCharsets.UTF_8);
        ByteBuf direct = Unpooled.directBuffer(bytes.length + 7).writeZero(5).writeBytes(bytes).writeZero(2);
        try {
            StatementTraits traits = new SqlLexer(row.flavour()).read(direct, 5, bytes.length, LexMode.DEFAULT);
            assertThat(withoutInsertIds(traits)).isEqualTo(row.traits());
            assertThat(direct.readerIndex()).isZero();
        } finally {
            direct.release();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "select 1 | SELECT", "(select 1) | SELECT", "WITH c AS (SELECT 1) DELETE FROM t | SELECT",
        "/* c */ INSERT INTO t VALUES (1) | INSERT", "begin | BEGIN", "START TRANSACTION | BEGIN",
        "START REPLICA | OTHER", "START | OTHER", "desc t | EXPLAIN", "EXPLAIN SELECT 1 | EXPLAIN",
        "SET STATEMENT a=1 FOR KILL 5 | SET", "-- c | NONE", "SELECT 1; KILL 5 | SELECT", "HELP 'x' | OTHER",
        "5 | OTHER", "/*!40101 SET NAMES utf8 */ | SET", "truncate t | TRUNCATE", "xa recover | XA"
    })
    void tellsTheVerb(String sql, Verb verb) {
        assertThat(read(sql).verb()).isEqualTo(verb);
    }

    @Test
    void listsUserVariablesOnceInLowerCase() {
        StatementTraits traits = read("SELECT @B, @a.b$c, @`q``q`, @'s', @b := @\"d\"");
        assertThat(traits.userVariables()).containsExactly("b", "a.b$c", "q`q", "s", "d");
        assertThat(traits.has(Trait.UNSURE)).isFalse();
    }

    @Test
    void isUnsureOfUserVariablesItCannotRepeat() {
        assertThat(read("SELECT @é").has(Trait.UNSURE)).isTrue();
        assertThat(read("SELECT @'a\\'b'").has(Trait.UNSURE)).isTrue();
        assertThat(read("SELECT @" + "x".repeat(300)).has(Trait.UNSURE)).isTrue();
        StringBuilder many = new StringBuilder("SELECT 1");
        for (int i = 0; i < 65; i++) {
            many.append(", @v").append(i);
        }
        assertThat(read(many.toString()).has(Trait.UNSURE)).isTrue();
    }

    @Test
    void takesAccountsForNoUserVariables() {
        assertThat(read("CREATE DEFINER=`a`@`b` VIEW v AS SELECT 1").userVariables()).isEmpty();
        assertThat(read("CREATE DEFINER=a@b VIEW v AS SELECT 1").userVariables()).isEmpty();
        assertThat(read("SELECT@a").userVariables()).containsExactly("a");
        assertThat(read("SELECT 1 INTO@a").userVariables()).containsExactly("a");
    }

    @Test
    void listsVariablesSetWithoutAScope() {
        StatementTraits traits = read("SET @@Sql_Mode='', @@session.a=1, b=2, @@global.c=3, @@`d`=@@e, @x=@@f");
        assertThat(traits.untoldVariables()).containsExactly("sql_mode", "d");
        assertThat(traits.userVariables()).containsExactly("x");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "KILL 5 | CONNECTION | DEFAULT | 5", "KILL CONNECTION 5 | CONNECTION | DEFAULT | 5",
        "kill query 77; | QUERY | DEFAULT | 77", "KILL SOFT QUERY ID 9 | QUERY_ID | SOFT | 9",
        "KILL HARD 5 | CONNECTION | HARD | 5", "KILL USER x | USER | DEFAULT | -", "KILL 2 + 3 | CONNECTION | DEFAULT | -",
        "KILL @x | CONNECTION | DEFAULT | -", "KILL CONNECTION_ID() | CONNECTION | DEFAULT | -",
        "KILL '5' | CONNECTION | DEFAULT | -", "KILL 99999999999999999999 | CONNECTION | DEFAULT | -",
        "KILL 0x5 | CONNECTION | DEFAULT | -", "KILL 5; KILL 6 | CONNECTION | DEFAULT | -"
    })
    void tellsWhomAKillNames(String sql, Scope scope, Force force, Long id) {
        OptionalLong expected = id == null ? OptionalLong.empty() : OptionalLong.of(id);
        StatementTraits traits = read(sql);
        assertThat(traits.has(Trait.KILL)).isTrue();
        assertThat(traits.kill()).isEqualTo(new KillTarget(scope, force, expected, sql.contains("CONNECTION_ID()")));
    }

    @Test
    void readsDoubleQuotesAsNamesUnderAnsiQuotes() {
        assertThat(read("SELECT \"f\"(1)", ANSI).has(Trait.STORED_CODE)).isTrue();
        assertThat(read("SELECT \"f\"(1)").has(Trait.STORED_CODE)).isFalse();
        assertThat(read("SELECT \"\\\"; KILL 5", ANSI).has(Trait.KILL)).isTrue();
        assertThat(read("SELECT \"\\\"; KILL 5").has(Trait.UNSURE)).isTrue();
    }

    @Test
    void readsBackslashesAsThemselvesUnderNoBackslashEscapes() {
        assertThat(read("SELECT '\\'; KILL 5 -- '", NO_ESCAPES).has(Trait.KILL)).isTrue();
        assertThat(read("SELECT '\\'; KILL 5 -- '").has(Trait.SINGLE)).isTrue();
    }

    @Test
    void provesOnlyTextsInAsciiUnderCharacterSetsThatHideQuotes() {
        assertThat(read("SELECT 1", UNSAFE).has(Trait.SINGLE)).isTrue();
        assertThat(read("SELECT 1", UNSAFE).has(Trait.UNSURE)).isFalse();
        assertThat(read("SELECT 'é'", UNSAFE).has(Trait.SINGLE)).isFalse();
        assertThat(read("SELECT 'é'", UNSAFE).has(Trait.UNSURE)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "INSERT INTO t (id) VALUES (1000) | true",
        "REPLACE t SELECT 1 | true",
        "LOAD DATA INFILE 'a' INTO TABLE t | true",
        "SELECT 1; INSERT INTO t VALUES (1) | true",
        "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY) SELECT 5 AS id | true",
        "UPDATE t SET a = 1 | false",
        "SELECT 'INSERT' | false"})
    void knowsWhatMaySetTheLastInsertId(String sql, boolean may) {
        assertThat(read(sql, LexMode.DEFAULT).has(Trait.MAY_SET_LAST_INSERT_ID)).isEqualTo(may);
    }

    @Test
    void provesNothingSingleInOracleMode() {
        assertThat(read("SELECT 1", ORACLE).has(Trait.SINGLE)).isFalse();
        assertThat(read("BEGIN p1; END;", ORACLE).has(Trait.COMPOUND)).isTrue();
    }

    @Test
    void isUnsureOfBytesThatAreBlanksInSomeCharacterSets() {
        assertThat(read("KILL\u00A05", LexMode.DEFAULT, StandardCharsets.ISO_8859_1).has(Trait.UNSURE)).isTrue();
        assertThat(read("SELECT 1 --\u00A0'", LexMode.DEFAULT, StandardCharsets.ISO_8859_1).has(Trait.UNSURE)).isTrue();
        assertThat(read("SELECT é FROM événements").has(Trait.SINGLE)).isTrue();
    }

    @Test
    void isUnsureOfANulOutsideOfStrings() {
        assertThat(read("SELECT 1 \0; KILL 5").has(Trait.UNSURE)).isTrue();
        assertThat(read("SELECT 1 # \0").has(Trait.UNSURE)).isTrue();
        assertThat(read("SELECT '\0'").has(Trait.SINGLE)).isFalse();
    }

    @Test
    void doesNotMindLongLiterals() {
        assertThat(read("INSERT INTO t VALUES (0x" + "ab".repeat(5000) + ", '" + "y".repeat(9000) + "')").has(Trait.SINGLE))
                .isTrue();
    }

    /** Long strings are read many bytes at once: whatever ends or escapes is found at each place in them. */
    @ParameterizedTest
    @ValueSource(strings = {"''", "\\'", "\\\\", "\"", "é", "\0"})
    void findsTheEndOfLongStrings(String special) {
        boolean nul = special.equals("\0");
        for (int place = 0; place < 1200; place++) {
            String sql = "SELECT '" + "x".repeat(place) + special + "y".repeat(1200 - place) + "'";
            assertThat(read(sql).has(Trait.SINGLE)).as("behind %s", place).isEqualTo(!nul);
            assertThat(read(sql + ", @a").has(Trait.USER_VARIABLE)).as("behind %s", place).isTrue();
            assertThat(read(sql + "; KILL 5").has(Trait.SINGLE)).as("behind %s", place).isFalse();
            assertThat(read(sql + "'@a'").has(Trait.USER_VARIABLE)).as("behind %s", place).isFalse();
        }
    }

    @Test
    void forgetsTheTextBefore() {
        read("SELECT @a; SET @@b = 1 /* x");
        StatementTraits traits = read("SELECT 1");
        assertThat(set(traits)).containsExactly(Trait.SINGLE);
        assertThat(traits.userVariables()).isEmpty();
        assertThat(traits.untoldVariables()).isEmpty();
    }

    @Test
    void knowsTheModesFromTheServersVariables() {
        assertThat(LexMode.of("ANSI_QUOTES,NO_BACKSLASH_ESCAPES", "utf8mb4"))
                .isEqualTo(new LexMode(true, true, false, false));
        assertThat(LexMode.of("", "GBK")).isEqualTo(UNSAFE);
    }
}
