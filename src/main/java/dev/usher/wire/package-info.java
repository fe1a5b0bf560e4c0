/**
 * MySQL's and MariaDB's client/server protocol: packets, capabilities, commands and where a response ends. No connections, no threads. May use {@code
 * error}. Start with {@link dev.usher.wire.ResponseReader}, which every relayed byte passes.
 */
@NullMarked
package dev.usher.wire;

import org.jspecify.annotations.NullMarked;
