/** A diagnosis as text for a terminal, as JSON and as HTML. Nothing here looks or judges. */
@NullMarked
package dev.usher.doctor.report;

import org.jspecify.annotations.NullMarked;
