package dev.usher.doctor.rules;

import java.util.Locale;

/** In rising order. */
public enum Severity {
    /** Worth knowing. */
    INFO,
    /** Will hurt if it goes on. */
    WARNING,
    /** Clients are refused, or about to be. */
    CRITICAL;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
