/**
 * Client connections: the listener, their login, and the relay between them and the server connections they lease. May use {@code pool} and all that it may
 * use. Start with {@link dev.usher.proxy.ClientConnection}.
 */
@NullMarked
package dev.usher.proxy;

import org.jspecify.annotations.NullMarked;
