package dev.usher.doctor.sizing;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a size is computed from.
 *
 * @param peakRunning the most statements that were seen running at once
 * @param machine nothing, if the server is elsewhere
 * @param givenMemory what the user says the server's machine has, in bytes
 */
public record SizingInput(ServerFacts server, SessionMemory sessions, int peakRunning, Optional<MachineFacts> machine,
        OptionalLong givenMemory) {}
