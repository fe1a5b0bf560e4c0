package dev.usher.tls;

import dev.usher.config.ConfigException;
import dev.usher.config.ServerTls;
import dev.usher.config.Settings;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS contexts of both sides, TLS 1.2 and 1.3. One context serves all workers.
 *
 * <p>With OpenSSL (netty-tcnative), which needs much less memory per connection and time per byte than the JDK's engine; the JDK's
 * where the native library can not be loaded. The contexts are reference-counted: release them when Usher stops.
 */
public final class SslContexts {
    private static final Logger LOG = LoggerFactory.getLogger(SslContexts.class);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    /** Sessions kept here for clients that resume without tickets; the others keep theirs themselves. */
    private static final int SESSION_CACHE_SIZE = 1024;
    /** Where distributions put the authorities that the system trusts; the first is Debian's, the second Red Hat's, the third SUSE's and Alpine's. */
    private static final List<Path> SYSTEM_AUTHORITIES = List.of(
            Path.of("/etc/ssl/certs/ca-certificates.crt"), Path.of("/etc/pki/tls/certs/ca-bundle.crt"), Path.of("/etc/ssl/cert.pem"));

    private SslContexts() {}

    /** For connections from clients: Usher shows this certificate and asks for none. Wants a {@link SessionTickets} to let clients resume. */
    public static SslContext towardsClients(ServerCertificate certificate) {
        var builder = SslContextBuilder.forServer(certificate.key(), certificate.chain())
                .sslProvider(provider())
                // Netty puts the key into a key store on its way to the library. PKCS#12, the default, encrypts it and decrypts it again with ten thousand
                // rounds of a hash each, which is a tenth of a second at every start, for a store that is thrown away.
                .keyStoreType("JKS")
                .sessionCacheSize(SESSION_CACHE_SIZE)
                .protocols(PROTOCOLS)
                // No client is asked for a certificate. Without this the Java runtime's authorities would be read, a hundred and fifty of them.
                .trustManager(certificate.chain());
        return build(builder, Settings.TLS_CERT.name());
    }

    /**
     * For connections to the server. Make handlers with host and port, {@code newHandler(alloc, host, port)}: the name is what
     * {@link ServerTls#VERIFY_IDENTITY} checks.
     *
     * @param mode not {@link ServerTls#DISABLED}, for which there is no context
     * @param authorities PEM file of the authorities to trust; the system's, or the Java runtime's where there are none, if absent
     * @throws ConfigException if that file can not be used
     */
    public static SslContext towardsServer(ServerTls mode, Optional<Path> authorities) {
        var builder = SslContextBuilder.forClient()
                .sslProvider(provider())
                .protocols(PROTOCOLS)
                .endpointIdentificationAlgorithm(mode == ServerTls.VERIFY_IDENTITY ? "HTTPS" : "");
        switch (mode) {
            case DISABLED -> throw new IllegalArgumentException("no TLS context is needed when TLS is disabled");
            // As with every MySQL client, these two encrypt and do not ask who is at the other end.
            case PREFERRED, REQUIRED -> builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
            case VERIFY_CA, VERIFY_IDENTITY -> authorities.or(SslContexts::systemAuthorities)
                    .ifPresent(file -> builder.trustManager(new PemFile(Settings.SERVER_TLS_CA.name(), file).certificates()));
        }
        return build(builder, Settings.SERVER_TLS_CA.name());
    }

    private static Optional<Path> systemAuthorities() {
        return SYSTEM_AUTHORITIES.stream().filter(Files::isReadable).findFirst();
    }

    private static SslProvider provider() {
        if (OpenSsl.isAvailable()) {
            return SslProvider.OPENSSL_REFCNT;
        }
        LOG.info("TLS by the Java runtime: netty-tcnative can not be loaded ({})", OpenSsl.unavailabilityCause().getMessage());
        return SslProvider.JDK;
    }

    private static SslContext build(SslContextBuilder builder, String setting) {
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new ConfigException(setting + ": " + e.getMessage());
        }
    }
}
