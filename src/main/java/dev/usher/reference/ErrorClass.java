package dev.usher.reference;

import java.util.Locale;

/** What an error is about. */
public enum ErrorClass {
    /** A connection could not be made or was lost. */
    CONNECTION,
    /** Something is used up. */
    LIMIT,
    /** Who it is, and whether that is allowed. */
    AUTHENTICATION,
    /** Somebody waited too long for somebody. */
    TIMEOUT,
    /** Somebody ended it on purpose. */
    KILL,
    /** Another session is in the way. */
    LOCK,
    /** Bytes or commands that the other side did not expect. */
    PROTOCOL,
    /** What a statement asks for is not there or not possible. */
    STATEMENT,
    /** The server itself: starting, stopping, out of something. */
    SERVER;

    /** As the entry files and options write it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
