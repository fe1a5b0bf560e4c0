package dev.usher.cli;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A small result set, for people or for programs. */
record Answer(List<String> columns, List<List<@Nullable Object>> rows) {
    static Answer read(ResultSet from) throws SQLException {
        ResultSetMetaData columns = from.getMetaData();
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            names.add(columns.getColumnLabel(i));
        }
        List<List<@Nullable Object>> rows = new ArrayList<>();
        while (from.next()) {
            List<@Nullable Object> row = new ArrayList<>();
            for (int i = 1; i <= names.size(); i++) {
                row.add(from.getObject(i));
            }
            rows.add(row);
        }
        return new Answer(names, rows);
    }

    /** An array with one object a row; numbers are numbers. */
    String json() {
        List<Map<String, @Nullable Object>> objects = new ArrayList<>();
        for (List<@Nullable Object> row : rows) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            for (int i = 0; i < columns.size(); i++) {
                object.put(columns.get(i), row.get(i));
            }
            objects.add(object);
        }
        return JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(objects);
    }

    /** Columns side by side, numbers to the right, without a trailing blank. */
    String table() {
        int[] widths = IntStream.range(0, columns.size()).map(this::width).toArray();
        List<String> lines = new ArrayList<>();
        lines.add(line(columns, widths));
        rows.forEach(row -> lines.add(line(row, widths)));
        return String.join(System.lineSeparator(), lines);
    }

    private int width(int column) {
        int widest = rows.stream().mapToInt(row -> text(row.get(column)).length()).max().orElse(0);
        return Math.max(widest, columns.get(column).length());
    }

    private String line(List<? extends @Nullable Object> cells, int[] widths) {
        return IntStream.range(0, cells.size())
                .mapToObj(i -> padded(text(cells.get(i)), widths[i], isNumber(i)))
                .collect(Collectors.joining("  "))
                .stripTrailing();
    }

    private boolean isNumber(int column) {
        return !rows.isEmpty() && rows.stream().map(row -> row.get(column)).allMatch(Number.class::isInstance);
    }

    private static String padded(String text, int width, boolean right) {
        String blanks = " ".repeat(width - text.length());
        return right ? blanks + text : text + blanks;
    }

    private static String text(@Nullable Object value) {
        return value == null ? "-" : value.toString();
    }
}
