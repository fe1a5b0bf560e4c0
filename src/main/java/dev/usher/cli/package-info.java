/** One picocli class per command; the only place that writes to a terminal. May use everything. */
package dev.usher.cli;
