/**
 * How the commands that look at a server log in to it, also when it is full: {@link dev.usher.doctor.access.ServerAccess} tries the ways in, in order, and
 * says which one worked.
 */
@NullMarked
package dev.usher.doctor.access;

import org.jspecify.annotations.NullMarked;
