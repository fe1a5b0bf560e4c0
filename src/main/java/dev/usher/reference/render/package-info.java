/** How entries of the reference look: on a terminal, as JSON, as Markdown, as a site. Text in, text out; nothing here looks up or writes anything. */
@NullMarked
package dev.usher.reference.render;

import org.jspecify.annotations.NullMarked;
