/** What /proc says of this machine and of a server that runs on it. */
@NullMarked
package dev.usher.doctor.machine;

import org.jspecify.annotations.NullMarked;
