package dev.usher.doctor.report;

import dev.usher.doctor.facts.Facts;
import dev.usher.doctor.rules.Diagnosis;
import dev.usher.doctor.rules.Finding;
import dev.usher.doctor.rules.Picture;
import dev.usher.doctor.rules.Process;
import dev.usher.doctor.rules.Remedy;
import dev.usher.doctor.rules.Severity;
import dev.usher.doctor.rules.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A diagnosis as lines for a terminal. */
public final class TextReport {
    private static final int BAR = 40;
    private static final int LABEL = 26;
    private static final int MOST_PROCESSES = 8;
    private static final int WIDTH = 110;

    private final Diagnosis diagnosis;
    private final Optional<LimitAdvice> limit;
    private final boolean colours;
    private final char block;
    private final List<String> lines = new ArrayList<>();

    private TextReport(Diagnosis diagnosis, Optional<LimitAdvice> limit, boolean colours, boolean blocks) {
        this.diagnosis = diagnosis;
        this.limit = limit;
        this.colours = colours;
        block = blocks ? '█' : '#';
    }

    /**
     * @param colours whether the terminal has them
     * @param blocks whether it shows more than ASCII
     */
    public static List<String> lines(Diagnosis diagnosis, Optional<LimitAdvice> limit, boolean colours, boolean blocks) {
        TextReport report = new TextReport(diagnosis, limit, colours, blocks);
        report.write();
        return List.copyOf(report.lines);
    }

    private void write() {
        Facts facts = diagnosis.facts();
        lines.add("");
        lines.add(" " + bold(facts.server().product()) + " at " + facts.server().endpoint()
                + (facts.server().platform().isManaged() ? " (" + facts.server().platform().title() + ")" : "")
                + ", watched for " + Text.seconds(facts.watched()));
        lines.add(" " + dim("in by " + facts.server().way()));
        lines.add("");
        lines.add(" " + coloured(diagnosis.severity(), bold(diagnosis.cause().id()) + ": " + diagnosis.summary()));
        lines.add(" " + dim(
                diagnosis.cause().title() + "; confidence " + Text.percent(diagnosis.confidence()) + ", " + diagnosis.severity().id()));
        picture();
        diagnosis.findings().forEach(this::finding);
        if (!facts.unseen().isEmpty()) {
            lines.add("");
            lines.add(" " + bold("Not seen"));
            facts.unseen().forEach(what -> wrapped("   ", what));
        }
        lines.add("");
    }

    private void picture() {
        Picture picture = diagnosis.picture();
        lines.add("");
        lines.add(" "
                + bold("Connections: " + picture.current() + " now, at most " + picture.connected() + " of max_connections = "
                        + picture.limit())
                + (picture.refused() > 0 ? ", " + picture.refused() + " refused" : ""));
        Bars.of(picture).counts().forEach((state, count) -> {
            if (count > 0) {
                bar(state.title(), count, picture.limit());
            }
        });
        limit.ifPresent(advice -> lines.add("   " + dim(
                "max_connections could be " + advice.recommended() + ", at most " + advice.ceiling() + " (" + advice.limitedBy() + ")")));
        lines.add("");
        picture.processes().stream().limit(MOST_PROCESSES).forEach(this::process);
        int more = picture.processes().size() - MOST_PROCESSES;
        if (more > 0) {
            lines.add("   and " + Text.count(more, "smaller one"));
        }
    }

    private void process(Process process) {
        lines.add("   " + String.format("%5d", process.size()) + "  " + process.client() + dim(", " + process.used() + " used"));
    }

    private void bar(String title, int count, long limit) {
        int width = (int) Math.clamp(Math.round((double) BAR * count / Math.max(1, limit)), 1, BAR);
        lines.add("   " + title + " ".repeat(Math.max(1, LABEL - title.length())) + String.format("%5d", count) + "  "
                + String.valueOf(block).repeat(width));
    }

    private void finding(Finding finding) {
        lines.add("");
        String confidence = finding.accuses() ? " " + dim("(" + Text.percent(finding.confidence()) + ")") : "";
        lines.add(" " + coloured(finding.severity(), bold(finding.id())) + confidence);
        wrapped("   ", finding.summary());
        finding.evidence().forEach(fact -> wrapped("   - ", fact));
        if (!finding.wrongIf().isEmpty()) {
            wrapped("   Wrong if: ", finding.wrongIf());
        }
        finding.remedies().forEach(this::remedy);
    }

    private void remedy(Remedy remedy) {
        wrapped("   > ", remedy.when() + ": " + remedy.why());
        remedy.statements().forEach(
                sql -> lines.add("       " + bold(sql.startsWith(Remedy.COMMAND) ? "$ " + sql.substring(Remedy.COMMAND.length()) : sql)));
        remedy.configuration().forEach(line -> lines.add("       " + bold(line)));
        if (!remedy.notThis().isEmpty()) {
            wrapped("     ", remedy.notThis());
        }
    }

    private void wrapped(String first, String text) {
        StringBuilder line = new StringBuilder(first);
        int start = first.length();
        for (String word : text.split(" ")) {
            if (line.length() > start && line.length() + word.length() > WIDTH) {
                lines.add(line.toString().stripTrailing());
                line = new StringBuilder(" ".repeat(start));
            }
            line.append(word).append(' ');
        }
        lines.add(line.toString().stripTrailing());
    }

    private String coloured(Severity severity, String text) {
        return switch (severity) {
            case CRITICAL -> escape("31", text);
            case WARNING -> escape("33", text);
            case INFO -> escape("32", text);
        };
    }

    private String bold(String text) {
        return escape("1", text);
    }

    private String dim(String text) {
        return escape("2", text);
    }

    /** Each piece ends with the reset, and begins its look anew, so that they can stand within each other. */
    private String escape(String code, String text) {
        return colours ? "\033[" + code + "m" + text.replace("\033[0m", "\033[0;" + code + "m") + "\033[0m" : text;
    }
}
