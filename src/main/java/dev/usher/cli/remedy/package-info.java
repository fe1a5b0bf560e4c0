/** How {@code usher raise} and {@code usher leaks} look, for people and for programs. Start at {@link dev.usher.cli.remedy.RaiseReport}. */
@NullMarked
package dev.usher.cli.remedy;

import org.jspecify.annotations.NullMarked;
