/**
 * The error reference: what an error of MySQL, MariaDB, a client library or Usher itself means, and what to do about it.
 *
 * <p>Full entries are TOML files, one an error, under {@code entries} in this package's resources; {@code docs/explain.md} has their schema. Short entries
 * (code, symbol, SQLSTATE) are lines of the lists beside it, and there is one for every error of the servers. Reads nothing but these resources. Start
 * reading at {@link dev.usher.reference.Reference}; how an entry looks on a terminal, in a browser or to a program is in {@code render}.
 */
@NullMarked
package dev.usher.reference;

import org.jspecify.annotations.NullMarked;
