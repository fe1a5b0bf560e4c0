package dev.usher.doctor.rules;

import dev.usher.doctor.facts.Facts;
import java.util.List;

/**
 * All of it.
 *
 * @param findings the weightiest first
 */
public record Diagnosis(Facts facts, Picture picture, Cause cause, double confidence, Severity severity, String summary,
        List<Finding> findings) {}
