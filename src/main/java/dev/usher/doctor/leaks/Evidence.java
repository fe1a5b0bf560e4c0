package dev.usher.doctor.leaks;

/**
 * One reason for, or against, calling something a leak.
 *
 * @param id for programs
 * @param points added to the score; negative speaks against a leak
 * @param text in numbers
 */
public record Evidence(String id, int points, String text) {}
