package dev.usher.config;

/** What is assumed of stored routines and triggers that a statement may run. */
enum ServerSideCode {
    /** They may leave something in the session that no tracker shows: the session is pinned until that is ruled out. */
    PIN,
    /** They leave nothing in the session. */
    TRUST
}
