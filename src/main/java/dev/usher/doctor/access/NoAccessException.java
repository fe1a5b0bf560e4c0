package dev.usher.doctor.access;

/** No connection to the server could be had. The message is one line that says why; an expected outcome, so it must be dealt with. */
public final class NoAccessException extends Exception {
    private static final int TOO_MANY_CONNECTIONS = 1040;
    private static final int NO_THREAD = 1135;

    private final int serverError;

    private final String serverMessage;

    NoAccessException(String message) {
        this(message, 0, "");
    }

    NoAccessException(String message, int serverError, String serverMessage) {
        super(message);
        this.serverError = serverError;
        this.serverMessage = serverMessage;
    }

    /** The server's own words, or nothing. */
    public String serverMessage() {
        return serverMessage;
    }

    /** What the server answered, such as 1045, or 0 when the failure is not the server's answer. */
    public int serverError() {
        return serverError;
    }

    /** Whether the server had no place or no thread for the connection, which it may have in the next moment, or by another way. */
    boolean mayPass() {
        return serverError == TOO_MANY_CONNECTIONS || isWithoutThread();
    }

    boolean isWithoutThread() {
        return serverError == NO_THREAD;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
