package dev.usher.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @Test
    void everyDefaultIsReadAsIfItWereGiven() {
        assertThat(Settings.all()).allSatisfy(setting -> setting.defaultText()
                .ifPresent(text -> assertThat(setting.parser().apply(List.of(text))).isNotNull()));
    }

    @Test
    void noTwoSettingsHaveAName() {
        assertThat(Settings.all()).extracting(Setting::name).doesNotHaveDuplicates();
        assertThat(Settings.all()).extracting(Setting::fileKey).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1:1040, 127.0.0.1, 1040", "[::1]:1040, ::1, 1040", ":1040, *, 1040", "*:99, *, 99",
        "db-proxy, db-proxy, 1040", "[fe80::1%eth0], fe80::1%eth0, 1040", "127.0.0.1:0, 127.0.0.1, 0"})
    void readsTcpListenAddresses(String text, String host, int port) {
        assertThat(ListenAddress.parse(text)).isEqualTo(new ListenAddress.Tcp(host, port));
    }

    @Test
    void readsThePathOfASocket() {
        assertThat(ListenAddress.parse("/run/usher.sock")).isEqualTo(new ListenAddress.Unix(Path.of("/run/usher.sock")));
        assertThatThrownBy(() -> ListenAddress.parse("/" + "x".repeat(107))).hasMessageContaining("at most 107");
    }

    @ParameterizedTest
    @ValueSource(strings = {"::1", "host:port", "host:70000", "a b", "mysql://host", "host:1:2", "[::1"})
    void refusesWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> ListenAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"500ms, 500", "10s, 10000", "5m, 300000", "1h, 3600000", "2d, 172800000", "0, 0"})
    void readsDurations(String text, long millis) {
        assertThat(DurationText.parse(text)).isEqualTo(Duration.ofMillis(millis));
        assertThat(DurationText.parse(DurationText.format(Duration.ofMillis(millis)))).hasMillis(millis);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10", "-1s", "1.5s", "s", "", "10 years", "9999999999s"})
    void refusesWhatIsNoDuration(String text) {
        assertThatThrownBy(() -> DurationText.parse(text)).hasMessageContaining("500ms, 10s, 5m or 1h");
    }
}
