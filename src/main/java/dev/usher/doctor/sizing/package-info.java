/**
 * How many connections a server can have: pure functions from what was seen to a ceiling, with the calculation. No I/O. Start at
 * {@link dev.usher.doctor.sizing.Sizing}; {@code docs/raise.md} has the formulas.
 */
@NullMarked
package dev.usher.doctor.sizing;

import org.jspecify.annotations.NullMarked;
