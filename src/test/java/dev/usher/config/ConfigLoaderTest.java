package dev.usher.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {
    @TempDir
    Path directory;

    @Test
    void needsNothingButTheServer() {
        UsherConfig config = load("", "server", "db.example");

        assertThat(config).isEqualTo(UsherConfig.forServer(new HostAndPort("db.example", 3306)));
        assertThat(config.listen()).containsExactly(new ListenAddress.Tcp("127.0.0.1", 1040));
        assertThat(config.pool().maxServerConnections()).isEqualTo(ServerConnectionLimit.AUTO);
        assertThat(config.pool().waitLimit()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.pool().perAccountLimit()).isEqualTo(OptionalInt.empty());
        assertThat(config.admin().listen()).contains(new HostAndPort("127.0.0.1", 1041));
        assertThat(config.pool().trustServerSideCode()).isFalse();
    }

    @Test
    void readsEverySettingOfTheFile() throws IOException {
        Files.writeString(directory.resolve("secret"), "from a file\nsecond line\n");
        UsherConfig config = load("""
                server = "[::1]:3307"
                server-tls = "verify-ca"
                server-tls-ca = "/etc/ca.pem"
                server-connect-timeout = "1m"
                listen = ["*:1040", "[::1]:1040", "/run/usher.sock"]
                max-server-connections = 12
                hand-over = "eager"
                wait-limit = "500ms"
                server-side-code = "trust"
                per-account-limit = 4
                max-client-connections = 77
                proxy-protocol-from = "10.0.0.0/8"
                tls-cert = "c.pem"
                tls-key = "k.pem"

                [admin]
                listen = "off"
                account = "root"
                password = "of the admin"

                [[accounts]]
                user = "app"
                password-file = "%s"
                allow-from = ["192.168.1.0/24", "::1"]

                [[accounts]]
                user = "report"
                password = "plain"
                """.formatted(directory.resolve("secret")));

        assertThat(config.server()).isEqualTo(new ServerConfig(new HostAndPort("::1", 3307), Optional.empty(),
                ServerTls.VERIFY_CA, Optional.of(Path.of("/etc/ca.pem")), Duration.ofMinutes(1)));
        assertThat(config.listen()).containsExactly(new ListenAddress.Tcp("*", 1040), new ListenAddress.Tcp("::1", 1040),
                new ListenAddress.Unix(Path.of("/run/usher.sock")));
        assertThat(config.pool().maxServerConnections()).isEqualTo(new ServerConnectionLimit.Fixed(12));
        assertThat(config.pool().handOver()).isEqualTo(HandOver.EAGER);
        assertThat(config.pool().waitLimit()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.pool().trustServerSideCode()).isTrue();
        assertThat(config.pool().perAccountLimit()).hasValue(4);
        assertThat(config.pool().maxWaiting()).as("follows max-client-connections").isEqualTo(77);
        assertThat(config.client().proxyProtocolFrom()).containsExactly(Cidr.parse("10.0.0.0/8"));
        assertThat(config.tls().cert()).contains(Path.of("c.pem"));
        assertThat(config.admin()).isEqualTo(new AdminConfig(Optional.empty(), "root", Optional.of(Secret.of("of the admin"))));
        assertThat(config.accounts()).containsExactly(
                new AccountConfig("app", Optional.of(Secret.of("from a file")),
                        List.of(Cidr.parse("192.168.1.0/24"), Cidr.parse("::1"))),
                new AccountConfig("report", Optional.of(Secret.of("plain")), List.of()));
    }

    @Test
    void aFlagWinsOverTheFile() {
        UsherConfig config = load("server = \"a\"\nwait-limit = \"1s\"\nworkers = 3", "server", "b", "wait-limit", "2s");

        assertThat(config.server().address().host()).isEqualTo("b");
        assertThat(config.pool().waitLimit()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.pool().workers()).isEqualTo(3);
    }

    @Test
    void showsNoPassword() {
        UsherConfig config = load("""
                server = "a"
                [admin]
                password = "hush-admin"
                [[accounts]]
                user = "app"
                password = "hush-app"
                """);

        assertThat(config.toString()).contains("app").doesNotContain("hush");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            wiat-limit = "1s"                      | usher.toml, line 2: unknown setting wiat-limit; did you mean wait-limit?
            zzz = 1                                | usher.toml, line 2: unknown setting zzz
            [admin]\\npasword = "x"                | usher.toml, line 3: unknown setting admin.pasword; did you mean admin.password?
            [[accounts]]\\nuser = "a"\\nhost = "x" | usher.toml, line 4: unknown setting host
            [[accounts]]\\npassword = "x"          | usher.toml: [[accounts]] without user
            wait-limit = 10                        | usher.toml, line 2: wait-limit = 10: must be a duration with its unit, such as 500ms, 10s, 5m or 1h
            wait-limit = ["1s"]                    | usher.toml, line 2: wait-limit takes one value, not a list
            hand-over = "lasy"                     | usher.toml, line 2: hand-over = lasy: must be one of lazy, eager, shuffle
            max-server-connections = 0             | usher.toml, line 2: max-server-connections = 0: must be at least 1, or auto
            workers = -1                           | workers = -1: must be at least 0
            server-lifetime = "0"                  | server-lifetime = 0s: must be longer than 0
            listen = []                            | listen must have at least one address
            tls-cert = "c"                         | tls-cert and tls-key belong together: tls-key is missing
            server-tls-ca = "c"                    | server-tls-ca = c: is used only with server-tls = verify-ca or verify-identity
            workers = 1.5                          | usher.toml, line 2: workers must be a text or a whole number
            """)
    void saysWhatIsWrongAndWhere(String line, String message) {
        assertThatThrownBy(() -> load("server = \"a\"\n" + line.replace("\\n", "\n")))
                .isInstanceOf(ConfigException.class)
                .hasMessage(message.replace("usher.toml", directory.resolve("usher.toml").toString()));
    }

    @Test
    void saysInWhichLineTheFileIsNotToml() {
        assertThatThrownBy(() -> load("server = \"a\"\nworkers = = 1\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("usher.toml, line 2: ");
    }

    @Test
    void namesTheFlagThatIsWrong() {
        assertThatThrownBy(() -> load("", "server", "a", "wait-limit", "soon"))
                .hasMessageStartingWith("--wait-limit = soon: must be a duration");
    }

    @Test
    void asksForTheServer() {
        assertThatThrownBy(() -> load("")).isInstanceOf(ConfigException.class).hasMessageContaining("--server");
    }

    @Test
    void theAdminPasswordFileOfAFlagWinsOverThePasswordOfTheFile() throws IOException {
        Path file = Files.writeString(directory.resolve("admin-secret"), "of the flag\n");

        UsherConfig config = load("server = \"a\"\n[admin]\npassword = \"of the file\"",
                "admin-password-file", file.toString());

        assertThat(config.admin().password()).contains(Secret.of("of the flag"));
    }

    @Test
    void talkingToARunningUsherNeedsNeitherTheServerNorTheAccountsPasswords() throws IOException {
        Path file = Files.writeString(directory.resolve("usher.toml"), """
                [admin]
                listen = "[::1]:9"
                account = "boss"
                password = "hush"
                [[accounts]]
                user = "app"
                password-env = "NO_SUCH_VARIABLE_HERE"
                """);

        AdminAccess access = ConfigLoader.loadAdmin(Optional.of(file), Map.of("admin-account", List.of("other")));

        assertThat(access.admin().listen()).contains(new HostAndPort("::1", 9));
        assertThat(access.admin().account()).isEqualTo("other");
        assertThat(access.password()).isEqualTo(Secret.of("hush"));
        assertThatThrownBy(() -> ConfigLoader.load(Optional.of(file), Map.of("server", List.of("a"))))
                .hasMessageEndingWith("the variable NO_SUCH_VARIABLE_HERE is not set");
    }

    @Test
    void refusesAnAccountThatIsThereTwice() {
        assertThatThrownBy(() -> load("server = \"a\"\n[[accounts]]\nuser = \"u\"\n[[accounts]]\nuser = \"u\""))
                .hasMessage("[[accounts]] has the user u twice");
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/8, 10.9.8.7, true", "10.0.0.0/8, 11.0.0.0, false", "10.1.2.3, 10.1.2.3, true",
        "10.1.2.3, 10.1.2.2, false", "10.0.0.128/25, 10.0.0.127, false", "fd00::/9, fd7f::1, true",
        "fd00::/9, fd80::1, false", "0.0.0.0/0, ::1, false", "127.0.0.0/8, ::ffff:127.0.0.1, true"})
    void anAddressRangeContainsWhatItsBitsSay(String range, String address, boolean contained) {
        assertThat(Cidr.parse(range).contains(InetAddress.ofLiteral(address))).isEqualTo(contained);
    }

    private UsherConfig load(String toml, String... flags) {
        try {
            Map<String, List<String>> given = new java.util.HashMap<>();
            for (int i = 0; i < flags.length; i += 2) {
                given.put(flags[i], List.of(flags[i + 1]));
            }
            return ConfigLoader.load(Optional.of(Files.writeString(directory.resolve("usher.toml"), toml)), given);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
