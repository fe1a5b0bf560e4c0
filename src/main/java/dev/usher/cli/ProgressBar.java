package dev.usher.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;

/** One line on a terminal that says how far something has come, and goes when it is over. Nothing where there is no terminal. */
final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 30;
    private static final String CLEAR = "\r\033[K";

    private final PrintWriter out;
    private final boolean shown;

    private ProgressBar(PrintWriter out, boolean shown) {
        this.out = out;
        this.shown = shown;
    }

    static ProgressBar on(PrintWriter out, boolean wanted) {
        Console console = System.console();
        return new ProgressBar(out, wanted && console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM")));
    }

    void at(Duration elapsed, Duration whole, String caption) {
        if (shown) {
            int done = whole.isZero() ? WIDTH : (int) Math.clamp(elapsed.toMillis() * WIDTH / whole.toMillis(), 0, WIDTH);
            out.print(CLEAR + " [" + "=".repeat(done) + " ".repeat(WIDTH - done) + "] " + elapsed.toSeconds() + " of " + whole.toSeconds()
                    + " s  " + caption);
            out.flush();
        }
    }

    @Override
    public void close() {
        if (shown) {
            out.print(CLEAR);
            out.flush();
        }
    }
}
