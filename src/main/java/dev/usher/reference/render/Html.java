package dev.usher.reference.render;

import java.util.Locale;

/** The small pieces that every page of the site is made of. */
final class Html {
    private Html() {}

    /** For text and for attribute values in quotes. */
    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    static String paragraph(String text) {
        return "<p>" + escaped(text.replaceAll("\\s+", " ")) + "</p>\n";
    }

    static String code(String text) {
        return "<pre><code>" + escaped(text) + "</code></pre>\n";
    }

    /** A section with its heading, which has an address of its own. */
    static String section(String title, String content) {
        String id = title.toLowerCase(Locale.ROOT).replace(' ', '-');
        return "<section>\n<h2 id=\"" + id + "\">" + escaped(title) + "</h2>\n" + content + "</section>\n";
    }

    /** @param active the file that this page is, so that the navigation says where one is */
    static String page(String active, String title, String content) {
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s</title>
                <link rel="stylesheet" href="style.css">
                <script src="search.js" defer></script>
                </head>
                <body>
                <header><nav aria-label="Pages">%s%s%s</nav></header>
                <main>
                %s</main>
                <footer><p>From <code>usher explain --site</code>.</p></footer>
                </body>
                </html>
                """.formatted(escaped(title), link(active, "index.html", "Errors"), link(active, "mysql.html", "All of MySQL"),
                link(active, "mariadb.html", "All of MariaDB"), content);
    }

    private static String link(String active, String file, String text) {
        return "<a href=\"" + file + "\"" + (file.equals(active) ? " aria-current=\"page\"" : "") + ">" + text + "</a>\n";
    }

    /** An input that search.js shows and makes work; without scripts it is not there. */
    static String search(String label) {
        return "<p class=\"search\" hidden><label for=\"search\">" + label
                + "</label> <input id=\"search\" type=\"search\" autocomplete=\"off\">"
                + " <span id=\"found\" role=\"status\"></span></p>\n";
    }
}
