package dev.usher.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No value of a statement is in its digest. */
class StatementDigestTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            SELECT GET_LOCK('secret', 10)                    | SELECT GET_LOCK(?, ?)
            select  1,  2.5e3 , 0xFF , col1 from `t``1`      | select ?, ? , ? , col1 from `t``1`
            INSERT INTO t VALUES ('it''s', "a\\"b", 'c\\'d') | INSERT INTO t VALUES (?, …)
            SELECT a /* secret */ FROM t -- secret           | SELECT a FROM t
            CREATE TEMPORARY TABLE t2 (a VARCHAR(20))        | CREATE TEMPORARY TABLE t2 (a VARCHAR(?))
            SET @v1 = 'unterminated secret                   | SET @v1 = ?
            """)
    void hasNoLiterals(String text, String digest) {
        assertThat(StatementDigest.of(text, LexMode.DEFAULT)).isEqualTo(digest);
    }
}
