/** What concerns words and nothing else. */
@NullMarked
package dev.usher.text;

import org.jspecify.annotations.NullMarked;
