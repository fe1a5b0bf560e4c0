/**
 * The differential test: random sessions of random commands, each once on a direct connection and once through Usher in {@code shuffle}, where every answer must
 * be equal byte for byte. Start with {@link dev.usher.differential.DifferentialIT}.
 *
 * <p>Its generator and shrinker are its own, not jqwik's: what fails is a schedule of several sessions, which is shortest after whole sessions, then runs of
 * steps have been left out, and a candidate costs a run on a real server, so that how many of them are tried has to be bounded.
 */
@NullMarked
package dev.usher.differential;

import org.jspecify.annotations.NullMarked;
