package dev.usher.cli.demo;

import java.util.Optional;

/**
 * Both phases.
 *
 * @param direct straight at the server
 * @param usher through Usher; empty in a build without the pooler
 */
public record DemoResult(PhaseResult direct, Optional<PhaseResult> usher) {}
