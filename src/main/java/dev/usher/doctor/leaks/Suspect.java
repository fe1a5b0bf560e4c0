package dev.usher.doctor.leaks;

import java.util.List;

/**
 * A client that leaks.
 *
 * @param score 50 to 100
 * @param connections all it has at the last look, the longest idle first
 * @param leaked those of {@code connections} that nobody will use again, by the evidence
 */
public record Suspect(Client client, int score, List<SeenSession> connections, List<SeenSession> leaked, List<Evidence> evidence) {}
