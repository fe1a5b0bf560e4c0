package dev.usher.cli;

import java.io.Console;

/**
 * What standard output can show.
 *
 * @param colours whether it is a terminal that has them, and nobody has switched them off
 * @param unicode whether it shows more than ASCII
 */
record Terminal(boolean colours, boolean unicode) {
    static Terminal current() {
        Console console = System.console();
        boolean terminal = console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
        String noColour = System.getenv("NO_COLOR");
        return new Terminal(terminal && (noColour == null || noColour.isEmpty()),
                "UTF-8".equalsIgnoreCase(System.getProperty("stdout.encoding", "")));
    }

    boolean isThere() {
        return colours;
    }
}
