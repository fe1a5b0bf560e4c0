package dev.usher.session;

import java.util.OptionalLong;

/**
 * Whom a KILL names.
 *
 * @param scope what is ended
 * @param force MariaDB's HARD or SOFT; {@code DEFAULT} is HARD on the server
 * @param id the thread or query id where it is a plain integer; empty where it is an expression, or a user's name
 * @param self whether it is CONNECTION_ID()
 */
public record KillTarget(Scope scope, Force force, OptionalLong id, boolean self) {
    /** What is ended. */
    public enum Scope {
        CONNECTION,
        QUERY,
        /** MariaDB's KILL QUERY ID: the number is a query's, not a thread's. */
        QUERY_ID,
        /** MariaDB's KILL … USER: all connections of an account. */
        USER
    }

    /** How (MariaDB). */
    public enum Force {
        DEFAULT,
        HARD,
        SOFT
    }
}
