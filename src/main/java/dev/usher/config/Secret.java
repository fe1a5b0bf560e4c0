package dev.usher.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A password. It never shows itself in {@code toString}, so neither do the records that hold one. */
public final class Secret {
    private final String text;

    private Secret(String text) {
        this.text = text;
    }

    public static Secret of(String text) {
        return new Secret(text);
    }

    /** The password itself; for the code that proves or verifies it and nothing else. */
    public String reveal() {
        return text;
    }

    /** The password as the protocol sends it. */
    public byte[] utf8() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public boolean isEmpty() {
        return text.isEmpty();
    }

    /** Takes the same time wherever the two differ. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && MessageDigest.isEqual(utf8(), secret.utf8());
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
