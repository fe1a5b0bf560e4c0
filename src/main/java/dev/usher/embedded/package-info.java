/**
 * A real MariaDB server that needs no installation, for the demonstration, for reproducing error 1040 and for tests.
 *
 * <p>Uses nothing else of Usher. Start reading at {@link dev.usher.embedded.EmbeddedServer}; {@code Distribution} is how the
 * server's files come out of a jar, {@code ServerProcess} how the server is started and never outlives this program.
 */
@NullMarked
package dev.usher.embedded;

import org.jspecify.annotations.NullMarked;
