package dev.usher.reference.render;

import dev.usher.reference.Entry;
import dev.usher.reference.Family;
import dev.usher.reference.Reference;
import dev.usher.reference.ShortEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The reference as a site of plain files that need each other and nothing else. */
public final class Site {
    private Site() {}

    /** What belongs into which file. */
    public static Map<String, String> files(Reference reference) {
        Map<Integer, List<Entry>> byCode = new TreeMap<>();
        reference.entries().forEach(entry -> byCode.computeIfAbsent(entry.code(), code -> new ArrayList<>()).add(entry));
        List<ShortEntry> others = reference.shortEntries();
        Map<String, String> files = new LinkedHashMap<>();
        files.put("style.css", resource("style.css"));
        files.put("search.js", resource("search.js"));
        files.put("index.html", index(byCode));
        files.put("mysql.html", all(Family.MYSQL, byCode, others));
        files.put("mariadb.html", all(Family.MARIADB, byCode, others));
        byCode.forEach((code, meanings) -> files.put(code + ".html", new EntryPage(byCode.keySet()).html(meanings)));
        return files;
    }

    private static String index(Map<Integer, List<Entry>> byCode) {
        StringBuilder rows = new StringBuilder();
        byCode.values().forEach(meanings -> meanings.forEach(entry -> rows.append("<tr><td><a href=\"").append(entry.code())
                .append(".html\">")
                .append(entry.code()).append("</a></td><td>").append(symbol(entry.symbol())).append("<br>")
                .append(Html.escaped(entry.message())).append("</td><td>").append(entry.errorClass().key()).append("</td><td class=\"")
                .append(entry.severity().key()).append("\">").append(entry.severity().key()).append("</td><td>")
                .append(entry.servers().keySet().stream().map(Family::toString).collect(Collectors.joining(", "))).append("</td></tr>\n")));
        return Html.page("index.html", "Errors of MySQL and MariaDB", "<h1>Errors of MySQL and MariaDB</h1>\n"
                + Html.paragraph(
                        "What they mean, why they happen, how to reproduce and fix them. Every reproduction has been run on real servers.")
                + Html.search("Search by number, symbol or text")
                + table("Error", "Message", "Class", "Severity", "Server", rows.toString()));
    }

    private static String table(String one, String two, String three, String four, String five, String rows) {
        return "<table>\n<thead><tr>" + List.of(one, two, three, four, five).stream().map(each -> "<th scope=\"col\">" + each + "</th>")
                .collect(Collectors.joining()) + "</tr></thead>\n<tbody>\n" + rows + "</tbody>\n</table>\n";
    }

    private static String all(Family family, Map<Integer, List<Entry>> byCode, List<ShortEntry> others) {
        Map<Integer, String> rows = new TreeMap<>();
        byCode.values().forEach(meanings -> meanings.stream().filter(entry -> entry.servers().containsKey(family)).forEach(entry -> {
            Entry.Wording own = entry.wording(family);
            rows.put(entry.code(), row("<a href=\"" + entry.code() + ".html\">" + entry.code() + "</a>", own.symbol(), own.sqlState()));
        }));
        others.stream().filter(entry -> entry.servers().contains(family))
                .forEach(entry -> rows.put(entry.code(), row(String.valueOf(entry.code()), entry.symbol(), entry.sqlState())));
        return Html.page(family.key() + ".html", "All errors of " + family, "<h1>All errors of " + family + "</h1>\n"
                + Html.paragraph("As the server lists them. A number that is a link has a page.")
                + Html.search("Search by number, symbol or SQLSTATE")
                + "<table>\n<thead><tr><th scope=\"col\">Error</th><th scope=\"col\">Symbol</th><th scope=\"col\">SQLSTATE</th></tr></thead>\n<tbody>\n"
                + String.join("", rows.values()) + "</tbody>\n</table>\n");
    }

    private static String row(String code, String symbol, String sqlState) {
        return "<tr><td>" + code + "</td><td>" + symbol(symbol) + "</td><td>" + sqlState + "</td></tr>\n";
    }

    /** May be broken at its underscores, or a phone would have to scroll. */
    private static String symbol(String symbol) {
        return "<code>" + symbol.replace("_", "_<wbr>") + "</code>";
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(Site.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
