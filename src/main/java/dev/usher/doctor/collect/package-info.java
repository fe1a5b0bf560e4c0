/** Looks at a server over its connection, and at the machine when the server is on it. Start at {@link dev.usher.doctor.collect.Watch}. */
@NullMarked
package dev.usher.doctor.collect;

import org.jspecify.annotations.NullMarked;
