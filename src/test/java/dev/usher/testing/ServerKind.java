package dev.usher.testing;

/** The real servers that the tests know how to start. */
public enum ServerKind {
    /** The MariaDB that comes with Usher. It is there without an installation. */
    EMBEDDED,
    /** MySQL from {@code ci/servers}. */
    MYSQL,
    /** The newest MariaDB that {@code ci/servers} finds. */
    MARIADB_SID,
    /** MariaDB as the operating system packages it. */
    MARIADB_SYSTEM
}
