package dev.usher.doctor.collect;

import dev.usher.doctor.access.Driver;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Asks the server, and notes what it does not answer: with fewer rights, or on another version, less is seen and the rest still counts. */
final class Asker {
    private final Connection connection;
    private final Map<String, String> unseen = new LinkedHashMap<>();

    Asker(Connection connection) {
        this.connection = connection;
    }

    /** Column names are in lower case, NULL is an empty text. */
    record Row(Map<String, String> values) {
        String text(String column) {
            return values.getOrDefault(column, "");
        }

        /** 0 where it is no number. */
        long number(String column) {
            try {
                String text = text(column);
                int point = text.indexOf('.');
                return Long.parseLong(point < 0 ? text : text.substring(0, point));
            } catch (NumberFormatException e) {
                return 0;
            }
        }
    }

    /** @throws SQLException if the server refuses, or is gone */
    List<Row> ask(String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(sql)) {
            ResultSetMetaData columns = result.getMetaData();
            List<Row> rows = new ArrayList<>();
            while (result.next()) {
                Map<String, String> row = new LinkedHashMap<>();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    String value = result.getString(i);
                    row.put(columns.getColumnLabel(i).toLowerCase(Locale.ROOT), value == null ? "" : value);
                }
                rows.add(new Row(row));
            }
            return rows;
        }
    }

    /**
     * As {@link #ask}, but without an answer goes on with nothing.
     *
     * @param what cannot be seen then
     * @throws SQLException if the connection is gone
     */
    List<Row> askIfAllowed(String what, String sql) throws SQLException {
        try {
            return ask(sql);
        } catch (SQLException e) {
            if (Driver.isLost(e)) {
                throw e;
            }
            unseen(what, Driver.message(e));
            return List.of();
        }
    }

    void unseen(String what, String why) {
        unseen.putIfAbsent(what, why);
    }

    List<String> unseen() {
        return unseen.entrySet().stream().map(entry -> entry.getKey() + ": " + entry.getValue()).toList();
    }
}
