package dev.usher.cli.demo;

/** Shows the demonstration while it runs. Called by one thread. */
interface View extends AutoCloseable {
    /** A few words on what is done before the clients come. */
    void progress(String step);

    /** How things are; several times a second. */
    void running(Phase phase, Snapshot now);

    /** A phase is over. */
    void finished(Phase phase, Snapshot end);

    /** Gives the terminal back. May be called twice, and by another thread when the program is stopped. */
    @Override
    void close();
}
