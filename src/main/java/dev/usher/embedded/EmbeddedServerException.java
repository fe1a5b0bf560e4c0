package dev.usher.embedded;

/** The embedded server could not be unpacked or did not start. The message says why, and what to do, in words for a user. */
public final class EmbeddedServerException extends RuntimeException {
    EmbeddedServerException(String message) {
        super(message);
    }

    EmbeddedServerException(String message, Throwable cause) {
        super(message, cause);
    }
}
