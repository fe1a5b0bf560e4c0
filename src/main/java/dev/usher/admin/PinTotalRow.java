package dev.usher.admin;

import java.time.Duration;

/**
 * The pins that one statement has begun, and that have ended.
 *
 * @param statement without its literals
 * @param reason the first time
 * @param pins how many
 * @param held how long all of them together
 * @param waited how long others have waited because of them
 */
public record PinTotalRow(String statement, String reason, long pins, Duration held, Duration waited) {}
