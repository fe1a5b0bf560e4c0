package dev.usher.reference;

import java.util.Locale;

/** How bad it is when an error shows in production; in ascending order. */
public enum Severity {
    /** Normal operation. */
    INFO,
    /** One client is affected, or a retry is enough. */
    WARNING,
    /** Requests fail until somebody does something. */
    ERROR,
    /** The application as a whole is down or about to be. */
    CRITICAL;

    /** As the entry files and options write it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
