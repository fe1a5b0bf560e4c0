package dev.usher.testing;

import dev.usher.config.TlsConfig;
import dev.usher.tls.ServerCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The certificate that each Usher of the tests shows, made once: that takes longer than most tests. */
public final class TestCertificate {
    private static final Path MADE_IN = Path.of("target", "test-certificate");
    private static final String FOLDER = "tls";

    private TestCertificate() {}

    /** The settings with this state directory, in which the certificate lies. */
    public static synchronized TlsConfig in(Path state, TlsConfig plain) {
        ServerCertificate.from(plain.withStateDirectory(MADE_IN));
        Path folder = state.resolve(FOLDER);
        try {
            if (!Files.exists(folder)) {
                Files.createDirectories(folder);
                for (String file : List.of("server-cert.pem", "server-key.pem")) {
                    Files.copy(MADE_IN.resolve(FOLDER).resolve(file), folder.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return plain.withStateDirectory(state);
    }
}
