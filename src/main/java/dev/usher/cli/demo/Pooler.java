package dev.usher.cli.demo;

import dev.usher.config.UsherConfig;

/** Starts the pooler that the second half of the demonstration goes through. */
@FunctionalInterface
public interface Pooler {
    /** Returns when clients can connect. */
    Running start(UsherConfig config);

    /** A pooler that runs. */
    interface Running extends AutoCloseable {
        /** Where clients connect, on 127.0.0.1. */
        int port();

        @Override
        void close();
    }
}
