package dev.usher.cli;

/** What the exit status of every command means. */
final class ExitStatus {
    static final int DONE = 0;
    /** Somebody said no, or could not be reached. */
    static final int REFUSED = 3;
    /** As {@code sysexits.h} has it (EX_USAGE). */
    static final int WRONG_USAGE = 64;
    /** As {@code sysexits.h} has it (EX_SOFTWARE). */
    static final int BUG = 70;

    private ExitStatus() {}
}
