package dev.usher.session;

import static dev.usher.session.SqlLexerTest.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class SqlLexerPropertiesTest {
    private static final String[] FRAGMENTS = {
        "SELECT", "SET", "KILL", "COMMIT", "CREATE TEMPORARY TABLE", "INSERT INTO t", "CALL", "BEGIN", " ", "\n", "1", "42",
        "a", "get_lock", "f", "count", "(", ")", ",", ".", "=", ":=", ":", "-", "--", "-- ", "#", "/*", "*/", "/*!",
        "/*!50000", "/*M!", "/*+", "*", "/", ";", "'", "\"", "`", "''", "\\", "\\'", "@", "@@", "@a", "@@b", "global",
        "session.", "é", "0x1F", "$", "\0", "FROM", "INTO", "VALUES", "SELECT @x := last_insert_id()", "'a;b'"
    };

    record Text(String sql, LexMode mode) {
        byte[] bytes() {
            return sql.getBytes(StandardCharsets.UTF_8);
        }
    }

    @Provide
    Arbitrary<Text> texts() {
        Arbitrary<String> fragments = Arbitraries.of(FRAGMENTS).list().ofMaxSize(25).map(list -> String.join("", list));
        Arbitrary<String> rows = Arbitraries.of(StatementTable.rows()).map(StatementTable.Row::sql);
        Arbitrary<String> sql = Arbitraries.oneOf(fragments, rows, Combinators.combine(rows, fragments).as(String::concat));
        return Combinators.combine(sql, modes()).as(Text::new);
    }

    @Provide
    Arbitrary<LexMode> modes() {
        Arbitrary<Boolean> flags = Arbitraries.of(true, false);
        return Combinators.combine(flags, flags, flags, flags).as(LexMode::new);
    }

    @Property(tries = 3000)
    void readsTheSameInWhateverCuts(@ForAll("texts") Text text, @ForAll Flavour flavour, @ForAll Random random) {
        byte[] bytes = text.bytes();
        SqlLexer whole = new SqlLexer(flavour);
        StatementTraits expected = whole.read(Unpooled.wrappedBuffer(bytes), 0, bytes.length, text.mode());
        SqlLexer cut = new SqlLexer(flavour);
        cut.start(text.mode());
        for (int i = 0; i < bytes.length;) {
            int length = Math.min(bytes.length - i, random.nextInt(4));
            cut.feed(Unpooled.wrappedBuffer(bytes), i, length);
            i += length;
        }
        StatementTraits actual = cut.finish();
        assertThat(set(actual)).isEqualTo(set(expected));
        assertThat(actual.verb()).isEqualTo(expected.verb());
        assertThat(actual.userVariables()).isEqualTo(expected.userVariables());
        assertThat(actual.untoldVariables()).isEqualTo(expected.untoldVariables());
        assertThat(actual.kill()).isEqualTo(expected.kill());
    }

    @Property(tries = 3000)
    void readsAnyBytes(@ForAll @Size(max = 200) byte[] bytes, @ForAll Flavour flavour, @ForAll("modes") LexMode mode) {
        ByteBuf buf = Unpooled.wrappedBuffer(bytes);
        StatementTraits traits = new SqlLexer(flavour).read(buf, 0, bytes.length, mode);
        assertThat(traits.has(Trait.SINGLE) && traits.has(Trait.UNSURE)).isFalse();
        assertThat(traits.verb() == Verb.NONE).isEqualTo(traits.has(Trait.IS_EMPTY));
    }

    /** Pieces that are complete in themselves: a semicolon between them parts statements, whatever they hide. */
    @Provide
    Arbitrary<String> statements() {
        Arbitrary<String> pieces = Arbitraries.of(
                "a", "b.c", "'x'", "'it''s'", "'a\\'b'", "\"q\"", "\"a'b\"", "`n`", "`a``b`", "`'`", "'`'", "'\"'",
                "/* c */", "/* ' */", "/* ` */", "/**/", "/*/ */", "/***/", "-- x\n", "-- '\n", "# \"\n", "#\n", "--\n",
                "1", ".5", "1e5", "-", "--1", "*", "/", "(b)", ",", "@v", "@'v'", "@@w", ":=", "';'", "\";\"", "`;`",
                "/*;*/", "-- ;\n", "x'41'", "_utf8'é'", "/*+ h */", "/*! e */", "/*!50000 ' ' */");
        return pieces.list().ofMaxSize(12).map(list -> "SELECT 1 " + String.join(" ", list));
    }

    @Property(tries = 3000)
    void neverProvesTwoStatementsSingle(
            @ForAll("statements") String one, @ForAll("statements") String two, @ForAll Flavour flavour) {
        byte[] bytes = (one + " ; " + two).getBytes(StandardCharsets.UTF_8);
        StatementTraits traits =
                new SqlLexer(flavour).read(Unpooled.wrappedBuffer(bytes), 0, bytes.length, LexMode.DEFAULT);
        assertThat(traits.has(Trait.SINGLE)).isFalse();
    }

    @Property(tries = 1000)
    void provesOneStatementSingle(@ForAll("statements") String one, @ForAll Flavour flavour) {
        byte[] bytes = (one + ";").getBytes(StandardCharsets.UTF_8);
        StatementTraits traits =
                new SqlLexer(flavour).read(Unpooled.wrappedBuffer(bytes), 0, bytes.length, LexMode.DEFAULT);
        if (!traits.has(Trait.EXECUTABLE_COMMENT)) {
            assertThat(traits.has(Trait.SINGLE)).isTrue();
        }
    }

    /** Calls, locks and variables are found wherever they stand behind complete pieces. */
    @Property(tries = 1000)
    void findsWhatStandsBehindAnything(@ForAll("statements") String one, @ForAll Flavour flavour) {
        List<Trait> missing = new ArrayList<>();
        byte[] bytes = (one + " , get_lock('a', 1), stored(2), @z := 3").getBytes(StandardCharsets.UTF_8);
        StatementTraits traits =
                new SqlLexer(flavour).read(Unpooled.wrappedBuffer(bytes), 0, bytes.length, LexMode.DEFAULT);
        for (Trait trait : List.of(Trait.NAMED_LOCK, Trait.STORED_CODE, Trait.USER_VARIABLE_ASSIGNED)) {
            if (!traits.has(trait)) {
                missing.add(trait);
            }
        }
        assertThat(missing).isEmpty();
        assertThat(traits.userVariables()).contains("z");
    }
}
