package dev.usher.doctor.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.config.HostAndPort;
import dev.usher.config.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerUrlTest {
    @ParameterizedTest
    @CsvSource({
        "db1:3307, '', db1, 3307",
        "db1, '', db1, 3306",
        "app@db1, app, db1, 3306",
        "mysql://app@db1:3307/, app, db1, 3307",
        "mariadb://[::1]:3307, '', ::1, 3307",
        "mysql://a%40b@db1, a@b, db1, 3306"
    })
    void readsTheFormsThatPeopleType(String text, String user, String host, int port) {
        ServerUrl url = ServerUrl.parse(text);

        assertThat(url.address()).isEqualTo(new HostAndPort(host, port));
        assertThat(url.user().orElse("")).isEqualTo(user);
    }

    @Test
    void readsAPasswordAndDoesNotShowIt() {
        ServerUrl url = ServerUrl.parse("mysql://app:s%3Ae/c+ret@db1");

        assertThat(url.password()).contains(Secret.of("s:e/c+ret"));
        assertThat(url.toString()).doesNotContain("c+ret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://db1", "", "mysql://", "db1:port", "app@", "a b"})
    void refusesWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> ServerUrl.parse(text)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("must be");
    }
}
