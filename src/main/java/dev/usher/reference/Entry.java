package dev.usher.reference;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A full entry, as one file has it.
 *
 * @param message as the server writes it, with the place-holders of its own message file
 * @param servers who has the error, and since when or until when, in words
 * @param differs where a server's symbol, SQLSTATE or message is another one
 * @param common whether people meet it, as opposed to look it up
 * @param productionRisk what an application does when it hits
 * @param causes the likeliest first
 * @param phrases regular expressions for texts of drivers and logs that mean this error and carry neither its number nor its message
 * @param reproduce the way to see it, for each family that has one
 * @param versions notes on versions, each beginning with the server's name
 * @param usher what Usher does about it, or with it
 * @param related codes of other full entries
 */
public record Entry(
        int code,
        String symbol,
        String sqlState,
        String message,
        Map<Family, String> servers,
        Map<Family, Wording> differs,
        ErrorClass errorClass,
        Severity severity,
        boolean common,
        String productionRisk,
        String meaning,
        List<String> causes,
        List<String> phrases,
        Map<Family, Reproduction> reproduce,
        List<Fix> fixes,
        List<Avoid> avoid,
        List<String> versions,
        String usher,
        List<Integer> related,
        List<Source> sources) implements Explanation {

    /** Symbol, SQLSTATE and message on one family. */
    public record Wording(String symbol, String sqlState, String message) {}

    /**
     * @param on the families whose servers take the code
     * @param language of the code: sql, ini, shell, php, java, python, javascript, toml or text
     * @param when it is the right one
     * @param why it works
     */
    public record Fix(String title, String when, List<Family> on, String language, String code, String why) {}

    /** What looks like a remedy and is none. */
    public record Avoid(String what, String why) {}

    /** A page of the official documentation. */
    public record Source(String title, String page) {}

    /** Symbol, SQLSTATE and message as this family has them. */
    public Wording wording(Family family) {
        return Optional.ofNullable(differs.get(family)).orElseGet(() -> new Wording(symbol, sqlState, message));
    }

    /** Whether this word is anywhere in the texts of the entry, in whatever case. */
    public boolean mentions(String word) {
        return toString().toLowerCase(Locale.ROOT).contains(word.toLowerCase(Locale.ROOT));
    }
}
