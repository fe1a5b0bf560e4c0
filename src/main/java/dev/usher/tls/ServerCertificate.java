package dev.usher.tls;

import dev.usher.config.ConfigException;
import dev.usher.config.Settings;
import dev.usher.config.TlsConfig;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What Usher shows to its clients: a chain, its own certificate first, and the private key that belongs to that. */
public final class ServerCertificate {
    private static final Logger LOG = LoggerFactory.getLogger(ServerCertificate.class);

    private final PrivateKey key;
    private final List<X509Certificate> chain;

    private ServerCertificate(PrivateKey key, List<X509Certificate> chain) {
        this.key = key;
        this.chain = chain;
    }

    /**
     * The files that were configured, or else the self-signed certificate in the state directory, which is made if there is none.
     *
     * @throws ConfigException if a file can not be read or key and certificate do not belong together
     */
    public static ServerCertificate from(TlsConfig config) {
        if (config.cert().isPresent() && config.key().isPresent()) {
            return load(config.cert().get(), config.key().get());
        }
        SelfSignedCertificate made = SelfSignedCertificate.in(config.stateDirectory());
        return read(made.certificate(), made.key()); // made together; the check costs a twentieth of a second at every start
    }

    /** As {@link #from}, of these two PEM files. */
    public static ServerCertificate load(Path certificateFile, Path keyFile) {
        ServerCertificate certificate = read(certificateFile, keyFile);
        if (!belongTogether(certificate.key, certificate.chain.getFirst().getPublicKey())) {
            throw new ConfigException(
                    Settings.TLS_KEY.name() + ": " + keyFile + " is not the key of the certificate in " + certificateFile);
        }
        return certificate;
    }

    private static ServerCertificate read(Path certificateFile, Path keyFile) {
        List<X509Certificate> chain = new PemFile(Settings.TLS_CERT.name(), certificateFile).certificates();
        X509Certificate own = chain.getFirst();
        PrivateKey key = new PemFile(Settings.TLS_KEY.name(), keyFile).privateKey(own.getPublicKey().getAlgorithm());
        if (own.getNotAfter().toInstant().isBefore(Instant.now())) {
            LOG.warn("{}: the certificate in {} expired on {}", Settings.TLS_CERT.name(), certificateFile, own.getNotAfter().toInstant());
        }
        return new ServerCertificate(key, chain);
    }

    private static boolean belongTogether(PrivateKey key, PublicKey publicKey) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        byte[] sample = {1};
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(sample);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(sample);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    PrivateKey key() {
        return key;
    }

    List<X509Certificate> chain() {
        return chain;
    }

    /** SHA-256 of the certificate in DER, 32 bytes: what MariaDB's proof of a self-signed certificate and fingerprint options are about. */
    public byte[] fingerprint() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(chain.getFirst().getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the certificate can not be encoded", e);
        }
    }
}
