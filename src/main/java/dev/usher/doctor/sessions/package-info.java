/**
 * Reads a server's sessions for {@code doctor.leaks}, and kills those that leak. I/O and no judgement. Start at
 * {@link dev.usher.doctor.sessions.SessionReader} and {@link dev.usher.doctor.sessions.Killer}.
 */
@NullMarked
package dev.usher.doctor.sessions;

import org.jspecify.annotations.NullMarked;
