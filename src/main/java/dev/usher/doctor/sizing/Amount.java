package dev.usher.doctor.sizing;

import java.util.Locale;

/**
 * A line of the calculation.
 *
 * @param from where the number comes from
 */
public record Amount(String what, long bytes, String from) {
    static final long KIB = 1024;
    static final long MIB = 1024 * KIB;
    static final long GIB = 1024 * MIB;

    /** Such as {@code 308 KiB} or {@code 1.5 GiB}. */
    public static String text(long bytes) {
        if (bytes < 0) {
            return "-" + text(-bytes);
        }
        if (bytes < MIB) {
            return bytes / KIB + " KiB";
        }
        boolean gib = bytes >= GIB;
        double amount = (double) bytes / (gib ? GIB : MIB);
        return String.format(Locale.ROOT, gib || amount < 10 ? "%.1f %s" : "%.0f %s", amount, gib ? "GiB" : "MiB");
    }
}
