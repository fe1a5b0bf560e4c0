package dev.usher.config;

/** When a client connection's lease ends. */
public enum HandOver {
    /** When somebody else needs the server connection, or its client has run nothing for long. */
    LAZY,
    /** After every statement that leaves no pin. */
    EAGER,
    /** As {@link #EAGER}, and the next lease is for a different connection: for tests. */
    SHUFFLE
}
