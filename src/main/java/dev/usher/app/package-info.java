/** The composition root: builds, starts, drains and stops a whole Usher. May use everything but {@code cli}. Start with {@link dev.usher.app.Usher}. */
@NullMarked
package dev.usher.app;

import org.jspecify.annotations.NullMarked;
