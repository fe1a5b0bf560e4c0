package dev.usher.embedded;

/** Another program uses the port; with a free port of our own choice, it is worth another try. */
final class PortTakenException extends Exception {
    final EmbeddedServerException failure;

    PortTakenException(EmbeddedServerException failure) {
        super(failure);
        this.failure = failure;
    }
}
