/**
 * What {@code usher demo} does: a crowd of clients on a server with few connections, without Usher and with it.
 *
 * <p>Start reading at {@link dev.usher.cli.demo.Demo}. {@code Crowd} makes the load, {@code ServerLoad} looks at the server meanwhile,
 * {@code Tally} counts what the clients saw, and a {@code View} shows it.
 */
@NullMarked
package dev.usher.cli.demo;

import org.jspecify.annotations.NullMarked;
