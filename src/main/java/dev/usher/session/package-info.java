/**
 * What a session has set that its next statement could notice: which of it can move to another server connection, how it is put there, and what pins. No I/O
 * and no threads. May use {@code wire} and {@code error}. Start with {@link dev.usher.session.Session}.
 */
@NullMarked
package dev.usher.session;

import org.jspecify.annotations.NullMarked;
