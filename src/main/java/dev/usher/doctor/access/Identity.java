package dev.usher.doctor.access;

/** How the server's {@code session_connect_attrs} shows our own connections, so that they are not taken for somebody's. */
public final class Identity {
    public static final String PROGRAM = "usher-doctor";

    static final String ATTRIBUTES = "program_name:" + PROGRAM;

    private Identity() {}
}
