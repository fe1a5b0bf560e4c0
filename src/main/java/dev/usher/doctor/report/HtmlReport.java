package dev.usher.doctor.report;

import dev.usher.doctor.facts.Facts;
import dev.usher.doctor.rules.Diagnosis;
import dev.usher.doctor.rules.Finding;
import dev.usher.doctor.rules.Picture;
import dev.usher.doctor.rules.Process;
import dev.usher.doctor.rules.Remedy;
import dev.usher.doctor.rules.Text;
import java.util.Optional;

/** A diagnosis as one HTML page that needs nothing else: no script, no font, no image. */
public final class HtmlReport {
    private static final String STYLE =
            """
                    body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }
                    h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem } pre { background: #f4f4f4; padding: .6rem; overflow-x: auto }
                    .critical { color: #b00020 } .warning { color: #8a5a00 } .info { color: #1b6e3c } .quiet { color: #666 }
                    table { border-collapse: collapse } td { padding: .1rem .8rem .1rem 0; vertical-align: middle } td.n { text-align: right }
                    .bar { height: .8rem; background: #4a78b5; min-width: 2px }
                    @media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818 } pre { background: #262626 } .critical { color: #ff7a86 }
                      .warning { color: #e0b050 } .info { color: #6ccf94 } .quiet { color: #999 } }
                    """;

    private final StringBuilder page = new StringBuilder();

    private HtmlReport() {}

    public static String page(Diagnosis diagnosis, Optional<LimitAdvice> limit) {
        HtmlReport report = new HtmlReport();
        report.write(diagnosis, limit);
        return report.page.toString();
    }

    private void write(Diagnosis diagnosis, Optional<LimitAdvice> limit) {
        Facts facts = diagnosis.facts();
        page.append(
                "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n<title>")
                .append(escaped(diagnosis.cause().id() + ", " + facts.server().endpoint())).append("</title>\n<style>").append(STYLE)
                .append("</style></head><body>\n");
        element("h1", diagnosis.severity().id(), diagnosis.cause().id() + ": " + diagnosis.summary());
        element("p", "quiet",
                diagnosis.cause().title() + "; confidence " + Text.percent(diagnosis.confidence()) + ", " + diagnosis.severity().id());
        element("p", "",
                facts.server().product() + " at " + facts.server().endpoint() + ", watched for " + Text.seconds(facts.watched())
                        + "; in by "
                        + facts.server().way());
        picture(diagnosis.picture(), limit);
        diagnosis.findings().forEach(this::finding);
        if (!facts.unseen().isEmpty()) {
            element("h2", "", "Not seen");
            page.append("<ul>");
            facts.unseen().forEach(what -> element("li", "", what));
            page.append("</ul>\n");
        }
        page.append("</body></html>\n");
    }

    private void picture(Picture picture, Optional<LimitAdvice> limit) {
        element("h2", "",
                "Connections: " + picture.current() + " now, at most " + picture.connected() + " of max_connections = " + picture.limit()
                        + (picture.refused() > 0 ? ", " + picture.refused() + " refused" : ""));
        page.append("<table>\n");
        Bars.of(picture).counts().forEach((state, count) -> row(state.title(), count, picture.limit()));
        page.append("</table>\n");
        limit.ifPresent(
                advice -> element("p", "quiet", "max_connections could be " + advice.recommended() + ", at most " + advice.ceiling() + " ("
                        + advice.limitedBy() + ")"));
        element("h2", "", "Where they come from");
        page.append("<table>\n");
        for (Process process : picture.processes()) {
            row(process.client() + ", " + process.used() + " used", process.size(), picture.limit());
        }
        page.append("</table>\n");
    }

    private void row(String title, int count, long limit) {
        long width = Math.clamp(Math.round(300.0 * count / Math.max(1, limit)), 0, 300);
        page.append("<tr><td>").append(escaped(title)).append("</td><td class=\"n\">").append(count)
                .append("</td><td><div class=\"bar\" style=\"width:")
                .append(width).append("px\"></div></td></tr>\n");
    }

    private void finding(Finding finding) {
        element("h2", finding.severity().id(), finding.id() + (finding.accuses() ? " (" + Text.percent(finding.confidence()) + ")" : ""));
        element("p", "", finding.summary());
        page.append("<ul>");
        finding.evidence().forEach(fact -> element("li", "", fact));
        page.append("</ul>\n");
        if (!finding.wrongIf().isEmpty()) {
            element("p", "quiet", "Wrong if: " + finding.wrongIf());
        }
        finding.remedies().forEach(this::remedy);
    }

    private void remedy(Remedy remedy) {
        element("p", "", remedy.when() + ": " + remedy.why());
        if (!remedy.statements().isEmpty() || !remedy.configuration().isEmpty()) {
            String lines = String.join("\n", remedy.statements().stream()
                    .map(sql -> sql.startsWith(Remedy.COMMAND) ? "$ " + sql.substring(Remedy.COMMAND.length()) : sql).toList());
            String more = String.join("\n", remedy.configuration());
            element("pre", "", lines + (lines.isEmpty() || more.isEmpty() ? "" : "\n") + more);
        }
        if (!remedy.notThis().isEmpty()) {
            element("p", "quiet", remedy.notThis());
        }
    }

    private void element(String name, String look, String text) {
        page.append('<').append(name).append(look.isEmpty() ? "" : " class=\"" + look + "\"").append('>').append(escaped(text)).append("</")
                .append(name)
                .append(">\n");
    }

    /** Statements, accounts and program names come from anybody. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
