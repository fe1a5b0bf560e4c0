package dev.usher.session;

/** What FOUND_ROWS() is after a statement, as far as its text tells. Measured on MySQL 9.7 and MariaDB 10.11 and 11.8. */
public enum FoundRows {
    /** The number of rows that the query has sent: no SQL_CALC_FOUND_ROWS, no offset, no set operation with a limit, no INTO. */
    SENT,
    /** What it was before. */
    KEPT,
    /** UPDATE of one table: as before on MariaDB, on MySQL the number of rows that the OK calls matched. */
    MATCHED,
    /** DO: as before on MariaDB, 1 on MySQL. */
    ONE,
    /** A number that only the server knows. */
    COUNTED,
    /** Only the server knows: another number, or what it was before. */
    UNCLEAR
}
