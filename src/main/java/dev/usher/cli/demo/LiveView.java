package dev.usher.cli.demo;

import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Draws the board again and again in the same place of a terminal. */
final class LiveView implements View {
    private static final String HIDE_CURSOR = "\033[?25l";
    private static final String SHOW_CURSOR = "\033[?25h";
    private static final String CLEAR_TO_END_OF_LINE = "\033[K";
    private static final String CLEAR_TO_END_OF_SCREEN = "\033[J";

    private final PrintWriter out;
    private final Board board;
    private final Map<Phase, Snapshot> phases = new EnumMap<>(Phase.class);
    private int linesDrawn;
    private boolean closed;

    LiveView(PrintWriter out, Board board) {
        this.out = out;
        this.board = board;
    }

    @Override
    public synchronized void progress(String step) {
        out.println(" " + step);
        out.flush();
    }

    @Override
    public synchronized void running(Phase phase, Snapshot now) {
        phases.put(phase, now);
        draw(board.live(phases, phase));
    }

    @Override
    public void finished(Phase phase, Snapshot end) {
        running(phase, end);
    }

    private void draw(List<String> lines) {
        if (closed) {
            return;
        }
        StringBuilder picture = new StringBuilder(HIDE_CURSOR).append(toTop());
        lines.forEach(line -> picture.append(line).append(CLEAR_TO_END_OF_LINE).append('\n'));
        out.print(picture);
        out.flush(); // in one write, or it flickers
        linesDrawn = lines.size();
    }

    private String toTop() {
        return linesDrawn == 0 ? "" : "\033[" + linesDrawn + "A\r";
    }

    /** Takes the picture away: what follows it says the same, and stays. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            out.print(toTop() + (linesDrawn == 0 ? "" : CLEAR_TO_END_OF_SCREEN) + SHOW_CURSOR);
            out.flush();
        }
    }
}
