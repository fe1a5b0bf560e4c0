package dev.usher.session;

/** Which server's SQL is read: the two differ in functions, executable comments and compound statements. */
public enum Flavour {
    MYSQL,
    MARIADB
}
