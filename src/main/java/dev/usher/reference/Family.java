package dev.usher.reference;

import java.util.Locale;

/** Whose error it is. A number means something only together with its family: MySQL's 4031 and MariaDB's have nothing in common. */
public enum Family {
    MYSQL("MySQL"),
    MARIADB("MariaDB"),
    /** Found by the client's library, not sent by a server. Its numbers are the same whichever server it talks to. */
    CLIENT("Client");

    private final String title;

    Family(String title) {
        this.title = title;
    }

    /** As the entry files and options write it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return title;
    }
}
