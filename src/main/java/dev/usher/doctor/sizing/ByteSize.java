package dev.usher.doctor.sizing;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: {@code 512M}, {@code 16G}, {@code 16GiB}. */
public final class ByteSize {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)\\s*([KMGT])(?:i?B)?", Pattern.CASE_INSENSITIVE);

    private ByteSize() {}

    /** @throws IllegalArgumentException with what is allowed; a number without a unit is refused as ambiguous */
    public static long parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException("must be a size with its unit, such as 512M or 16G");
        }
        long unit = switch (form.group(2).toUpperCase(Locale.ROOT)) {
            case "K" -> Amount.KIB;
            case "M" -> Amount.MIB;
            case "G" -> Amount.GIB;
            default -> 1024 * Amount.GIB;
        };
        return (long) (Double.parseDouble(form.group(1)) * unit);
    }
}
