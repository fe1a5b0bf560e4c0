/** What Usher itself can answer instead of a result: a catalogue of refusals. Uses nothing else. */
@NullMarked
package dev.usher.error;

import org.jspecify.annotations.NullMarked;
