package dev.usher.tls;

import dev.usher.config.ConfigException;
import dev.usher.config.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A certificate that Usher makes for itself on first start, as MySQL does, so that TLS works without any setting; kept for ten years, so that
 * clients which pin it keep working. It lies in {@code tls} in the state directory.
 *
 * <p>The JDK can parse certificates but has no API to make one. {@code keytool} can, and belongs to the module {@code java.base}: no Java
 * runtime is without it. The alternatives were BouncyCastle, 10 MB of classes for one call in ten years, and Netty's {@code CertificateBuilder},
 * which is made for tests and needs BouncyCastle too. P-256 rather than RSA because a signature then costs a twentieth of the time in every
 * full handshake, and every client with TLS 1.2 knows it.
 *
 * <p>Two processes may start at once: each prepares a folder of its own, and the first to rename it wins.
 */
record SelfSignedCertificate(Path certificate, Path key) {
    private static final String STORE_TYPE = "PKCS12";
    private static final String ALIAS = "usher";
    private static final int TIME_LIMIT_SECONDS = 60;

    /** The one that is there, or else a new one. */
    static SelfSignedCertificate in(Path stateDirectory) {
        Path folder = stateDirectory.resolve("tls");
        SelfSignedCertificate kept = of(folder);
        if (!Files.exists(folder)) {
            try {
                make(stateDirectory, folder);
            } catch (IOException | GeneralSecurityException e) {
                throw new ConfigException(Settings.TLS_CERT.name() + " is not set, and no certificate can be made in " + folder + ": " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ConfigException("interrupted while a certificate was made in " + folder);
            }
        }
        return kept;
    }

    private static SelfSignedCertificate of(Path folder) {
        return new SelfSignedCertificate(folder.resolve("server-cert.pem"), folder.resolve("server-key.pem"));
    }

    private static void make(Path stateDirectory, Path folder) throws IOException, GeneralSecurityException, InterruptedException {
        Files.createDirectories(stateDirectory);
        Path staging = Files.createTempDirectory(stateDirectory, "tls-new-"); // 0700
        try {
            Path store = staging.resolve("keystore");
            char[] password = password();
            runKeytool(store, password);
            KeyStore keys = KeyStore.getInstance(STORE_TYPE);
            try (var in = Files.newInputStream(store)) {
                keys.load(in, password);
            }
            Files.delete(store);
            SelfSignedCertificate made = of(staging);
            writePem(made.key(), "PRIVATE KEY", Objects.requireNonNull(keys.getKey(ALIAS, password)).getEncoded(), "rw-------");
            writePem(made.certificate(), "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded(), "rw-r--r--");
            moveUnlessThere(staging, folder);
        } finally {
            deleteRecursively(staging);
        }
    }

    /** A folder is never renamed onto one that has files in it: then another process was faster, and its certificate is as good. */
    private static void moveUnlessThere(Path staging, Path folder) throws IOException {
        try {
            Files.move(staging, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.exists(of(folder).key())) {
                throw e;
            }
        }
    }

    private static void runKeytool(Path store, char[] password) throws IOException, InterruptedException {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        var builder = new ProcessBuilder(List.of(keytool.toString(), "-genkeypair", "-alias", ALIAS,
                "-keyalg", "EC", "-groupname", "secp256r1", "-sigalg", "SHA256withECDSA", "-validity", "3650",
                "-dname", "CN=Usher auto-generated server certificate", "-ext", "SAN=dns:localhost,ip:127.0.0.1,ip:::1",
                "-storetype", STORE_TYPE, "-keystore", store.toString(), "-storepass:env", "USHER_STORE_PASSWORD"));
        builder.environment().put("USHER_STORE_PASSWORD", new String(password)); // a command line could be seen by others
        builder.environment().remove("JAVA_TOOL_OPTIONS"); // may start agents and ports that are meant for Usher itself
        builder.redirectErrorStream(true);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!process.waitFor(TIME_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(keytool + " does not end");
        }
        if (process.exitValue() != 0) {
            throw new IOException(keytool + " failed: " + output);
        }
    }

    private static char[] password() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random).toCharArray();
    }

    private static void writePem(Path file, String type, byte[] der, String permissions) throws IOException {
        String pem = "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[]{'\n'}).encodeToString(der)
                + "\n-----END " + type + "-----\n";
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
        try (var channel = Files.newByteChannel(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
            channel.write(StandardCharsets.US_ASCII.encode(pem));
        }
    }

    private static void deleteRecursively(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
