package dev.usher.admin;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the statement that a text is. A new statement is a class of its own and an entry here. */
final class AdminStatements {
    static final List<AdminStatement> ALL = List.of(
            new ShowPools(),
            new ShowClients(),
            new ShowServers(),
            new ShowPins(),
            new ShowPinTotals(),
            new ShowStatus(),
            new ShowProcesslist(),
            new Kill(),
            new ShowVersion(),
            new ShowHelp(),
            new SelectValues(),
            new DriverShow(),
            new DriverSet());

    /** A comment before the statement, as Connector/J puts one there, or a hint within it. */
    private static final Pattern COMMENT = Pattern.compile("^\\s*/\\*.*?\\*/|^\\s*(?:--\\s|#)[^\\n]*\\n", Pattern.DOTALL);

    /** What drivers send first is under 2,000. */
    private static final int LONGEST = 4096;

    private AdminStatements() {}

    static AdminResult answer(String text, AdminStatement.Session session) {
        if (text.length() > LONGEST) {
            return new AdminResult.Refused(1064, "42000", "An admin statement has at most " + LONGEST + " characters");
        }
        String bare = bare(text);
        for (AdminStatement statement : ALL) {
            Matcher words = statement.pattern().matcher(bare);
            if (words.matches()) {
                return statement.answer(words, session);
            }
        }
        return bare.isEmpty()
                ? new AdminResult.Refused(1065, "42000", "Query was empty")
                : new AdminResult.Refused(1064, "42000", "Not an admin statement of Usher; SHOW HELP lists them");
    }

    private static String bare(String text) {
        String bare = text;
        for (Matcher comment = COMMENT.matcher(bare); comment.find(); comment = COMMENT.matcher(bare)) {
            bare = bare.substring(comment.end());
        }
        bare = bare.strip();
        while (bare.endsWith(";")) {
            bare = bare.substring(0, bare.length() - 1).strip();
        }
        return bare;
    }
}
