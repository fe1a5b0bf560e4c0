package dev.usher.doctor.access;

/** How a connection came about. */
public enum Way {
    ORDINARY("an ordinary connection"),
    /** The one above {@code max_connections} that is kept for accounts with CONNECTION ADMIN or SUPER. */
    RESERVED("the connection that the server reserves for administrators"),
    ADMIN_ADDRESS("the administrative address (admin_address, admin_port)"),
    EXTRA_PORT("the extra port (extra_port)"),
    UNIX_SOCKET("the Unix socket");

    private final String text;

    Way(String text) {
        this.text = text;
    }

    /** Whether it works while the server refuses everybody else. */
    public boolean isAdministrative() {
        return this == RESERVED || this == ADMIN_ADDRESS || this == EXTRA_PORT;
    }

    @Override
    public String toString() {
        return text;
    }
}
