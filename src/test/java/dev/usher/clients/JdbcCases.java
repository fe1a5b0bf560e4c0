package dev.usher.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the cases with JDBC share: their tables, short ways to query, and the list of all of them. */
class JdbcCases {

    /** 60,000 rows out of 500. */
    static final String MANY_ROWS =
            "SELECT a.n * 400 + b.n, SHA2(a.n * 400 + b.n, 256) FROM numbers a JOIN numbers b WHERE a.n < 150 AND b.n < 400";

    final JdbcConnections connections;

    JdbcCases(JdbcConnections connections) {
        this.connections = connections;
    }

    /** One case. */
    interface Case {
        /** @return what was seen and must be the same through Usher; empty if the case has checked everything itself */
        String run() throws Exception;
    }

    /** A case that has nothing to show. */
    interface Check {
        void run() throws Exception;
    }

    Map<String, Case> all() {
        Map<String, Case> all = new LinkedHashMap<>();
        new JdbcStatementCases(connections).addTo(all);
        new JdbcResultCases(connections).addTo(all);
        new JdbcSessionCases(connections).addTo(all);
        return all;
    }

    static void add(Map<String, Case> cases, String name, Check check) {
        cases.put(name, () -> {
            check.run();
            return "";
        });
    }

    void setUp() throws SQLException {
        String numbers = IntStream.range(0, 500).mapToObj(n -> "(" + n + ")").collect(Collectors.joining(","));
        try (Connection c = connections.open()) {
            for (String sql : List.of(
                    "DROP TABLE IF EXISTS items, types, numbers",
                    "DROP PROCEDURE IF EXISTS two_results",
                    "DROP PROCEDURE IF EXISTS out_values",
                    "CREATE TABLE items (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) UNIQUE, amount INT DEFAULT 0)",
                    "CREATE TABLE numbers (n INT PRIMARY KEY)",
                    "INSERT INTO numbers VALUES " + numbers,
                    "CREATE TABLE types (i BIGINT, u BIGINT UNSIGNED, d DECIMAL(20,5), f DOUBLE, t VARCHAR(100) CHARACTER SET utf8mb4,"
                            + " b BLOB, day DATE, moment DATETIME(6), j JSON, nothing INT, yes BIT(1))",
                    "CREATE PROCEDURE two_results(IN a INT) BEGIN SELECT a AS first; SELECT a + 1 AS second, 2 AS third; END",
                    "CREATE PROCEDURE out_values(IN a INT, OUT b INT, INOUT c INT) BEGIN SET b = a * 2; SET c = c + 1; END")) {
                execute(c, sql);
            }
        }
    }

    static void execute(Connection c, String sql) throws SQLException {
        try (var statement = c.createStatement()) {
            statement.execute(sql);
        }
    }

    static int update(Connection c, String sql) throws SQLException {
        try (var statement = c.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    /** The first value of the first row as text, "null" for NULL. */
    static String value(Connection c, String sql) throws SQLException {
        try (var statement = c.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        }
    }

    /** The rest of a result: a list of text for each row. */
    static List<List<String>> rows(ResultSet from) throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        while (from.next()) {
            List<String> row = new ArrayList<>();
            for (int i = 1; i <= from.getMetaData().getColumnCount(); i++) {
                row.add(String.valueOf(from.getString(i)));
            }
            rows.add(row);
        }
        return rows;
    }

    /** The error that the action ends in: code, SQLSTATE, text. */
    static String failure(Check action) {
        SQLException e = catchThrowableOfType(SQLException.class, action::run);
        assertThat((Throwable) e).as("an error").isNotNull();
        // MariaDB Connector/J puts the connection's id in front, which differs from run to run.
        String text = String.valueOf(e.getMessage()).replaceAll("\\(conn=\\d+\\) ", "");
        return e.getErrorCode() + " " + e.getSQLState() + " " + text.replaceAll("\\s+", " ");
    }

    static String userOf(String account) {
        return account.substring(0, account.indexOf('@'));
    }
}
