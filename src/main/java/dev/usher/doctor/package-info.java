/**
 * Why a server is out of connections, proved, and what to do about it. Collecting, judging and rendering are kept apart: {@code access} opens a
 * connection when nobody else can, {@code machine} reads /proc, and rules are pure functions from facts to findings.
 */
@NullMarked
package dev.usher.doctor;

import org.jspecify.annotations.NullMarked;
