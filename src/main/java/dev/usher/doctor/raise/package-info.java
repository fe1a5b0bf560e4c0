/**
 * Collects what {@code doctor.sizing} computes from, and carries out what it decided. I/O and no judgement. Start at
 * {@link dev.usher.doctor.raise.SizingCollector}.
 */
@NullMarked
package dev.usher.doctor.raise;

import org.jspecify.annotations.NullMarked;
