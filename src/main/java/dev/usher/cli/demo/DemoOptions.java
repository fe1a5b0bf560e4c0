package dev.usher.cli.demo;

import java.time.Duration;

/**
 * How large the demonstration is.
 *
 * @param clients how many clients there are at once
 * @param phase how long they go straight at the server, and then again through Usher
 * @param maxConnections the server's limit
 */
public record DemoOptions(int clients, Duration phase, int maxConnections) {}
