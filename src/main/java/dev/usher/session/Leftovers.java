package dev.usher.session;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a session's last statement left to be read: its row counts and diagnostics. As long as the session stays on its connection the server itself answers;
 * once it has moved, a statement that asks for them is answered from here.
 */
public final class Leftovers {
    private static final String COMMENT = "\\s*(?:/\\*(?![!M+])[^*]*\\*/\\s*)?";

    /** Statements that consist of one such function, the way drivers and libraries write them. */
    private static final Pattern ONE_VALUE = Pattern.compile(
            COMMENT + "SELECT\\s+" + COMMENT
                    + "(?<call>(?<function>CONNECTION_ID|ROW_COUNT|FOUND_ROWS)\\s*\\(\\s*\\))(?<alias>\\s*(?:AS\\s+)?(?:`[^`]*`|\\b[A-Za-z_][A-Za-z0-9_]*))?\\s*;?\\s*",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern SHOW = Pattern.compile(
            COMMENT + "SHOW\\s+(?<count>COUNT\\s*\\(\\s*\\*\\s*\\)\\s+)?(?<what>WARNINGS|ERRORS)(?:\\s+LIMIT\\s+(?<first>\\d{1,9})(?:\\s*,\\s*(?<second>\\d{1,9}))?)?\\s*;?\\s*",
            Pattern.CASE_INSENSITIVE);

    /** One line of SHOW WARNINGS. */
    public record Diagnostic(String level, String code, String message) {
        boolean isError() {
            return level.equals("Error");
        }
    }

    /** A text to run instead. */
    public record Answer(String sql) {}

    private long rowCount = -1;
    private long foundRows;
    private List<Diagnostic> diagnostics = List.of();

    /** After a statement without a result set. */
    public void affected(long rows) {
        rowCount = rows;
        foundRows = 0;
        diagnostics = List.of();
    }

    /** After a result set. */
    public void selected(long rows) {
        rowCount = -1;
        foundRows = rows;
        diagnostics = List.of();
    }

    public void failed() {
        rowCount = -1;
        foundRows = 0;
        diagnostics = List.of();
    }

    /** The warnings and errors of the last statement, as SHOW WARNINGS has given them. */
    public void diagnostics(List<Diagnostic> captured) {
        diagnostics = List.copyOf(captured);
    }

    /**
     * A statement that gives the same as this one would have given on the session's own connection.
     *
     * @param connectionId what CONNECTION_ID() is to the client
     * @param moved whether the server can no longer tell: otherwise only the connection id is put in
     * @return null if the text asks for nothing of the kind, or in a form that is not known here
     */
    public @Nullable Answer answer(String text, long connectionId, boolean moved) {
        Matcher value = ONE_VALUE.matcher(text);
        if (value.matches()) {
            String alias = value.group("alias");
            String name = alias == null ? " AS `" + value.group("call") + "`" : alias;
            return switch (value.group("function").toUpperCase(java.util.Locale.ROOT)) {
                case "CONNECTION_ID" -> new Answer("SELECT CAST(" + connectionId + " AS UNSIGNED)" + name);
                case "ROW_COUNT" -> moved ? new Answer("SELECT CAST(" + rowCount + " AS SIGNED)" + name) : null;
                default -> moved ? new Answer("SELECT CAST(" + foundRows + " AS SIGNED)" + name) : null;
            };
        }
        Matcher show = moved ? SHOW.matcher(text) : null;
        return show != null && show.matches() ? new Answer(show(show)) : null;
    }

    private String show(Matcher form) {
        boolean errorsOnly = form.group("what").equalsIgnoreCase("ERRORS");
        List<Diagnostic> wanted = diagnostics.stream().filter(d -> !errorsOnly || d.isError()).toList();
        if (form.group("count") != null) {
            return "SELECT " + wanted.size() + " AS `@@session." + (errorsOnly ? "error_count" : "warning_count") + "`";
        }
        int skip = 0;
        int take = wanted.size();
        if (form.group("second") != null) {
            skip = Integer.parseInt(form.group("first"));
            take = Integer.parseInt(form.group("second"));
        } else if (form.group("first") != null) {
            take = Integer.parseInt(form.group("first"));
        }
        List<Diagnostic> shown = wanted.subList(Math.min(skip, wanted.size()), (int) Math.min(wanted.size(), (long) skip + take));
        if (shown.isEmpty()) {
            return "SELECT '' AS `Level`, 0 AS `Code`, '' AS `Message` FROM (SELECT 1) AS nothing WHERE 1 = 0";
        }
        StringBuilder sql = new StringBuilder();
        for (Diagnostic d : shown) {
            sql.append(sql.isEmpty() ? "SELECT " : " UNION ALL SELECT ");
            sql.append(RestorePlan.text(d.level())).append(" AS `Level`,").append(d.code()).append(" AS `Code`,");
            sql.append(RestorePlan.text(d.message())).append(" AS `Message`");
        }
        return sql.toString();
    }
}
