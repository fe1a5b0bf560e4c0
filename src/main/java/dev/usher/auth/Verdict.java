package dev.usher.auth;

/** What {@link Credentials} say about a client's answer. */
public enum Verdict {
    /** Made with the same password. */
    ACCEPTED,
    /** Made with another one. Not a refusal: the password may have changed on the server, which decides. */
    MISMATCH,
    /** What is known about the account does not suffice to tell. */
    CANNOT_TELL
}
