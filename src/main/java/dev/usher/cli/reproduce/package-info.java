/** What {@code usher reproduce} does to a server: it fills it, or keeps one of the doctor's causes going. Start at {@link dev.usher.cli.reproduce.Scene}. */
@NullMarked
package dev.usher.cli.reproduce;

import org.jspecify.annotations.NullMarked;
