package dev.usher.admin;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One kind of admin statement. */
interface AdminStatement {
    /** Matches the whole statement, without comments and the final semicolon. */
    Pattern pattern();

    /** As SHOW HELP lists it; empty for what only drivers send. */
    String form();

    /** What it is for, in a few words. */
    String purpose();

    /** @param words the groups of {@link #pattern} */
    AdminResult answer(Matcher words, Session session);

    /** Blanks in {@code words} stand for any white space; letters match in either case. */
    static Pattern words(String words) {
        return Pattern.compile(words.replace(" ", "\\s+"), Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    /**
     * Who asks, and about what.
     *
     * @param connectionId of the admin connection itself
     * @param user as logged in, with the client's address: {@code admin@127.0.0.1}
     */
    record Session(PoolerView pooler, String usherVersion, long connectionId, String user) {}
}
