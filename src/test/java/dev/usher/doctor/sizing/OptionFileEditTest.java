package dev.usher.doctor.sizing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class OptionFileEditTest {
    @Test
    void aNewFileGetsTheGroup() {
        assertThat(set("")).isEqualTo("[mysqld]\nmax_connections = 500\n");
    }

    @Test
    void everySettingOfTheVariableIsReplacedInEveryGroupOfAServer() {
        assertThat(set("""
                [client]
                port = 3306
                [mysqld]
                max-connections=151   # the default
                wait_timeout = 60
                [mariadb-10.11]
                loose_max_connections = 90
                """)).isEqualTo("""
                [client]
                port = 3306
                [mysqld]
                max_connections = 500
                wait_timeout = 60
                [mariadb-10.11]
                max_connections = 500
                """);
    }

    @Test
    void otherwiseItIsAddedAtTheEndOfTheGroup() {
        assertThat(set("""
                [mysqld]
                wait_timeout = 60
                # max_connections = 90

                [client]
                max_connections = 1
                """)).isEqualTo("""
                [mysqld]
                wait_timeout = 60
                # max_connections = 90
                max_connections = 500

                [client]
                max_connections = 1
                """);
    }

    @Test
    void aFileWithoutTheGroupKeepsWhatItHas() {
        assertThat(set("[client]\nport=1\n!includedir /etc/mysql/conf.d/\n"))
                .isEqualTo("[client]\nport=1\n!includedir /etc/mysql/conf.d/\n\n[mysqld]\nmax_connections = 500\n");
    }

    private static String set(String text) {
        return OptionFileEdit.set(text, Map.of("max_connections", "500"));
    }
}
