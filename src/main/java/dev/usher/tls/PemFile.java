package dev.usher.tls;

import dev.usher.config.ConfigException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/** A PEM file that a setting names; every complaint begins with the setting's name. */
record PemFile(String setting, Path path) {
    private static final String BEGIN_KEY = "-----BEGIN PRIVATE KEY-----";
    private static final String END_KEY = "-----END PRIVATE KEY-----";

    /** All certificates in the file, in order: at least one. */
    List<X509Certificate> certificates() {
        try {
            var parsed = CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(read()));
            if (parsed.isEmpty()) {
                throw complaint("there is no certificate in " + path);
            }
            return parsed.stream().map(X509Certificate.class::cast).toList();
        } catch (CertificateException e) {
            throw complaint(path + " is not a certificate in PEM");
        }
    }

    /**
     * The unencrypted PKCS#8 key in the file.
     *
     * @param algorithm of the certificate's public key: PKCS#8 names it too, but the JDK does not look
     */
    PrivateKey privateKey(String algorithm) {
        String text = new String(read(), StandardCharsets.ISO_8859_1);
        int begin = text.indexOf(BEGIN_KEY);
        int end = text.indexOf(END_KEY);
        if (begin < 0 || end < begin) {
            throw complaint(path + whyNoKey(text));
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN_KEY.length(), end));
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw complaint(path + " does not hold a key of the certificate's kind (" + algorithm + ")");
        }
    }

    private String whyNoKey(String text) {
        if (text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED")) {
            return " is protected by a pass phrase; `openssl pkcs8 -topk8 -nodes -in " + path + "` prints it without";
        }
        if (text.contains("BEGIN RSA PRIVATE KEY") || text.contains("BEGIN EC PRIVATE KEY")) {
            return " is in an old format; `openssl pkcs8 -topk8 -nodes -in " + path + "` prints it in PKCS#8";
        }
        return " is not a private key in PEM";
    }

    private byte[] read() {
        try {
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw complaint("cannot read " + path + ": no such file");
        } catch (AccessDeniedException e) {
            throw complaint("cannot read " + path + ": permission denied");
        } catch (IOException e) {
            throw complaint("cannot read " + path + ": " + e.getMessage());
        }
    }

    private ConfigException complaint(String what) {
        return new ConfigException(setting + ": " + what);
    }
}
