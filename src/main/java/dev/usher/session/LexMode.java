package dev.usher.session;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What of the session's state changes how its statements are cut into tokens.
 *
 * @param ansiQuotes sql_mode ANSI_QUOTES: {@code "x"} is a name, not a string
 * @param noBackslashEscapes sql_mode NO_BACKSLASH_ESCAPES: a backslash in a string is itself
 * @param unsafeCharset character_set_client is one in which a backslash or backtick byte can be the second byte of a
 *     character; nothing is proved about a text that is not ASCII under it
 * @param oracle sql_mode ORACLE (MariaDB): another grammar, with anonymous blocks; nothing is proved single in it
 */
public record LexMode(boolean ansiQuotes, boolean noBackslashEscapes, boolean unsafeCharset, boolean oracle) {
    /** The servers' default sql_mode and any of the usual character sets. */
    public static final LexMode DEFAULT = new LexMode(false, false, false, false);

    private record Known(String sqlMode, String characterSetClient, LexMode mode) {}

    /** What was asked for last: nearly all sessions are alike in this, and it is asked for each of them. */
    private static volatile Known last = new Known("", "", DEFAULT);

    private static final Set<String> UNSAFE_CHARSETS = Set.of("big5", "cp932", "gb18030", "gbk", "sjis");

    /**
     * From the two system variables as the server shows them.
     *
     * @param sqlMode value of {@code @@sql_mode}: names parted by commas
     * @param characterSetClient value of {@code @@character_set_client}
     */
    public static LexMode of(String sqlMode, String characterSetClient) {
        Known known = last;
        if (known.sqlMode.equals(sqlMode) && known.characterSetClient.equals(characterSetClient)) {
            return known.mode;
        }
        LexMode mode = read(sqlMode, characterSetClient);
        last = new Known(sqlMode, characterSetClient, mode);
        return mode;
    }

    private static LexMode read(String sqlMode, String characterSetClient) {
        Set<String> modes = new HashSet<>(List.of(sqlMode.toUpperCase(Locale.ROOT).split(",")));
        return new LexMode(
                modes.contains("ANSI_QUOTES") || modes.contains("ANSI"),
                modes.contains("NO_BACKSLASH_ESCAPES"),
                UNSAFE_CHARSETS.contains(characterSetClient.toLowerCase(Locale.ROOT)),
                modes.contains("ORACLE"));
    }
}
