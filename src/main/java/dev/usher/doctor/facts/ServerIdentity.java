package dev.usher.doctor.facts;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which server it is.
 *
 * @param version as {@code SELECT VERSION()} gives it
 * @param platform who manages it
 * @param endpoint where it was reached
 * @param way how, in words
 * @param administrative whether that way works when the server is full
 */
public record ServerIdentity(String version, Platform platform, String endpoint, String way, boolean administrative) {
    private static final Pattern NUMBERS = Pattern.compile("(?:5\\.5\\.5-)?(\\d+)\\.(\\d+)(?:\\.(\\d+))?");

    public boolean isMariaDb() {
        return version.contains("MariaDB");
    }

    /** Whether it is at least that version; of MySQL or of MariaDB, as {@link #isMariaDb} says. */
    public boolean isAtLeast(int major, int minor, int patch) {
        Matcher numbers = NUMBERS.matcher(version);
        if (!numbers.lookingAt()) {
            return false;
        }
        int[] own = {number(numbers, 1), number(numbers, 2), number(numbers, 3)};
        int[] wanted = {major, minor, patch};
        return java.util.Arrays.compare(own, wanted) >= 0;
    }

    private static int number(Matcher numbers, int group) {
        return numbers.group(group) == null ? 0 : Integer.parseInt(numbers.group(group));
    }

    /** Such as {@code MySQL 9.7.4}. */
    public String product() {
        Matcher numbers = NUMBERS.matcher(version);
        String number = numbers.lookingAt() ? numbers.group().replace("5.5.5-", "") : version;
        return (isMariaDb() ? "MariaDB " : "MySQL ") + number;
    }
}
