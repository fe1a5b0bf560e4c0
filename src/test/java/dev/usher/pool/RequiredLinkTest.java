package dev.usher.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.pool.Question.Answer;
import dev.usher.wire.ErrPacket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequiredLinkTest {
    private static final Answer REFUSED = new Answer.Refused(new ErrPacket(1064, "42000", "syntax"));

    private static Answer row(String... cells) {
        return new Answer.Rows(List.<String[]>of(cells), List.of(), 0);
    }

    private static RequiredLink of(String createUser) {
        return RequiredLink.of(row(createUser), row("require_secure_transport", "OFF"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "CREATE USER `a`@`%` IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$x\\'y' REQUIRE SSL PASSWORD EXPIRE DEFAULT",
        "CREATE USER `a`@`%` IDENTIFIED BY PASSWORD '*0D3CED9BEC10A777AEC23CCC353A8C08A633045E' REQUIRE X509",
        "CREATE USER `a`@`%` REQUIRE ISSUER '/CN=us' SUBJECT '/CN=them'",
        "CREATE USER 'a'@'%' REQUIRE CIPHER 'x'"})
    void anAccountMayRequireTls(String createUser) {
        assertThat(of(createUser)).isEqualTo(RequiredLink.TLS);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "CREATE USER `a`@`%` IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$ REQUIRE SSL ' REQUIRE NONE PASSWORD EXPIRE DEFAULT",
        "CREATE USER ` REQUIRE SSL `@`%`",
        "CREATE USER `a`@`%` REQUIRE NONE COMMENT 'they don''t REQUIRE SSL'",
        ""})
    void nameHashAndCommentSayNothing(String createUser) {
        assertThat(of(createUser)).isEqualTo(RequiredLink.ANY);
    }

    @Test
    void whatTheServerDoesNotTellIsNotRequired() {
        assertThat(RequiredLink.of(REFUSED, REFUSED)).isEqualTo(RequiredLink.ANY);
        assertThat(RequiredLink.of(new Answer.Rows(List.of(), List.of(), 0), REFUSED)).isEqualTo(RequiredLink.ANY);
    }

    @Test
    void theServerMayRequireItOfAll() {
        assertThat(RequiredLink.of(REFUSED, row("require_secure_transport", "ON"))).isEqualTo(RequiredLink.SECURE);
    }

    @ParameterizedTest
    @CsvSource({"ANY,false,false,true", "SECURE,false,false,false", "SECURE,false,true,true", "TLS,false,true,false", "TLS,true,true,true"})
    void aUnixSocketIsSecureButNotTls(RequiredLink required, boolean tls, boolean confidential, boolean met) {
        assertThat(required.metBy(tls, confidential)).isEqualTo(met);
    }
}
