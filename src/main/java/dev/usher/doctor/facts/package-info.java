/** What was seen of a server, as values: no I/O, nothing judged. Start at {@link dev.usher.doctor.facts.Facts}. */
@NullMarked
package dev.usher.doctor.facts;

import org.jspecify.annotations.NullMarked;
