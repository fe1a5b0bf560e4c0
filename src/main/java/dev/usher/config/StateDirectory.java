package dev.usher.config;

import java.nio.file.Path;
import java.util.Optional;

/** Where Usher keeps what it generates, unless told. */
public final class StateDirectory {
    private StateDirectory() {}

    /** What systemd gives a service, else the user's state folder as the XDG base directory specification has it. */
    public static Path byDefault() {
        return variable("STATE_DIRECTORY").map(Path::of)
                .or(() -> variable("XDG_STATE_HOME").map(home -> Path.of(home, "usher")))
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".local", "state", "usher"));
    }

    private static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(text -> !text.isBlank());
    }
}
