package dev.usher.reference.render;

import dev.usher.reference.Entry;
import dev.usher.reference.Explanation;
import dev.usher.reference.Family;
import dev.usher.reference.ShortEntry;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Entries as text for a terminal: wrapped prose, code as it is. Without escape sequences, so that it can go through a pipe as well. */
public final class TerminalText {
    private final StringBuilder out = new StringBuilder();
    private final int width;

    private TerminalText(int width) {
        this.width = width;
    }

    /** @param width in columns */
    public static String of(List<Explanation> meanings, int width) {
        TerminalText text = new TerminalText(width);
        for (Explanation meaning : meanings) {
            if (!text.out.isEmpty()) {
                text.out.append('\n').append("─".repeat(width)).append("\n\n");
            }
            switch (meaning) {
                case Entry entry -> text.full(entry);
                case ShortEntry entry -> text.brief(entry);
            }
        }
        return text.out.toString().stripTrailing();
    }

    private void brief(ShortEntry entry) {
        line(entry.code() + "  " + entry.symbol() + "  SQLSTATE " + entry.sqlState());
        line(String.join(", ", entry.versions()));
        if (!entry.related().isEmpty()) {
            line("Related: " + entry.related().stream().map(String::valueOf).collect(Collectors.joining(", ")));
        }
        prose("The reference has no more on this error; the documentation of the server does.", 0);
    }

    private void full(Entry entry) {
        line(entry.code() + "  " + entry.symbol() + "  SQLSTATE " + entry.sqlState());
        line(entry.message());
        line("");
        line("Class " + entry.errorClass().key() + ", severity " + entry.severity().key() + (entry.common() ? ", common" : ""));
        for (Map.Entry<Family, String> server : entry.servers().entrySet()) {
            prose(server.getKey() + ": " + server.getValue()
                    + Differences.of(entry, server.getKey()).map(text -> "; " + text).orElse(""), 0);
        }
        heading("What it means");
        prose(entry.meaning(), 2);
        heading("In production");
        prose(entry.productionRisk(), 2);
        heading("Why it happens");
        numbered(entry.causes());
        reproduction(entry);
        heading("How to fix it");
        int number = 1;
        for (Entry.Fix fix : entry.fixes()) {
            prose(number++ + ". " + fix.title(), 2, 5);
            prose("When: " + fix.when(), 5);
            code(Steps.readable(fix.code()));
            prose("Why it works: " + fix.why(), 5);
            line("");
        }
        heading("What not to do");
        entry.avoid().forEach(each -> prose("- " + each.what() + ": " + each.why(), 2, 4));
        if (!entry.versions().isEmpty()) {
            heading("Versions");
            entry.versions().forEach(each -> prose("- " + each, 2, 4));
        }
        heading("Usher");
        prose(entry.usher(), 2);
        if (!entry.related().isEmpty()) {
            heading("Related");
            prose(entry.related().stream().map(String::valueOf).collect(Collectors.joining(", ")), 2);
        }
        heading("Sources");
        entry.sources().forEach(each -> line("  " + each.title() + "\n    " + each.page()));
    }

    private void reproduction(Entry entry) {
        Steps steps = Steps.of(entry);
        heading("How to reproduce it");
        steps.lines().forEach(each -> line("  " + each.replace("\n", "\n  ")));
        if (!steps.expected().isEmpty()) {
            heading("Expected");
            line("  " + steps.expected().replace("\n", "\n  "));
        }
    }

    private void numbered(List<String> all) {
        int number = 1;
        for (String each : all) {
            prose(number++ + ". " + each, 2, 5);
        }
    }

    private void code(String code) {
        line("");
        code.lines().forEach(each -> line("       " + each));
        line("");
    }

    private void heading(String text) {
        if (!out.toString().endsWith("\n\n")) {
            line("");
        }
        line(text.toUpperCase(java.util.Locale.ROOT));
    }

    private void prose(String text, int indent) {
        prose(text, indent, indent);
    }

    private void prose(String text, int first, int others) {
        for (String paragraph : text.split("\n\n")) {
            line(Wrapping.wrap(paragraph.replaceAll("\\s+", " "), width, first, others));
        }
    }

    private void line(String text) {
        out.append(text.stripTrailing()).append('\n');
    }
}
