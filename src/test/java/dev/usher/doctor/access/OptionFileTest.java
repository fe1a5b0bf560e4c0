package dev.usher.doctor.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OptionFileTest {
    @TempDir
    Path folder;

    @Test
    void readsTheClientGroupsAndNoOthers() throws IOException {
        OptionFile options = read("""
                # mine
                [mysqld]
                port=1
                [client]
                user = app   # who
                password="se#c\\"ret"
                ssl_mode=REQUIRED
                skip-ssl
                [mysql]
                user=other
                """);

        assertThat(options.get("user")).contains("app");
        assertThat(options.get("password")).contains("se#c\"ret");
        assertThat(options.get("ssl-mode")).contains("REQUIRED");
        assertThat(options.get("skip-ssl")).contains("");
        assertThat(options.get("port")).isEmpty();
        assertThat(options.toString()).doesNotContain("ret");
    }

    @Test
    void followsIncludes() throws IOException {
        Files.writeString(Files.createDirectory(folder.resolve("more")).resolve("a.cnf"), "[client]\nhost=db2\n");
        Files.writeString(folder.resolve("more/b.txt"), "[client]\nhost=db3\n");

        assertThat(read("[client]\nhost=db1\n!includedir more\n").get("host")).contains("db2");
    }

    @Test
    void saysWhichFileIsNotThere() {
        assertThatThrownBy(() -> OptionFile.read(folder.resolve("none"))).isInstanceOf(ConfigException.class)
                .hasMessageContaining("none cannot be read");
    }

    private OptionFile read(String text) throws IOException {
        return OptionFile.read(Files.writeString(folder.resolve("my.cnf"), text));
    }
}
