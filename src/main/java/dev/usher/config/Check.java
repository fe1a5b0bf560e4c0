package dev.usher.config;

import java.time.Duration;

/** Ranges, with the setting's name in the error. */
final class Check {
    private Check() {}

    static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw ConfigException.wrongValue(name, value, "must be at least " + least);
        }
    }

    static void positive(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw ConfigException.wrongValue(name, DurationText.format(value), "must be longer than 0");
        }
    }

    static void notNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw ConfigException.wrongValue(name, DurationText.format(value), "must not be negative");
        }
    }
}
