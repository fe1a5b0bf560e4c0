/** Pure functions from facts to findings, one class for each cause. Start at {@link dev.usher.doctor.rules.Rules}. */
@NullMarked
package dev.usher.doctor.rules;

import org.jspecify.annotations.NullMarked;
