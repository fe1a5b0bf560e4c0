package dev.usher.embedded;

import java.nio.file.Path;

/** Lets the tests run the embedded server's program with more freedom than {@link EmbeddedServer} gives: stop it, start it again, any argument. */
public final class UnpackedServer {
    private UnpackedServer() {}

    /** The folder with {@code bin} and {@code share}; unpacks them on first use. */
    public static Path home() {
        return Distribution.in(EmbeddedServerBuilder.defaultCacheDirectory(), step -> {}).home();
    }
}
