package dev.usher.testing;

/** Whose server it is. */
public enum Flavour {
    MYSQL("MySQL"),
    MARIADB("MariaDB");

    private final String title;

    Flavour(String title) {
        this.title = title;
    }

    @Override
    public String toString() {
        return title;
    }
}
