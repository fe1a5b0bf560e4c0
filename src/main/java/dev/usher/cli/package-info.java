/** One picocli class per command; the only place that writes to a terminal. May use everything. Start at {@link dev.usher.cli.Main}. */
@NullMarked
package dev.usher.cli;

import org.jspecify.annotations.NullMarked;
