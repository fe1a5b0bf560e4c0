package dev.usher.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;

/** What a session keeps, with JDBC: who it is, its settings, variables, temporary tables and locks. */
final class JdbcSessionCases extends JdbcCases {

    JdbcSessionCases(JdbcConnections connections) {
        super(connections);
    }

    void addTo(Map<String, Case> cases) {
        Endpoint to = connections.endpoint();
        add(cases, "connect", this::connect);
        cases.put("wrong_password", () -> failure(() -> connections.openAs(to.user(), "wrong").close()));
        add(cases, "empty_password", this::emptyPassword);
        add(cases, "connection_id_is_stable", this::connectionId);
        add(cases, "session_settings", this::sessionSettings);
        add(cases, "isolation_and_read_only", this::isolation);
        add(cases, "catalog", this::catalog);
        add(cases, "last_insert_id", this::lastInsertId);
        add(cases, "user_variables_and_temporary_table", this::variablesAndTemporaryTable);
        add(cases, "get_lock", this::getLock);
        cases.put("warnings", this::warnings);
        add(cases, "found_rows_and_row_count", this::foundRows);
        cases.put("reset_connection", this::reset);
        add(cases, "ping", this::ping);
        add(cases, "metadata", this::metadata);
    }

    private void connect() throws Exception {
        try (Connection c = connections.open()) {
            assertThat(value(c, "SELECT 1")).isEqualTo("1");
            assertThat(value(c, "SELECT DATABASE()")).isEqualTo(connections.endpoint().database());
        }
    }

    private void emptyPassword() throws Exception {
        String user = connections.endpoint().user() + "_empty";
        try (Connection c = connections.openAs(user, "")) {
            assertThat(userOf(value(c, "SELECT CURRENT_USER()"))).isEqualTo(user);
        }
    }

    private void connectionId() throws Exception {
        try (Connection c = connections.open()) {
            String first = value(c, "SELECT CONNECTION_ID()");
            for (int i = 0; i < 3; i++) {
                assertThat(value(c, "SELECT CONNECTION_ID()")).isEqualTo(first);
            }
        }
    }

    private void sessionSettings() throws Exception {
        try (Connection c = connections.open()) {
            String mode = value(c, "SELECT @@sql_mode");
            execute(c, "SET SESSION sql_mode='ANSI_QUOTES', time_zone='+05:30'");
            for (int i = 0; i < 3; i++) {
                assertThat(value(c, "SELECT @@sql_mode")).isEqualTo("ANSI_QUOTES");
                assertThat(value(c, "SELECT MAX(\"n\") FROM numbers")).isEqualTo("499");
                assertThat(value(c, "SELECT CAST(FROM_UNIXTIME(1) AS CHAR)")).isEqualTo("1970-01-01 05:30:01");
            }
            execute(c, "SET SESSION sql_mode='" + mode + "', time_zone=@@GLOBAL.time_zone");
        }
    }

    private void isolation() throws Exception {
        try (Connection one = connections.open();
                Connection other = connections.open()) {
            execute(other, "DELETE FROM items");
            one.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            one.setAutoCommit(false);
            assertThat(value(one, "SELECT COUNT(*) FROM items")).isEqualTo("0");
            execute(other, "INSERT INTO items (name) VALUES ('a')");
            assertThat(value(one, "SELECT COUNT(*) FROM items")).as("read committed").isEqualTo("1");
            one.commit();
            one.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            assertThat(value(one, "SELECT COUNT(*) FROM items")).isEqualTo("1");
            execute(other, "INSERT INTO items (name) VALUES ('b')");
            assertThat(value(one, "SELECT COUNT(*) FROM items")).as("repeatable read").isEqualTo("1");
            one.commit();
            one.setAutoCommit(true);
            one.setReadOnly(true);
            failure(() -> execute(one, "INSERT INTO items (name) VALUES ('c')"));
            one.setReadOnly(false);
            execute(one, "INSERT INTO items (name) VALUES ('c')");
        }
    }

    private void catalog() throws Exception {
        try (Connection c = connections.open()) {
            c.setCatalog("information_schema");
            for (int i = 0; i < 3; i++) {
                assertThat(value(c, "SELECT DATABASE()")).isEqualTo("information_schema");
            }
            c.setCatalog(connections.endpoint().database());
            assertThat(value(c, "SELECT COUNT(*) FROM numbers")).isEqualTo("500");
        }
    }

    private void lastInsertId() throws Exception {
        try (Connection c = connections.open();
                Statement statement = c.createStatement()) {
            execute(c, "TRUNCATE items");
            statement.executeUpdate("INSERT INTO items (name) VALUES ('x'), ('y')", Statement.RETURN_GENERATED_KEYS);
            try (var keys = statement.getGeneratedKeys()) {
                keys.next();
                assertThat(keys.getLong(1)).isEqualTo(1);
            }
            assertThat(value(c, "SELECT LAST_INSERT_ID()")).isEqualTo("1");
            assertThat(value(c, "SELECT LAST_INSERT_ID()")).isEqualTo("1");
        }
    }

    private void variablesAndTemporaryTable() throws Exception {
        try (Connection c = connections.open()) {
            execute(c, "SET @a = 41, @b = 'ü'");
            assertThat(value(c, "SELECT CONCAT(@a + 1, @b)")).isEqualTo("42ü");
            execute(c, "CREATE TEMPORARY TABLE scratch AS SELECT 3 AS n");
            assertThat(value(c, "SELECT n FROM scratch")).isEqualTo("3");
            execute(c, "DROP TEMPORARY TABLE scratch");
        }
    }

    private void getLock() throws Exception {
        try (Connection one = connections.open();
                Connection other = connections.open()) {
            assertThat(value(one, "SELECT GET_LOCK('usher-java', 1)")).isEqualTo("1");
            assertThat(value(other, "SELECT GET_LOCK('usher-java', 0)")).isEqualTo("0");
            assertThat(value(one, "SELECT RELEASE_LOCK('usher-java')")).isEqualTo("1");
            assertThat(value(other, "SELECT GET_LOCK('usher-java', 1)")).isEqualTo("1");
            assertThat(value(other, "SELECT RELEASE_LOCK('usher-java')")).isEqualTo("1");
        }
    }

    private String warnings() throws Exception {
        try (Connection c = connections.open();
                Statement statement = c.createStatement()) {
            statement.execute("SELECT CAST('12 apples' AS SIGNED)");
            var warning = statement.getWarnings();
            assertThat((Throwable) warning).isNotNull();
            return warning.getErrorCode() + " " + warning.getMessage();
        }
    }

    private void foundRows() throws Exception {
        try (Connection c = connections.open()) {
            value(c, "SELECT SQL_CALC_FOUND_ROWS n FROM numbers LIMIT 3");
            assertThat(value(c, "SELECT FOUND_ROWS()")).isEqualTo("500");
            assertThat(update(c, "UPDATE numbers SET n = n + 100000 WHERE n < 10")).isEqualTo(10);
            assertThat(value(c, "SELECT ROW_COUNT()")).isEqualTo("10");
            assertThat(update(c, "UPDATE numbers SET n = n - 100000 WHERE n >= 100000")).isEqualTo(10);
        }
    }

    private String reset() throws Exception {
        // Without this MariaDB's driver only rolls back; with it, it sends COM_RESET_CONNECTION to MariaDB, and to MySQL nothing.
        String option = connections.driver() == JdbcDriver.MARIADB ? "useResetConnection=true" : "useServerPrepStmts=false";
        try (Connection c = connections.open(option)) {
            execute(c, "SET @left = 1");
            connections.driver().reset(c);
            assertThat(value(c, "SELECT DATABASE()")).isEqualTo(connections.endpoint().database());
            return "@left is " + value(c, "SELECT @left");
        }
    }

    private void ping() throws Exception {
        try (Connection c = connections.open()) {
            assertThat(c.isValid(5)).isTrue();
            if (connections.driver() == JdbcDriver.MYSQL) {
                assertThat(value(c, "/* ping */ SELECT 1")).isEqualTo("1");
            }
        }
    }

    private void metadata() throws Exception {
        try (Connection c = connections.open()) {
            var data = c.getMetaData();
            assertThat(data.getDatabaseProductVersion().replace("5.5.5-", "")).isEqualTo(value(c, "SELECT VERSION()"));
            try (var columns = data.getColumns(connections.endpoint().database(), null, "items", "%")) {
                assertThat(rows(columns)).hasSize(3);
            }
        }
    }
}
