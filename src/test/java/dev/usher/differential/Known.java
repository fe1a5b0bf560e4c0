package dev.usher.differential;

import java.util.List;
import java.util.regex.Pattern;

/** Statements that are known not to be alike, so that the test does not send them. Each is in docs/pooling.md. */
final class Known {
    private static final List<Pattern> WRONG = List.of();

    private Known() {}

    static boolean wrong(Command command) {
        String text = switch (command) {
            case Command.Query query -> query.text();
            case Command.Prepare prepare -> prepare.text();
            default -> "";
        };
        return WRONG.stream().anyMatch(pattern -> pattern.matcher(text).matches());
    }
}
