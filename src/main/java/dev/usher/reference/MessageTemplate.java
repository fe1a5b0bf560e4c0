package dev.usher.reference;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server's message with its place-holders, such as {@code Access denied for user '%-.48s'@'%-.64s'}. */
final class MessageTemplate {
    /** As printf has them; MariaDB's message file puts a letter of its own behind some ({@code %sQ}, {@code %iE}). */
    private static final Pattern PLACE_HOLDER =
            Pattern.compile("%[-+ 0#]*(?:\\d+|\\*)?(?:\\.(?:\\d+|\\*))?(?:l{0,2}|z)[dusicxXMfgp](?:[QETSB](?![A-Za-z]))?");

    private MessageTemplate() {}

    /** A regular expression for what the template becomes. */
    static String regex(String template) {
        StringBuilder regex = new StringBuilder();
        Matcher place = PLACE_HOLDER.matcher(template);
        int from = 0;
        while (place.find()) {
            regex.append(quoted(template.substring(from, place.start()))).append(".*?");
            from = place.end();
        }
        return regex.append(quoted(template.substring(from))).toString();
    }

    private static String quoted(String text) {
        return text.isEmpty() ? "" : Pattern.quote(text);
    }
}
