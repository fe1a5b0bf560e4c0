package dev.usher.doctor.access;

/**
 * One way that was tried.
 *
 * @param outcome why it did not work, or {@code in}
 */
public record Attempt(Endpoint endpoint, String outcome) {
    static final String IN = "in";

    public boolean worked() {
        return outcome.equals(IN);
    }

    @Override
    public String toString() {
        return endpoint + ": " + outcome;
    }
}
