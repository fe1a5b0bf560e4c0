/**
 * One class per authentication plugin, both sides of it, and what is known about an account. Computations only: no I/O, no
 * pipeline, no logging. May use {@code wire} and {@code error}. Start reading at {@link dev.usher.auth.Credentials}.
 */
@NullMarked
package dev.usher.auth;

import org.jspecify.annotations.NullMarked;
