package dev.usher.reference.render;

import dev.usher.reference.Entry;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The page of one number: all there is to say about it, and about its other meaning where it has two. */
final class EntryPage {
    private final Set<Integer> known;
    private final StringBuilder out = new StringBuilder();

    /** @param known the codes that have a page, to which a related one links */
    EntryPage(Set<Integer> known) {
        this.known = known;
    }

    String html(List<Entry> meanings) {
        Entry first = meanings.getFirst();
        if (meanings.size() > 1) {
            out.append("<h1>").append(first.code()).append("</h1>\n")
                    .append(Html.paragraph("This number means different things, depending on the server."));
        }
        for (Entry entry : meanings) {
            full(entry, meanings.size() == 1 ? "h1" : "h2");
        }
        // Two meanings have the same headings; an address must be there once.
        String content = out.toString();
        if (meanings.size() > 1) {
            content = distinct(content);
        }
        return Html.page("", first.code() + " " + first.symbol(), content);
    }

    private static String distinct(String html) {
        StringBuilder all = new StringBuilder();
        int meaning = 0;
        for (String part : html.split("(?=<article>)")) {
            meaning++;
            all.append(part.replaceAll("id=\"([a-z-]+)\"", "id=\"$1-" + meaning + "\"")
                    .replace("<h3", "<h4").replace("</h3>", "</h4>")
                    .replaceAll("<h2 id=", "<h3 id=").replaceAll("(<h3 id=[^>]*>[^<]*)</h2>", "$1</h3>"));
        }
        return all.toString();
    }

    private void full(Entry entry, String heading) {
        out.append("<article>\n<").append(heading).append('>').append(entry.code()).append(' ')
                .append(Html.escaped(entry.symbol()).replace("_", "_<wbr>"))
                .append("</").append(heading).append(">\n")
                .append(Html.code("ERROR " + entry.code() + " (" + entry.sqlState() + "): " + entry.message()))
                .append("<p class=\"tags\"><span>").append(entry.errorClass().key()).append("</span> <span class=\"")
                .append(entry.severity().key()).append("\">").append(entry.severity().key()).append("</span>")
                .append(entry.common() ? " <span>common</span>" : "").append("</p>\n<ul>\n");
        entry.servers().forEach((family, versions) -> out.append("<li>").append(Html.escaped(family + ": " + versions
                + Differences.of(entry, family).map(text -> "; " + text).orElse(""))).append("</li>\n"));
        out.append("</ul>\n")
                .append(Html.section("What it means", Html.paragraph(entry.meaning())))
                .append(Html.section("In production", Html.paragraph(entry.productionRisk())))
                .append(Html.section("Why it happens", list("ol", entry.causes().stream().map(Html::escaped).toList())))
                .append(Html.section("How to reproduce it", reproduction(entry)))
                .append(Html.section("How to fix it", fixes(entry)))
                .append(Html.section("What not to do", list("ul", entry.avoid().stream()
                        .map(each -> "<strong>" + Html.escaped(each.what()) + "</strong>: " + Html.escaped(each.why())).toList())));
        if (!entry.versions().isEmpty()) {
            out.append(Html.section("Versions", list("ul", entry.versions().stream().map(Html::escaped).toList())));
        }
        out.append(Html.section("Usher", Html.paragraph(entry.usher())));
        if (!entry.related().isEmpty()) {
            out.append(
                    Html.section("Related", "<p>" + entry.related().stream().map(this::link).collect(Collectors.joining(", ")) + "</p>\n"));
        }
        out.append(Html.section("Sources", list("ul", entry.sources().stream()
                .map(each -> "<a href=\"" + Html.escaped(each.page()) + "\">" + Html.escaped(each.title()) + "</a>").toList())))
                .append("</article>\n");
    }

    private String link(int code) {
        return known.contains(code) ? "<a href=\"" + code + ".html\">" + code + "</a>" : String.valueOf(code);
    }

    private static String reproduction(Entry entry) {
        Steps steps = Steps.of(entry);
        return Html.code(String.join("\n", steps.lines()))
                + (steps.expected().isEmpty() ? "" : Html.paragraph("Expected:") + Html.code(steps.expected()));
    }

    private static String fixes(Entry entry) {
        StringBuilder all = new StringBuilder();
        for (Entry.Fix fix : entry.fixes()) {
            all.append("<h3>").append(Html.escaped(fix.title())).append("</h3>\n")
                    .append(Html.paragraph("When: " + fix.when()))
                    .append(Html.code(Steps.readable(fix.code())))
                    .append(Html.paragraph("Why it works: " + fix.why()));
        }
        return all.toString();
    }

    private static String list(String kind, List<String> items) {
        return items.stream().map(each -> "<li>" + each + "</li>\n")
                .collect(Collectors.joining("", "<" + kind + ">\n", "</" + kind + ">\n"));
    }
}
