package dev.usher.reference.render;

import dev.usher.reference.Entry;
import dev.usher.reference.Explanation;
import dev.usher.reference.Family;
import dev.usher.reference.ShortEntry;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Entries as Markdown, for a ticket, a wiki or a chat. */
public final class MarkdownText {
    private final StringBuilder out = new StringBuilder();

    private MarkdownText() {}

    public static String of(List<Explanation> meanings) {
        MarkdownText text = new MarkdownText();
        for (Explanation meaning : meanings) {
            switch (meaning) {
                case Entry entry -> text.full(entry);
                case ShortEntry entry -> text.brief(entry);
            }
        }
        return text.out.toString().strip();
    }

    private void brief(ShortEntry entry) {
        block("# " + entry.code() + " " + entry.symbol());
        block("SQLSTATE `" + entry.sqlState() + "`. " + String.join(", ", entry.versions()) + ".");
        if (!entry.related().isEmpty()) {
            block("Related: " + codes(entry.related()));
        }
    }

    private void full(Entry entry) {
        block("# " + entry.code() + " " + entry.symbol());
        fenced("text", "ERROR " + entry.code() + " (" + entry.sqlState() + "): " + entry.message());
        block("Class `" + entry.errorClass().key() + "`, severity `" + entry.severity().key() + "`" + (entry.common() ? ", common" : "")
                + ".");
        entry.servers().forEach((family, versions) -> item(server(entry, family, versions)));
        section("What it means", entry.meaning());
        section("In production", entry.productionRisk());
        heading("Why it happens");
        int number = 1;
        for (String cause : entry.causes()) {
            out.append(number++).append(". ").append(line(cause)).append('\n');
        }
        Steps steps = Steps.of(entry);
        heading("How to reproduce it");
        fenced("text", String.join("\n", steps.lines()));
        if (!steps.expected().isEmpty()) {
            block("Expected:");
            fenced("text", steps.expected());
        }
        heading("How to fix it");
        for (Entry.Fix fix : entry.fixes()) {
            block("### " + fix.title());
            block("*When:* " + line(fix.when()));
            fenced(fix.language(), Steps.readable(fix.code()));
            block("*Why it works:* " + line(fix.why()));
        }
        heading("What not to do");
        entry.avoid().forEach(each -> item("**" + line(each.what()) + "**: " + line(each.why())));
        if (!entry.versions().isEmpty()) {
            heading("Versions");
            entry.versions().forEach(each -> item(line(each)));
        }
        section("Usher", entry.usher());
        if (!entry.related().isEmpty()) {
            section("Related", codes(entry.related()));
        }
        heading("Sources");
        entry.sources().forEach(each -> item("[" + each.title() + "](" + each.page() + ")"));
        out.append('\n');
    }

    private static String server(Entry entry, Family family, String versions) {
        return family + ": " + versions + Differences.of(entry, family).map(text -> "; " + text).orElse("");
    }

    private static String codes(List<Integer> codes) {
        return codes.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private void section(String title, String prose) {
        heading(title);
        block(line(prose));
    }

    private void heading(String title) {
        block("\n## " + title);
    }

    private void fenced(String language, String code) {
        block("```" + Map.of("text", "").getOrDefault(language, language) + "\n" + code + "\n```");
    }

    private void item(String text) {
        out.append("- ").append(text).append('\n');
    }

    private void block(String text) {
        out.append(text).append("\n\n");
    }

    private static String line(String text) {
        return text.replaceAll("\\s+", " ");
    }
}
