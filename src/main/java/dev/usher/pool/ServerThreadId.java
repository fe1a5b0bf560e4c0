package dev.usher.pool;

/** A connection's id on the server: what its processlist shows and its KILL takes. Never to be taken for a client connection's id at Usher. */
public record ServerThreadId(long value) {
    @Override
    public String toString() {
        return Long.toString(value);
    }
}
