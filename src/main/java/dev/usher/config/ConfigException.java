package dev.usher.config;

/** A setting that is unknown, wrong or missing. The message is one line, meant for the person who wrote the setting. */
public final class ConfigException extends RuntimeException {
    public ConfigException(String message) {
        super(message);
    }

    /** For {@code name = value} that is not allowed; {@code needed} continues the sentence, as in "must be at least 1". */
    static ConfigException wrongValue(String name, Object value, String needed) {
        return new ConfigException(name + " = " + value + ": " + needed);
    }
}
