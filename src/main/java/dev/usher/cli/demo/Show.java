package dev.usher.cli.demo;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** How the demonstration looks to its user. */
public final class Show implements AutoCloseable {
    private final View view;
    private final Board board;

    private Show(View view, Board board) {
        this.view = view;
        this.board = board;
    }

    /** A picture that moves, for a terminal. */
    public static Show onTerminal(DemoOptions options, PrintWriter out, Map<String, String> environment, Charset charset) {
        boolean colours = !environment.containsKey("NO_COLOR") || environment.get("NO_COLOR").isEmpty();
        boolean blocks = charset.equals(StandardCharsets.UTF_8);
        Board board = new Board(options, new Style(colours, blocks));
        return new Show(new LiveView(out, board), board);
    }

    /** A line now and then, for a file or a log. */
    public static Show inLines(DemoOptions options, PrintWriter out) {
        return new Show(new LineView(out, options.maxConnections()), new Board(options, new Style(false, false)));
    }

    View view() {
        return view;
    }

    /** The table of results, as lines. */
    public Iterable<String> summary(DemoResult result) {
        return board.summary(result);
    }

    @Override
    public void close() {
        view.close();
    }
}
