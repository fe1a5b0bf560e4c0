package dev.usher.doctor.access;

/** No connection to the server could be had. The message is one line that says why; an expected outcome, so it must be dealt with. */
public final class NoAccessException extends Exception {
    /** The server's error 1040, or no error of the server at all. */
    private static final int TOO_MANY_CONNECTIONS = 1040;

    private final int serverError;

    NoAccessException(String message) {
        this(message, 0);
    }

    NoAccessException(String message, int serverError) {
        super(message);
        this.serverError = serverError;
    }

    /** What the server answered, such as 1045, or 0 when the failure is not the server's answer. */
    public int serverError() {
        return serverError;
    }

    boolean isFull() {
        return serverError == TOO_MANY_CONNECTIONS;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
