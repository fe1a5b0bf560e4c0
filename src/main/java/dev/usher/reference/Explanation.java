package dev.usher.reference;

/** What the reference has on one meaning of an error: all there is to say, or who it is. */
public sealed interface Explanation permits Entry, ShortEntry {
    int code();

    String symbol();

    /** Five characters. */
    String sqlState();
}
