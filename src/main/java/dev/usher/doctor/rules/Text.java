package dev.usher.doctor.rules;

import java.time.Duration;
import java.util.Locale;

/** Numbers as findings write them. */
public final class Text {
    private static final long KIB = 1024;

    private Text() {}

    public static String number(double value) {
        return value >= 10 || value == Math.rint(value) ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }

    public static String percent(double share) {
        return Math.round(share * 100) + " %";
    }

    public static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        double value = bytes;
        int unit = 0;
        while (value >= KIB && unit < units.length - 1) {
            value /= KIB;
            unit++;
        }
        return (value < 10 && unit > 0 ? String.format(Locale.ROOT, "%.1f", value) : String.format(Locale.ROOT, "%.0f", value)) + " "
                + units[unit];
    }

    public static String seconds(Duration duration) {
        return number(Math.round(duration.toMillis() / 100.0) / 10.0) + " s";
    }

    /** Such as {@code 3 min} or {@code 2 h}. */
    public static String age(Duration duration) {
        if (duration.toSeconds() < 120) {
            return duration.toSeconds() + " s";
        }
        if (duration.toMinutes() < 120) {
            return duration.toMinutes() + " min";
        }
        return duration.toHours() < 48 ? duration.toHours() + " h" : duration.toDays() + " days";
    }

    /** {@code 1 connection}, {@code 2 connections}. */
    public static String count(long count, String noun) {
        String plural = noun.endsWith("s") ? "es" : "s";
        return String.format(Locale.ROOT, "%,d %s%s", count, noun, count == 1 ? "" : plural);
    }
}
