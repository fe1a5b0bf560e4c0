package dev.usher.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.config.ConfigException;
import dev.usher.config.ServerTls;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SslContextsTest {
    @TempDir
    static Path folder;

    private static SelfSignedCertificate files;
    private static SslContext server;

    @BeforeAll
    static void makeServer() {
        files = SelfSignedCertificate.in(folder);
        server = SslContexts.towardsClients(ServerCertificate.load(files.certificate(), files.key()));
    }

    @AfterAll
    static void releaseServer() {
        ReferenceCountUtil.release(server);
    }

    @Test
    void nativeLibraryIsUsedWhereThisBuildHasOne() {
        assertThat(OpenSsl.isAvailable()).as("netty-tcnative: %s", OpenSsl.unavailabilityCause()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"PREFERRED", "REQUIRED"})
    void encryptionAloneAcceptsAnyCertificate(ServerTls mode) {
        assertThat(handshake(mode, Optional.empty(), "elsewhere.example").succeeded()).isTrue();
    }

    @Test
    void verifyCaAcceptsAnyNameButOnlyTheGivenAuthority(@TempDir Path other) {
        assertThat(handshake(ServerTls.VERIFY_CA, Optional.of(files.certificate()), "elsewhere.example").succeeded()).isTrue();
        Path otherAuthority = SelfSignedCertificate.in(other).certificate();
        assertThat(handshake(ServerTls.VERIFY_CA, Optional.of(otherAuthority), "localhost").succeeded()).isFalse();
    }

    @Test
    void verifyIdentityWantsTheNameToo() {
        Optional<Path> authority = Optional.of(files.certificate());
        assertThat(handshake(ServerTls.VERIFY_IDENTITY, authority, "localhost").succeeded()).isTrue();
        assertThat(handshake(ServerTls.VERIFY_IDENTITY, authority, "127.0.0.1").succeeded()).isTrue();
        assertThat(handshake(ServerTls.VERIFY_IDENTITY, authority, "elsewhere.example").succeeded()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"VERIFY_CA", "VERIFY_IDENTITY"})
    void withoutFileTheSystemsAuthoritiesDecide(ServerTls mode) {
        assertThat(handshake(mode, Optional.empty(), "localhost").succeeded()).isFalse();
    }

    @Test
    void missingAuthorityFileIsNamedWithItsSetting() {
        Path missing = folder.resolve("missing.pem");
        assertThatThrownBy(() -> SslContexts.towardsServer(ServerTls.VERIFY_CA, Optional.of(missing)))
                .isInstanceOf(ConfigException.class)
                .hasMessage("server-tls-ca: cannot read " + missing + ": no such file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void bothVersionsAreSpokenByTheJdksEngineToo(String version) throws Exception {
        SslContext client = SslContextBuilder.forClient().sslProvider(SslProvider.JDK).protocols(version)
                .trustManager(InsecureTrustManagerFactory.INSTANCE).endpointIdentificationAlgorithm("").build();
        Handshake handshake = Handshake.between(client, "localhost", server);
        assertThat(handshake.clientFailure()).isNull();
        assertThat(Objects.requireNonNull(handshake.clientSession()).getProtocol()).isEqualTo(version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void clientsResumeByTicketAlsoAfterTheKeyWasRenewed(String version) throws Exception {
        SslContext own = SslContexts.towardsClients(ServerCertificate.load(files.certificate(), files.key()));
        try {
            var tickets = new SessionTickets(new SecureRandom());
            tickets.on(own);
            var asked = new CountingTrustManager();
            SslContext client = SslContextBuilder.forClient().sslProvider(SslProvider.JDK).protocols(version)
                    .trustManager(asked).endpointIdentificationAlgorithm("").build();
            assertThat(Handshake.between(client, "localhost", own).succeeded()).isTrue();
            tickets.renew();
            assertThat(Handshake.between(client, "localhost", own).succeeded()).isTrue();
            assertThat(Handshake.between(client, "localhost", own).succeeded()).isTrue();
            assertThat(asked.times).as("full handshakes, of three").isEqualTo(1);
        } finally {
            ReferenceCountUtil.release(own);
        }
    }

    private static Handshake handshake(ServerTls mode, Optional<Path> authority, String host) {
        SslContext client = SslContexts.towardsServer(mode, authority);
        try {
            return Handshake.between(client, host, server);
        } finally {
            ReferenceCountUtil.release(client);
        }
    }

    /** Sees a certificate in full handshakes only. */
    private static final class CountingTrustManager implements X509TrustManager {
        private int times;

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            times++;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
