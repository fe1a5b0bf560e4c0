/**
 * Which connections leak: pure functions over what was seen of the sessions at several moments. Sleeping is not leaking. No I/O. Start at
 * {@link dev.usher.doctor.leaks.Leaks}.
 */
@NullMarked
package dev.usher.doctor.leaks;

import org.jspecify.annotations.NullMarked;
