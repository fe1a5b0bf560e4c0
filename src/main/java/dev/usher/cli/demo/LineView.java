package dev.usher.cli.demo;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Writes a line when a phase is over, and every few seconds before. */
final class LineView implements View {
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

    private final PrintWriter out;
    private final int maxConnections;
    private Duration next = BETWEEN_LINES;

    LineView(PrintWriter out, int maxConnections) {
        this.out = out;
        this.maxConnections = maxConnections;
    }

    @Override
    public void progress(String step) {
        out.println(step);
        out.flush();
    }

    @Override
    public void running(Phase phase, Snapshot now) {
        if (now.elapsed().compareTo(next) >= 0) {
            next = next.plus(BETWEEN_LINES);
            print(phase, now, now.threadsConnected() + " of " + maxConnections + " server connections");
        }
    }

    @Override
    public void finished(Phase phase, Snapshot end) {
        next = BETWEEN_LINES;
        print(phase, end, "over, at most " + end.seen().peakThreadsConnected() + " server connections");
    }

    private void print(Phase phase, Snapshot now, String what) {
        out.printf(Locale.ROOT, "%s, %d s: %s, %,d requests served, %,d refused, %,d other errors%n", phase.title(),
                now.elapsed().toSeconds(), what, now.seen().served(), now.seen().refused(), now.seen().errors());
        out.flush();
    }

    @Override
    public void close() {
        // nothing to give back
    }
}
