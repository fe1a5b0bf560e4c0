package dev.usher.cli.demo;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The picture of both phases side by side, in 80 columns; the same one while they run and, with the peak, at the end. */
final class Board {
    private static final int LABEL_WIDTH = 24;
    private static final int COLUMN_WIDTH = 28;
    private static final int BAR_WIDTH = 16;

    private final DemoOptions options;
    private final Style style;

    Board(DemoOptions options, Style style) {
        this.options = options;
        this.style = style;
    }

    /** While they run. A phase that has not begun has no snapshot; {@code running} is the one whose server connections move. */
    List<String> live(Map<Phase, Snapshot> phases, Phase running) {
        List<String> lines = top();
        lines.add(row("", phases, Board::onlyText, (phase, now) -> phase == running
                ? now.elapsed().toSeconds() + " s of " + options.phase().toSeconds() + " s"
                : "done"));
        lines.add(bars("server connections", phases,
                (phase, now) -> phase == running ? now.threadsConnected() : now.seen().peakThreadsConnected()));
        lines.add(row("requests a second", phases, style::bold, (phase, now) -> number(now.servedPerSecond())));
        addCounts(lines, phases);
        lines.add("");
        addWhatClientsSaw(lines, phases);
        return lines;
    }

    /** When they are over. */
    List<String> summary(DemoResult result) {
        Map<Phase, Snapshot> phases = new EnumMap<>(Phase.class);
        phases.put(Phase.DIRECT, end(result.direct()));
        result.usher().ifPresent(usher -> phases.put(Phase.USHER, end(usher)));
        List<String> lines = top();
        addCounts(lines, phases);
        lines.add(bars("peak Threads_connected", phases, (phase, end) -> end.seen().peakThreadsConnected()));
        lines.add("");
        addWhatClientsSaw(lines, phases);
        return lines;
    }

    private Snapshot end(PhaseResult result) {
        return new Snapshot(options.phase(), result, 0);
    }

    private List<String> top() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(" " + style.bold(number(options.clients()) + " clients, a server with max_connections = "
                + options.maxConnections()));
        lines.add(" " + style.dim("every client: connect, log in, one query, disconnect, and again"));
        lines.add("");
        StringBuilder titles = new StringBuilder(padded("", LABEL_WIDTH));
        for (Phase phase : Phase.values()) {
            titles.append(style.bold(padded(phase.title(), COLUMN_WIDTH)));
        }
        lines.add(" " + titles.toString().stripTrailing());
        return lines;
    }

    private void addCounts(List<String> lines, Map<Phase, Snapshot> phases) {
        lines.add(row("requests served", phases, Board::onlyText, (phase, now) -> number(now.seen().served())));
        lines.add(failures("requests refused", phases, PhaseResult::refused));
        lines.add(failures("other errors", phases, PhaseResult::errors));
        lines.add(row("latency p50", phases, Board::onlyText, (phase, now) -> millis(now.seen().p50Millis())));
        lines.add(row("latency p99", phases, Board::onlyText, (phase, now) -> millis(now.seen().p99Millis())));
    }

    private void addWhatClientsSaw(List<String> lines, Map<Phase, Snapshot> phases) {
        phases.forEach((phase, now) -> {
            String seen = now.seen().firstRefusal().or(() -> now.seen().firstError())
                    .map(style::bad).orElse(style.good("no error"));
            lines.add(" " + padded("clients saw, " + (phase == Phase.DIRECT ? "direct" : "Usher"), LABEL_WIDTH) + seen);
        });
    }

    private interface Cell<T> {
        T of(Phase phase, Snapshot now);
    }

    private String row(String label, Map<Phase, Snapshot> phases, UnaryOperator<String> look, Cell<String> cell) {
        StringBuilder line = new StringBuilder(" ").append(style.dim(padded(label, LABEL_WIDTH)));
        phases.forEach((phase, now) -> line.append(look.apply(padded(cell.of(phase, now), COLUMN_WIDTH))));
        return line.toString();
    }

    private String failures(String label, Map<Phase, Snapshot> phases, Function<PhaseResult, Long> count) {
        StringBuilder line = new StringBuilder(" ").append(style.dim(padded(label, LABEL_WIDTH)));
        phases.forEach((phase, now) -> {
            long failed = count.apply(now.seen());
            long all = now.seen().served() + now.seen().refused() + now.seen().errors();
            String text = failed == 0 ? "0" : number(failed) + "  (" + percent(failed, all) + ")";
            line.append(failed == 0 ? style.good(padded(text, COLUMN_WIDTH)) : style.bad(padded(text, COLUMN_WIDTH)));
        });
        return line.toString();
    }

    private String bars(String label, Map<Phase, Snapshot> phases, Cell<Integer> cell) {
        StringBuilder line = new StringBuilder(" ").append(style.dim(padded(label, LABEL_WIDTH)));
        phases.forEach((phase, now) -> {
            int value = cell.of(phase, now);
            line.append(style.bar(value, options.maxConnections(), BAR_WIDTH))
                    .append(padded(" " + value + " of " + options.maxConnections(), COLUMN_WIDTH - BAR_WIDTH));
        });
        return line.toString();
    }

    private static String onlyText(String text) {
        return text;
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis);
    }

    /** Never rounded to 0 % or 100 % of something that is neither. */
    private static String percent(long part, long whole) {
        return Math.clamp(Math.round(part * 100.0 / whole), 1, part == whole ? 100 : 99) + " %";
    }
}
