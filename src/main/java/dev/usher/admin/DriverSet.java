package dev.usher.admin;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What drivers and command line clients set or begin without being asked: accepted, and without effect here. */
final class DriverSet implements AdminStatement {
    @Override
    public Pattern pattern() {
        return AdminStatement.words("(?:SET|USE) .*|COMMIT|ROLLBACK|BEGIN|START TRANSACTION(?: .*)?");
    }

    @Override
    public String form() {
        return "";
    }

    @Override
    public String purpose() {
        return "";
    }

    @Override
    public AdminResult answer(Matcher words, Session session) {
        return AdminResult.Done.SILENTLY;
    }
}
