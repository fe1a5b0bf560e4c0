package dev.usher.reference;

import dev.usher.testing.Flavour;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a reproduction may change for the next one: global variables, accounts, schemas. Taken before it, put back after it. */
record ServerState(Map<String, String> variables, Set<String> accounts, Set<String> schemas) {
    private static final String ACCOUNTS = "SELECT CONCAT(QUOTE(user), '@', QUOTE(host)) FROM mysql.user";

    static ServerState of(TestServer server) throws SQLException {
        try (Connection connection = server.connect(); Statement statement = connection.createStatement()) {
            return new ServerState(variables(statement), column(statement, ACCOUNTS), column(statement, "SHOW SCHEMAS"));
        }
    }

    /** Those of the other tests, which would let in or be named where the entries mean nobody. */
    static void dropTestAccounts(TestServer server) throws SQLException {
        try (Connection connection = server.connect(); Statement statement = connection.createStatement()) {
            for (TestAccount account : server.accounts()) {
                statement.execute("DROP USER IF EXISTS '" + account.user() + "'@'%'");
            }
            statement.execute("FLUSH PRIVILEGES"); // or the server goes on believing that some account admits every host
        }
    }

    void restore(TestServer server) throws SQLException {
        try (Connection connection = server.connect(); Statement statement = connection.createStatement()) {
            for (Map.Entry<String, String> now : variables(statement).entrySet()) {
                String before = variables.get(now.getKey());
                if (before != null && !before.equals(now.getValue())) {
                    set(statement, now.getKey(), before);
                }
            }
            for (String account : column(statement, ACCOUNTS)) {
                if (!accounts.contains(account)) {
                    statement.execute("DROP USER " + account);
                }
            }
            for (String schema : column(statement, "SHOW SCHEMAS")) {
                if (!schemas.contains(schema)) {
                    statement.execute("DROP SCHEMA `" + schema + "`");
                }
            }
            if (server.flavour() == Flavour.MARIADB) {
                statement.execute("FLUSH HOSTS");
            }
        }
    }

    private static void set(Statement statement, String name, String value) {
        String literal = value.matches("-?[\\d.]+") ? value : "'" + value.replace("'", "''") + "'";
        try {
            statement.execute("SET GLOBAL " + name + " = " + literal);
        } catch (SQLException readOnly) {
            // Counters such as gtid_executed are among the variables; what can be set is set.
        }
    }

    private static Map<String, String> variables(Statement statement) throws SQLException {
        Map<String, String> all = new LinkedHashMap<>();
        try (ResultSet rows = statement.executeQuery("SHOW GLOBAL VARIABLES")) {
            while (rows.next()) {
                all.put(rows.getString(1), rows.getString(2));
            }
        }
        return all;
    }

    private static Set<String> column(Statement statement, String sql) throws SQLException {
        Set<String> all = new TreeSet<>();
        try (ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                all.add(rows.getString(1));
            }
        }
        return all;
    }
}
