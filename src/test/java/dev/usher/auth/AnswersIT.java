package dev.usher.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.usher.testing.Flavour;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The servers judge the answers: every account of every installed server, plain and on TLS. */
class AnswersIT {
    private static final int OK = 0;
    private static final int ERR = 0xFF;

    static Stream<Arguments> logins() {
        return TestServers.all().stream().flatMap(server -> server.accounts().stream()
                .flatMap(account -> links(server).stream().map(tls -> arguments(server, account, tls))));
    }

    private static List<Boolean> links(TestServer server) {
        return Files.exists(server.certificateAuthority()) ? List.of(false, true) : List.of(false);
    }

    static Stream<TestServer> proving() {
        return TestServers.all().stream().filter(server -> server.flavour() == Flavour.MARIADB && links(server).contains(true)
                && Runtime.Version.parse(server.version().replaceFirst("-.*", "")).compareTo(Runtime.Version.parse("11.4")) >= 0);
    }

    @ParameterizedTest
    @MethodSource("logins")
    void rightPasswordIsAccepted(TestServer server, TestAccount account, boolean tls) throws Exception {
        for (int time = 0; time < 2; time++) { // the second caching_sha2 login is a fast one
            try (var login = new RawLogin(server.host(), server.port())) {
                assertThat(login.run(account.user(), password(account.password()), tls, false)).isEqualTo(OK);
                assertThat(login.plugin()).isEqualTo(account.plugin());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("logins")
    void wrongPasswordIsRefused(TestServer server, TestAccount account, boolean tls) throws Exception {
        try (var login = new RawLogin(server.host(), server.port())) {
            assertThat(login.run(account.user(), password("wrong"), tls, false)).isEqualTo(ERR);
        }
    }

    @ParameterizedTest
    @MethodSource("proving")
    void proofOfTheCertificateIsWhatMariaDbSends(TestServer server) throws Exception {
        for (TestAccount account : server.accounts()) {
            Credentials credentials = password(account.password());
            try (var login = new RawLogin(server.host(), server.port())) {
                assertThat(login.run(account.user(), credentials, true, true)).isEqualTo(OK);
                byte[] ours = credentials.certificateProof(login.plugin(), login.greetingNonce(), login.fingerprint());
                if (ours == null) {
                    continue; // not one of the plugins whose stored hash we know
                }
                assertThat(login.okMessage()).as("%s", account).endsWith(Objects.requireNonNull(ours));
            }
        }
    }

    private static Credentials password(String password) {
        return Credentials.ofPassword(password.getBytes(UTF_8));
    }
}
