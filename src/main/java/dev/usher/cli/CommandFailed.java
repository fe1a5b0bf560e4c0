package dev.usher.cli;

/** A command that cannot do what it was asked to; the message is all that the user sees. */
final class CommandFailed extends RuntimeException {
    private final int exitStatus;

    CommandFailed(int exitStatus, String message) {
        super(message);
        this.exitStatus = exitStatus;
    }

    static CommandFailed refused(String message) {
        return new CommandFailed(ExitStatus.REFUSED, message);
    }

    int exitStatus() {
        return exitStatus;
    }
}
