package dev.usher.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

class NativeStoredHashTest {
    private static final String STORED = "*0E8F21E4240F5AD5A07D088F9C93890D13D78A4E";
    private static final byte[] PASSWORD = "correct horse".getBytes(UTF_8);

    private static NativeStoredHash hash() {
        return Objects.requireNonNull(NativeStoredHash.parse(STORED));
    }

    @Test
    void isReadFromShowGrantsOfMariaDb() {
        assertThat(NativeStoredHash.fromStatement("GRANT USAGE ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '" + STORED + "'"))
                .isEqualTo(hash());
    }

    @Test
    void isReadFromShowCreateUserOfMariaDbAndMySql() {
        assertThat(NativeStoredHash.fromStatement("CREATE USER `app`@`%` IDENTIFIED VIA mysql_native_password USING '" + STORED + "'"))
                .isEqualTo(hash());
        assertThat(NativeStoredHash.fromStatement(
                "CREATE USER `app`@`%` IDENTIFIED WITH 'mysql_native_password' AS '" + STORED + "' REQUIRE NONE"))
                .isEqualTo(hash());
    }

    @Test
    void isNotReadWhereTheServerMayDecideOtherwise() {
        assertThat(NativeStoredHash.fromStatement("GRANT USAGE ON *.* TO `app`@`%`")).isNull();
        assertThat(
                NativeStoredHash.fromStatement("CREATE USER `r`@`l` IDENTIFIED VIA mysql_native_password USING 'invalid' OR unix_socket"))
                .isNull();
        assertThat(NativeStoredHash.fromStatement(
                "CREATE USER `r`@`l` IDENTIFIED VIA mysql_native_password USING '" + STORED + "' OR unix_socket"))
                .isNull();
        assertThat(NativeStoredHash.fromStatement("CREATE USER `a`@`%` IDENTIFIED VIA ed25519 USING '" + STORED + "'")).isNull();
        assertThat(NativeStoredHash.parse(STORED + "0")).isNull();
        assertThat(NativeStoredHash.parse("")).isNull();
    }

    @Test
    void rightAnswerYieldsWhatLogsInElsewhere() {
        byte[] nonce = "abcdefghijklmnopqrst".getBytes(UTF_8);
        byte[] other = "ABCDEFGHIJKLMNOPQRST".getBytes(UTF_8);
        Credentials learned = Objects.requireNonNull(hash().recover(nonce, NativePassword.answer(PASSWORD, nonce)));
        assertThat(learned.answerFor(NativePassword.NAME, other))
                .isInstanceOfSatisfying(Answer.Bytes.class,
                        answer -> assertThat(answer.bytes()).isEqualTo(NativePassword.answer(PASSWORD, other)));
    }

    @Test
    void wrongAnswerYieldsNothing() {
        byte[] nonce = "abcdefghijklmnopqrst".getBytes(UTF_8);
        assertThat(hash().recover(nonce, NativePassword.answer("wrong".getBytes(UTF_8), nonce))).isNull();
        assertThat(hash().recover(nonce, new byte[0])).isNull();
    }
}
