/**
 * What Usher was told to do: immutable, validated records, read from {@code usher.toml} and from flags.
 *
 * <p>Start at {@link dev.usher.config.UsherConfig}; {@link dev.usher.config.Settings} lists every setting once, with its
 * name, default and help, for the file and the command line alike. The only I/O is reading the file and the password
 * files that it names. Uses no other package.
 */
@NullMarked
package dev.usher.config;

import org.jspecify.annotations.NullMarked;
